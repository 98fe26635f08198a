"""Connections of websockets itself: those to a provider are watched, all others are left as they are."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from mistralai.client import Mistral
from mistralai.extra.realtime import RealtimeTranscription
from together import Together
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import connect

import aso
from aso import routes
from aso.capture import session as sessions
from aso.wire import realtime as wire
from tests.conformance.faults import sabotaged
from tests.websocket_clients.realtime import (
    ANSWER,
    MODEL,
    both,
    converse,
    created,
    outline,
    session,
)
from tests.websocket_clients.server import BREAK, Talk, speaking

ASK = json.dumps({"type": "response.create"})
DONE = ("completed", "provider", 132, 121)


def speak(talk: Talk, messages: int, path: str = f"/v1/realtime?model={MODEL}") -> list[Any]:
    """Connect by websockets alone, ask, receive as many messages, close."""
    with connect(f"ws://{talk.host}{path}", **LEGACY) as socket:
        socket.send(ASK)
        return [socket.recv() for _ in range(messages)]


LEGACY: dict[str, Any] = (
    {"legacy": True} if "legacy" in inspect.signature(connect).parameters else {}
)


async def speak_async(talk: Talk, messages: int) -> list[Any]:
    async with connect_async(f"ws://{talk.host}/v1/realtime?model={MODEL}") as socket:
        await socket.send(ASK)
        return [await socket.recv() for _ in range(messages)]


def test_your_own_connection_to_a_provider_is_metered() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        speak(talk, 5)
    assert [(one.sdk_name, outline(one)[:4]) for one in events] == [("websockets", DONE)]


def test_your_own_connection_is_metered_where_it_awaits() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        asyncio.run(speak_async(talk, 5))
    assert [(one.sdk_name, outline(one)[:4]) for one in events] == [("websockets", DONE)]


def test_iterating_is_receiving() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        with connect(f"ws://{talk.host}/v1/realtime?model={MODEL}", **LEGACY) as socket:
            socket.send(ASK)
            for message in socket:
                if "response.done" in message:
                    break
    assert [outline(one)[:4] for one in events] == [DONE]


def test_a_connection_to_nobody_known_is_not_touched() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with (
        speaking(talk),
        connect(f"ws://localhost:{talk.host[10:]}/v1/realtime", **LEGACY) as socket,
    ):
        touched = {"recv", "send", "close"} & {*vars(socket)}
    assert touched == set()


def test_a_timeout_ends_nothing() -> None:
    talk = Talk(ANSWER, greeting=[])
    with speaking(talk) as events:
        with connect(f"ws://{talk.host}/v1/realtime?model={MODEL}", **LEGACY) as socket:
            with pytest.raises(TimeoutError):
                socket.recv(timeout=0.01)
            socket.send(ASK)
            for _ in ANSWER:
                socket.recv()
    assert [outline(one)[:4] for one in events] == [DONE]


def test_what_is_not_metered_is_one_unmetered_event() -> None:
    talk = Talk([], greeting=[session()])
    with speaking(talk) as events:
        speak(talk, 1, "/v1/realtime/translations?model=gpt-realtime-translate")
    assert [(one.kind, one.endpoint, one.operation) for one in events] == [
        ("unmetered", "realtime/translations", "realtime")
    ]


def test_an_open_session_ends_after_uninstrument_where_it_began() -> None:
    talk, sink = Talk(ANSWER, greeting=[session()]), aso.sinks.MemorySink()
    with speaking(talk):
        aso.uninstrument()
        aso.instrument(sinks=[sink], hosts={talk.host: "openai"})
        with connect(f"ws://{talk.host}/v1/realtime?model={MODEL}", **LEGACY) as socket:
            aso.uninstrument()
            socket.send(ASK)
            for _ in range(5):
                socket.recv()
        aso.flush()
    assert [outline(one)[:4] for one in sink.events] == [DONE]


@pytest.mark.skipif(not LEGACY, reason="this version opens a connection at once")
def test_a_connection_that_is_opened_later_is_metered() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        opening: Any = connect(f"ws://{talk.host}/v1/realtime?model={MODEL}", legacy=False)
        with opening as socket:
            socket.send(ASK)
            for _ in range(5):
                socket.recv()
    assert [outline(one)[:4] for one in events] == [DONE]


def test_without_an_sdk_googles_model_is_refused_where_it_is_named() -> None:
    talk = Talk([{"setupComplete": {}}])
    path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    with speaking(talk, "google", policy={"denied_models": ["google:gemini-3*"]}) as events:
        with connect(f"ws://{talk.host}{path}", **LEGACY) as socket:
            with pytest.raises(aso.PolicyError, match="gemini-3.8-live"):
                socket.send(json.dumps({"setup": {"model": "models/gemini-3.8-live"}}))
    assert ([one.kind for one in events], talk.received) == (["refused"], [])


@pytest.mark.filterwarnings(
    "ignore:connect.. must be used as a context manager"
)  # with or without aso
def test_togethers_transcriptions_are_counted_without_usage() -> None:
    heard = {"type": "conversation.item.input_audio_transcription.completed", "transcript": "Hi."}
    talk = Talk([], greeting=[{**heard, "item_id": "1"}, {**heard, "item_id": "2"}])
    with speaking(talk, "together") as events:
        client = Together(api_key="k", base_url=f"http://{talk.host}")
        with client.beta.realtime.connect(model="openai/whisper-large-v3") as connection:
            for _ in range(2):
                connection.recv()
    assert [(one.operation, one.generation_id, outline(one)) for one in events] == [
        ("transcription", "1", ("completed", "none", None, None, None)),
        ("transcription", "2", ("completed", "none", None, None, None)),
    ]


def test_mistrals_transcription_is_one_event() -> None:
    usage = {"prompt_tokens": 4, "completion_tokens": 20, "total_tokens": 400}
    usage |= {"prompt_audio_seconds": 30, "prompt_tokens_details": {"audio_tokens": 376}}
    done = {"type": "transcription.done", "model": "voxtral-mini-realtime-2602", "text": "Hi."}
    sound = {"encoding": "pcm_s16le", "sample_rate": 16000}
    about = {"request_id": "r", "model": "voxtral-mini-realtime-2602", "audio_format": sound}
    created = {"type": "session.created", "session": about}
    talk = Talk([], greeting=[created, {**done, "usage": usage, "language": None}])

    async def listen() -> None:
        mistral = Mistral(api_key="k", server_url=f"http://{talk.host}")
        opening = RealtimeTranscription(mistral.sdk_configuration).connect("voxtral-mini-realtime")
        async with await opening as connection:
            async for event in connection:
                if event.type == "transcription.done":
                    return

    with speaking(talk, "mistral") as events:
        asyncio.run(asyncio.wait_for(listen(), 5))
    assert [(one.operation, one.sdk_name, one.model, outline(one)[:4]) for one in events] == [
        (
            "transcription",
            "mistralai",
            "voxtral-mini-realtime-2602",
            ("completed", "provider", 380, 20),
        )
    ]


def test_mistrals_speech_is_one_event() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 0, "total_tokens": 7}
    about = {"request_id": "r", "model": "voxtral-tts", "is_ref_audio": False, "expressiveness": 1}
    about |= {"streaming_mode": "responsive", "response_format": "pcm"}
    created = {"type": "session.created", "session": about}
    talk = Talk([], greeting=[created, {"type": "speech.audio.done", "usage": usage}])

    async def speak_up() -> None:
        mistral = Mistral(api_key="k", server_url=f"http://{talk.host}")
        connection = await mistral.audio.realtime_speech.connect("voxtral-tts")
        async for event in connection:
            if event.type == "speech.audio.done":
                break
        await connection.close()

    with speaking(talk, "mistral") as events:
        asyncio.run(asyncio.wait_for(speak_up(), 5))
    assert [
        (one.operation, one.sdk_name, one.request_model, outline(one)[:4]) for one in events
    ] == [("speech", "mistralai", "voxtral-tts", ("completed", "provider", 7, 0))]


def seen(talk: Talk) -> list[Any]:
    """Return what a caller of websockets, and of an SDK, sees of a session."""
    found: list[Any] = [speak(talk, 5), asyncio.run(speak_async(talk, 5))]
    found += [converse(talk), converse(talk, is_async=True)]
    with connect(f"ws://{talk.host}/v1/realtime", **LEGACY) as socket:
        for name in ("recv", "send", "close"):
            method = getattr(socket, name)
            found.append(
                (str(inspect.signature(method)), method.__name__, method.__self__ is socket)
            )
        found.append((type(socket), repr(socket.protocol.state), socket.recv()))
    with pytest.raises(ConnectionClosedOK):
        socket.recv()
    return found


async def methods(talk: Talk) -> list[Any]:
    """Return how an awaited connection's methods look to inspection."""
    async with connect_async(f"ws://{talk.host}/v1/realtime") as socket:
        found = [getattr(socket, name) for name in ("recv", "send", "close")]
        return [
            (str(inspect.signature(one)), one.__name__, inspect.iscoroutinefunction(one))
            for one in found
        ]


def chain(error: BaseException | None) -> list[Any]:
    """Return an error and its causes, as a caller may look at them."""
    if error is None:
        return []
    return [type(error), str(error), sorted(vars(error)), *chain(error.__cause__)]


def errors(talk: Talk) -> list[Any]:
    """Return the errors of a session, each way: sync and awaited, by websockets and by an SDK."""
    found: list[Any] = []
    ways: tuple[Callable[[], Any], ...] = (
        lambda: speak(talk, 5),
        lambda: asyncio.run(speak_async(talk, 5)),
        lambda: converse(talk),
        lambda: converse(talk, is_async=True),
    )
    for way in ways:
        with pytest.raises(Exception) as caught:  # noqa: PT011 — whatever it is
            way()
        found += chain(caught.value)
    return found


@pytest.mark.parametrize(
    ("answer", "options"),
    [
        ([], {"status": HTTPStatus.UNAUTHORIZED}),
        ([created(), BREAK], {}),
        (["not JSON", BREAK], {}),
    ],
    ids=["refused", "cut", "not JSON"],
)
def test_a_caller_sees_the_same_errors_with_aso_on(answer: Any, options: Any) -> None:
    talk = Talk(answer, greeting=[session()], **options)
    with speaking(talk):
        with_aso = errors(talk)
        assert aso.stats().internal_errors == 0
        aso.uninstrument()
        assert with_aso == errors(talk)


def test_awaited_methods_look_the_same_with_aso_on() -> None:
    talk = Talk([], greeting=[session()])
    with speaking(talk):
        with_aso = asyncio.run(methods(talk))
        aso.uninstrument()
        assert with_aso == asyncio.run(methods(talk))
    assert [is_coroutine for _, _, is_coroutine in with_aso] == [True] * 3


def test_a_caller_sees_the_same_with_aso_on() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk):
        with_aso = seen(talk)
        assert aso.stats().internal_errors == 0
        aso.uninstrument()
        assert with_aso == seen(talk)


@pytest.mark.parametrize(
    ("owner", "function"),
    [
        (routes, "connected"),
        (sessions.Session, "__init__"),
        (sessions.Session, "asks"),
        (sessions.Session, "hears"),
        (sessions.Session, "ended"),
        (wire.Realtime, "told"),
        (wire.Realtime, "asked"),
    ],
)
def test_a_caller_sees_the_same_when_a_stage_of_ours_fails(owner: Any, function: str) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk), sabotaged(owner, function):
        with_aso = seen(talk)
        assert aso.stats().internal_errors > 0
        aso.uninstrument()
        assert with_aso == seen(talk)


@both
def test_one_sdk_alone_may_be_hooked(is_async: bool) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk, integrations=["openai"]) as events:
        speak(talk, 5)
        converse(talk, is_async=is_async)
    assert [(one.sdk_name, outline(one)[:4]) for one in events] == [("openai", DONE)]
