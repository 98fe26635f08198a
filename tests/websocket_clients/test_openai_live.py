"""GPT-Live sessions, by the real SDK: the session bills by the second, what it delegates by itself.

Documented, not recorded: the fields of openai 3.57's types (2026-11-26).
"""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest

import aso
from tests.openai_sdk.scripted import RESPONSE, RESPONSE_EVENTS
from tests.websocket_clients.realtime import both, client, event, outline
from tests.websocket_clients.server import Talk, speaking

MODEL = "gpt-live-1"
SESSION = {"id": "live_1", "model": MODEL, "status": "active", "expires_at": 1}
STARTED = event("session.started", session=SESSION)


def used(seconds: float) -> dict[str, Any]:
    return event("session.usage.updated", usage={"seconds": seconds})


CLOSED = event("session.closed", reason="close_requested", session=SESSION, usage={"seconds": 90})


def converse(talk: Talk, events: int, *, is_async: bool = False) -> None:
    """Start a session, read as many events, close the connection."""
    if is_async:
        asyncio.run(converse_async(talk, events))
        return
    with client(talk).live.connect() as connection:
        connection.session.start(session={"model": MODEL})
        for _ in range(events):
            connection.recv()


async def converse_async(talk: Talk, events: int) -> None:
    async with client(talk, openai.AsyncOpenAI).live.connect() as connection:
        await connection.session.start(session={"model": MODEL})
        for _ in range(events):
            await connection.recv()


@both
def test_a_session_is_one_event_of_its_last_seconds(is_async: bool) -> None:
    talk = Talk([STARTED, used(30), used(60), CLOSED])
    with speaking(talk) as events:
        converse(talk, 4, is_async=is_async)
    [one] = events
    assert (one.operation, one.endpoint, one.model) == ("realtime", "live/sessions", MODEL)
    assert (one.generation_id, dict(one.usage.units)) == ("live_1", {"audio_seconds": 90})
    assert outline(one) == ("completed", "provider", None, None, "0.075")


def test_a_session_that_is_left_has_the_seconds_so_far() -> None:
    talk = Talk([STARTED, used(30)])
    with speaking(talk) as events:
        converse(talk, 2)
    assert [(outline(one), dict(one.usage.units)) for one in events] == [
        (("cancelled", "partial", None, None, "0.025"), {"audio_seconds": 30})
    ]


def test_what_a_session_delegates_is_an_event_of_its_own_model() -> None:
    delegated = [event("response.event", event=one, delegation_id="d_1") for one in RESPONSE_EVENTS]
    talk = Talk([STARTED, *delegated, CLOSED])
    with speaking(talk) as events:
        converse(talk, 5)
    assert [(one.operation, one.model, outline(one)[:4]) for one in events] == [
        ("responses", RESPONSE["model"], ("completed", "provider", 5, 6)),
        ("realtime", MODEL, ("completed", "provider", None, None)),
    ]


def test_a_refused_model_is_not_started() -> None:
    talk = Talk([STARTED])
    with speaking(talk, policy={"denied_models": ["openai:gpt-live*"]}) as events:
        with pytest.raises(aso.PolicyError, match="gpt-live-1"):
            converse(talk, 1)
    assert ([one.kind for one in events], talk.received) == (["refused"], [])
