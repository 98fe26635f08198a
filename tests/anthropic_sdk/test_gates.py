"""What stands before a call: a policy's refusal, dimensions, the headers meant for aso."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import aso
from aso.sinks import MemorySink
from aso.testing import capture_events
from tests.anthropic_sdk.scripted import EVENTS, MESSAGE, Script, ask, async_client, client, sse

pytestmark = pytest.mark.sdk
DENIED = {"denied_models": ["anthropic:claude-haiku*"]}


def test_a_refused_model_reaches_no_network() -> None:
    script, sink = Script(MESSAGE), MemorySink()
    aso.instrument(sinks=[sink], policy=DENIED)
    with pytest.raises(aso.ModelNotAllowedError):
        ask(client(script))
    aso.flush()
    assert script.requests == []
    assert [(event.kind, event.outcome, event.cost.total) for event in sink.events] == [
        ("refused", "refused", 0)
    ]


def test_a_refused_stream_helper_reaches_no_network() -> None:
    script = Script(sse())
    aso.instrument(sinks=[], policy=DENIED)
    with pytest.raises(aso.ModelNotAllowedError):
        with client(script).messages.stream(model="claude-haiku-4-5", messages=[], max_tokens=9):
            pass
    assert script.requests == []


def test_a_refused_async_call_reaches_no_network() -> None:
    script = Script(MESSAGE)
    aso.instrument(sinks=[], policy=DENIED)
    with pytest.raises(aso.ModelNotAllowedError):
        asyncio.run(ask(async_client(script)))
    assert script.requests == []


def test_dimensions_are_the_calls_and_their_header_stays_here() -> None:
    script = Script(MESSAGE)
    with capture_events() as events, aso.dimensions(team="search"):
        ask(client(script), extra_headers={"X-ASO-Dims": "app=bot"})
    assert events[0].dims == {"team": "search", "app": "bot"}
    assert [name for name in script.requests[0].headers if name.startswith("x-aso")] == []


def test_nothing_of_ours_fails_on_the_way() -> None:
    def read(answers: Any) -> None:
        ask(client(Script(MESSAGE)))
        assert len(list(ask(client(Script(answers)), stream=True))) == len(EVENTS) - 1

    aso.instrument(sinks=[])
    read(sse())
    assert (aso.stats().calls, aso.stats().internal_errors) == (2, 0)
