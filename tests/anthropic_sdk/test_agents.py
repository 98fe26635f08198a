"""Sessions of managed agents: one event each, settled by whoever sees that it is over."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest

from aso.testing import capture_events
from tests.anthropic_sdk.scripted import MODEL, Script, client

pytestmark = pytest.mark.sdk
if not hasattr(anthropic.Anthropic(api_key="none").beta, "sessions"):
    pytest.skip("this version has no managed agents", allow_module_level=True)

USED = {
    "input_tokens": 10,
    "cache_read_input_tokens": 2000,
    "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
    "output_tokens": 22,
    "active_seconds": 90.5,
    "server_tool_use": {"web_search_requests": 1},
}
IDLE = {"id": "sesn_1", "status": "idle", "agent": {"model": {"id": MODEL}}, "usage": USED}
OVER = {**IDLE, "status": "terminated"}


def told(event: Any) -> tuple[Any, ...]:
    said = event.to_dict()
    tokens = said["prompt_tokens"], said["cache_write_1h_tokens"], said["completion_tokens"]
    return event.kind, event.revision, event.model, *tokens, said["pricing_status"]


def test_a_session_is_settled_when_it_is_over() -> None:
    with capture_events() as events:
        sessions = client(Script(IDLE, IDLE, OVER, OVER)).beta.sessions
        sessions.create(agent="agent_1", environment_id="env_1")
        for _ in range(3):
            sessions.retrieve("sesn_1")
    assert [told(event) for event in events] == [
        ("call", 0, MODEL, None, None, None, "unpriced"),
        ("call", 1, MODEL, 2310, 200, 22, "partial"),
        ("call", 1, MODEL, 2310, 200, 22, "partial"),
    ]
    assert len({event.event_id for event in events}) == 1
    assert events[1].to_dict()["units"] == {"session_seconds": "90.5"}


def test_a_session_that_is_put_away_is_over() -> None:
    with capture_events() as events:
        away = {**IDLE, "archived_at": "2026-11-26T00:00:00Z"}
        client(Script(away)).beta.sessions.archive("sesn_1")
    assert [told(event)[:4] for event in events] == [("call", 1, MODEL, 2310)]


def test_what_is_sent_to_a_session_is_counted_and_changing_it_is_not() -> None:
    with capture_events() as events:
        sessions = client(Script({"data": []}, IDLE)).beta.sessions
        sessions.events.send("sesn_1", events=[])
        sessions.update("sesn_1", title="mine")
    assert [(event.kind, event.endpoint) for event in events] == [("unmetered", "sessions/events")]
