"""Second connections to a session that goes elsewhere: what they hear is metered, once.

Documented, not recorded: the fields of openai 3.57's types (2026-11-26).
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.websocket_clients.realtime import ANSWER, MODEL, client, created, done, outline, session
from tests.websocket_clients.server import Talk, speaking
from tests.websocket_clients.test_connections import LEGACY
from tests.websocket_clients.test_openai_live import CLOSED, STARTED, used

DONE = ("completed", "provider", 132, 121)


def listen(talk: Talk, messages: int) -> None:
    """Join a call by the SDK, receive as many messages."""
    with client(talk).realtime.connect(call_id="rtc_1") as connection:
        for _ in range(messages):
            connection.recv()


def attach(talk: Talk, messages: int) -> None:
    with client(talk).live.sideband.connect(session_id="live_1") as connection:
        for _ in range(messages):
            connection.recv()


def test_a_sideband_meters_what_the_call_answers() -> None:
    talk = Talk([], greeting=[session(), *ANSWER, created("resp_2"), done("resp_2")])
    with speaking(talk) as events:
        listen(talk, 7)
    assert talk.handshakes[0].path == "/v1/realtime?call_id=rtc_1"
    assert [(one.model, one.generation_id, outline(one)[:4]) for one in events] == [
        (MODEL, "resp_1", DONE),
        (MODEL, "resp_2", DONE),
    ]


def test_two_sidebands_of_a_call_are_one_event_for_each_answer() -> None:
    talk = Talk([], greeting=[session(), *ANSWER])
    with speaking(talk) as events:
        listen(talk, 5)
        listen(talk, 5)
    assert len({one.event_id for one in events}) == 1
    assert [(one.revision, outline(one)[:4]) for one in events] == [(0, DONE)] * 2


def test_a_live_sideband_meters_the_session_at_its_end() -> None:
    talk = Talk([], greeting=[STARTED, used(30), CLOSED])
    with speaking(talk) as events:
        attach(talk, 3)
    [one] = events
    assert (one.endpoint, one.operation, one.generation_id, one.revision) == (
        *("live/sessions/attach", "realtime", "live_1", 1),
    )
    assert (dict(one.usage.units), outline(one)[0]) == ({"audio_seconds": 90}, "completed")


def test_a_live_sideband_that_leaves_is_settled_by_the_next() -> None:
    talk = Talk([], greeting=[STARTED, used(30)])
    with speaking(talk) as events:
        attach(talk, 2)
        talk.greeting = [STARTED, CLOSED]
        attach(talk, 2)
    assert len({one.event_id for one in events}) == 1
    assert [(one.revision, dict(one.usage.units)) for one in events] == [
        (0, {"audio_seconds": 30}),
        (1, {"audio_seconds": 90}),
    ]


def test_what_is_not_metered_is_an_event_when_it_ends() -> None:
    talk = Talk([], greeting=[session()])
    with speaking(talk) as events:
        path = "/v1/realtime/translations?model=gpt-realtime-translate"
        with connect(f"ws://{talk.host}{path}", **LEGACY) as socket:
            socket.recv()
            assert events == []
    assert [(one.kind, one.outcome, one.request_model) for one in events] == [
        ("unmetered", "completed", "gpt-realtime-translate")
    ]


def spoken(talk: Talk, first: Any, messages: int) -> None:
    """Speak to a live interaction by websockets alone."""
    with connect(f"ws://{talk.host}/v1beta/interactions/live", **LEGACY) as socket:
        socket.send(json.dumps(first, separators=(",", ":")))
        for _ in range(messages):
            socket.recv()


USAGE = {"total_input_tokens": 30, "total_output_tokens": 12, "total_tokens": 42}
DELTA = {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "Hello."}}
COMPLETED = {"event_type": "interaction.completed", "usage": USAGE}


@pytest.mark.parametrize(
    "messages", [[DELTA, COMPLETED], [{"events": [DELTA, COMPLETED]}]], ids=["single", "several"]
)
def test_a_live_interaction_is_one_event_at_its_end(messages: list[Any]) -> None:
    begun = {"event_type": "interaction.created", "interaction_id": "int_1"}
    talk = Talk([], greeting=[begun, *messages])
    with speaking(talk, "google") as events:
        create = {"event_type": "interaction.create", "model": "gemini-3.8-live"}
        spoken(talk, create, 1 + len(messages))
    [one] = events
    assert (one.request_model, one.generation_id, one.revision) == ("gemini-3.8-live", "int_1", 1)
    assert (one.endpoint, outline(one)[:4]) == (
        *("interactions/live", ("completed", "provider", 30, 12)),
    )


def test_a_live_interaction_that_is_left_is_settled_by_who_sees_its_end() -> None:
    joined = {"event_type": "interaction.connect", "id": "int_1"}
    connected = {"event_type": "interaction.connected"}
    talk = Talk([], greeting=[connected, DELTA])
    with speaking(talk, "google") as events:
        spoken(talk, joined, 2)
    assert [(one.generation_id, one.revision, one.usage.source) for one in events] == [
        ("int_1", 0, "none")
    ]


@pytest.mark.filterwarnings("ignore::UserWarning")  # it is experimental
def test_googles_sdk_joins_a_live_interaction() -> None:
    genai = pytest.importorskip("google.genai", minversion="3")  # Python 3.10 has 2
    connected = {"event_type": "interaction.connected"}
    talk = Talk([], greeting=[connected, DELTA, COMPLETED])

    async def listen() -> int:
        google = genai.Client(api_key="k", http_options={"base_url": f"http://{talk.host}"})
        async with google.aio.interactions.connect("int_1") as connection:
            return len([one async for one in connection.receive()])

    with speaking(talk, "google") as events:
        heard = asyncio.run(asyncio.wait_for(listen(), 30))
    assert heard >= 2
    assert [
        (one.sdk_name, one.generation_id, one.revision, outline(one)[:4]) for one in events
    ] == [("google-genai", "int_1", 1, ("completed", "provider", 30, 12))]
