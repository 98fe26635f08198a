"""Google's Live sessions, by the real SDK: each turn of the model's is one event, with its own usage.

Documented, not recorded: messages have the fields of google-genai 3.6's types; the counts of two turns
are those of a probe in github.com/pydantic/pydantic-ai/pull/7269, a turn with thoughts is that of
discuss.ai.google.dev/t/188765 (2026-11-26).
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from google import genai
from google.genai import types
from websockets.exceptions import ConnectionClosedError

import aso
from tests.websocket_clients.realtime import outline
from tests.websocket_clients.server import BREAK, Talk, speaking

MODEL = "gemini-3.8-live"
READY: Any = {"setupComplete": {"sessionId": "s-1"}}
CUT = (genai.errors.APIError, ConnectionClosedError)  # newer ones, older ones
IS_OLD = genai.__version__.startswith("1.")
pytestmark = pytest.mark.filterwarnings("ignore:The live API is experimental")  # of 1.x


def text(said: str) -> dict[str, Any]:
    return {"serverContent": {"modelTurn": {"role": "model", "parts": [{"text": said}]}}}


def counted(prompt: int, answer: int, **beside: Any) -> dict[str, Any]:
    usage = {"promptTokenCount": prompt, "responseTokenCount": answer}
    usage["totalTokenCount"] = prompt + answer
    return {"serverContent": {"turnComplete": True}, "usageMetadata": usage, **beside}


def client(talk: Talk, **options: Any) -> Any:
    """Return a client of the server; to an address without TLS, which the SDK would not go to."""
    return without_tls(genai.Client(api_key="k", **options), talk.host)


def without_tls(client: Any, host: str) -> Any:
    client._api_client._websocket_base_url = lambda *_: f"ws://{host}"
    client._api_client._websocket_ssl_ctx = {}
    return client


async def converse(talk: Talk, messages: int) -> list[Any]:
    """Open a session, receive as many messages, and close it."""
    async with client(talk).aio.live.connect(model=MODEL) as session:
        return [await session._receive() for _ in range(messages)]


def run(talk: Talk, messages: int) -> None:
    asyncio.run(converse(talk, messages))


def test_a_turn_is_an_event() -> None:
    talk = Talk([READY, text("Hel"), text("lo!"), counted(143, 19)])
    with speaking(talk, "google") as events, aso.dimensions(team="voice"):
        run(talk, 3)
    [one] = events
    assert (one.endpoint, one.operation, one.http_status) == (
        "BidiGenerateContent",
        "realtime",
        101,
    )
    assert (one.sdk_name, one.sdk_version) == ("google-genai", genai.__version__)
    assert (one.model, one.completion_chars, dict(one.dims)) == (MODEL, 6, {"team": "voice"})
    assert outline(one) == ("completed", "provider", 143, 19, "0.00019275")


def test_each_turn_has_its_own_usage_and_the_whole_context_as_its_prompt() -> None:
    talk = Talk([READY, text("One."), counted(143, 19), text("Two."), counted(181, 24)])
    with speaking(talk, "google") as events:
        run(talk, 4)
    assert [outline(one)[:4] for one in events] == [
        ("completed", "provider", 143, 19),
        ("completed", "provider", 181, 24),
    ]


def test_sound_is_counted_as_sound_and_thoughts_as_output() -> None:
    usage = {
        "promptTokenCount": 522,
        "responseTokenCount": 42,
        "totalTokenCount": 564,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 332},
            {"modality": "AUDIO", "tokenCount": 165},
        ],
        "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 42}],
        "thoughtsTokenCount": 136,
    }
    sound = {"inlineData": {"mimeType": "audio/pcm", "data": "AAAA"}}
    spoken = {"serverContent": {"modelTurn": {"parts": [sound]}}}
    transcript = {"serverContent": {"outputTranscription": {"text": "Hello."}}}
    talk = Talk([READY, spoken, transcript, {"usageMetadata": usage}])
    with speaking(talk, "google") as events:
        run(talk, 3)
    [one] = events
    found = one.usage
    assert (found.input_tokens, found.input_audio_tokens) == (522, 165)
    assert (found.output_tokens, found.output_audio_tokens) == (178, 42)
    assert (found.reasoning_output_tokens, one.completion_chars) == (136, 6)


def test_a_call_of_a_tool_and_what_follows_are_two_turns() -> None:
    call = {"toolCall": {"functionCalls": [{"id": "1", "name": "f", "args": {"a": 1}}]}}
    usage = counted(100, 5)["usageMetadata"]
    talk = Talk([READY, {**call, "usageMetadata": usage}, text("Done."), counted(130, 7)])
    with speaking(talk, "google") as events:
        run(talk, 3)
    assert [(one.completion_chars, outline(one)[:4]) for one in events] == [
        (7, ("completed", "provider", 100, 5)),
        (5, ("completed", "provider", 130, 7)),
    ]


def test_a_turn_that_says_no_usage_is_estimated_and_the_next_is_apart() -> None:
    over = {"serverContent": {"turnComplete": True}}
    talk = Talk([READY, text("Hello there."), over, text("Two."), counted(181, 24)])
    with speaking(talk, "google") as events:
        run(talk, 4)
    assert sorted(outline(one)[:4] for one in events) == [
        ("cancelled", "estimate", None, 3),
        ("completed", "provider", 181, 24),
    ]


def test_a_session_without_a_turn_is_one_event_that_says_no_usage() -> None:
    talk = Talk([READY])
    with speaking(talk, "google") as events:
        run(talk, 0)
    assert [(one.model, outline(one)) for one in events] == [
        (MODEL, ("completed", "none", None, None, None))
    ]


def test_a_refused_model_is_refused_before_anything_is_sent() -> None:
    talk = Talk([READY])
    policy = {"denied_models": ["google-ai-studio:gemini-3*"]}
    with speaking(talk, "google", policy=policy) as events:
        with pytest.raises(aso.PolicyError, match="gemini-3.8-live"):
            run(talk, 0)
    assert ([(one.kind, one.request_model) for one in events], talk.handshakes) == (
        [("refused", MODEL)],
        [],
    )


def test_a_turn_that_is_cut_is_an_error_with_an_estimate() -> None:
    talk = Talk([READY, text("Hello there."), BREAK])
    with speaking(talk, "google") as events, pytest.raises(CUT):
        run(talk, 2)
    [one] = events
    assert (one.error_type, outline(one)[:4]) == (
        "ConnectionClosedError",
        ("error", "estimate", None, 3),
    )


def test_what_was_searched_for_is_counted_once() -> None:
    grounded = {"serverContent": {"groundingMetadata": {"webSearchQueries": ["a", "b"]}}}
    talk = Talk([READY, grounded, grounded, counted(143, 19)])
    with speaking(talk, "google") as events:
        run(talk, 3)
    assert [one.usage.web_search_requests for one in events] == [2]


def test_the_context_manager_is_the_sdks_own() -> None:
    talk = Talk([READY])
    bare = type(client(talk).aio.live.connect(model=MODEL))
    with speaking(talk, "google") as events:
        opening = client(talk).aio.live.connect(model=MODEL)
    assert (type(opening), events) == (bare, [])
    assert bare is type(contextlib.asynccontextmanager(lambda: _nothing())())


async def _nothing() -> Any:
    yield


@pytest.mark.skipif(IS_OLD, reason="this SDK has no such thing")
def test_live_music_is_counted_and_not_metered() -> None:
    async def play(talk: Talk) -> None:
        async with client(talk).aio.live.music.connect(model="lyria-realtime-exp"):
            pass

    talk = Talk([READY])
    with speaking(talk, "google") as events, pytest.warns(Warning, match="experimental"):
        asyncio.run(play(talk))
    assert [(one.kind, one.endpoint, one.operation) for one in events] == [
        ("unmetered", "BidiGenerateMusic", "realtime")
    ]


@pytest.mark.skipif(IS_OLD, reason="this SDK has no such thing")
def test_a_gateway_is_spoken_to_as_google_is() -> None:
    async def speak(talk: Talk) -> None:
        http = types.HttpOptions(base_url=f"ws://{talk.host}/team/live")
        gateway = without_tls(genai.Client(vertexai=True, http_options=http), talk.host)
        async with gateway.aio.live.connect(model=MODEL) as session:
            await session._receive()

    talk = Talk([READY, counted(143, 19)])
    with speaking(talk, "google") as events:
        asyncio.run(speak(talk))
    assert [(one.endpoint, outline(one)[:4]) for one in events] == [
        ("BidiGenerateContent", ("completed", "provider", 143, 19))
    ]


def test_vertex_is_its_own_provider() -> None:
    async def speak(talk: Talk) -> None:
        async with client(talk, vertexai=True).aio.live.connect(model=MODEL) as session:
            await session._receive()

    talk = Talk([READY, counted(143, 19)])
    with speaking(talk, "vertex") as events:
        asyncio.run(speak(talk))
    assert [(one.provider, one.model, outline(one)[:4]) for one in events] == [
        ("vertex", MODEL, ("completed", "provider", 143, 19))
    ]
