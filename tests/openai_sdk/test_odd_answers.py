"""Answers that are whole to the caller and awkward to us: each is still one event, none a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai.types import CompletionUsage

import aso
from aso.sinks import MemorySink
from tests.openai_sdk.scripted import (
    COMPLETION,
    MESSAGES,
    MODEL,
    Script,
    ask,
    client,
    http,
    usage_when_asked,
)

pytestmark = pytest.mark.sdk


@pytest.fixture
def sink() -> Iterator[MemorySink]:
    sink = MemorySink()
    with aso.instrument(sinks=[sink]):
        yield sink


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's models build their serializer on first use; pydantic before 2.13 then has a stand-in,
    which pydantic_core cannot encode."""
    monkeypatch.setattr(CompletionUsage, "__pydantic_serializer__", object())


def outline(sink: MemorySink) -> list[tuple[Any, ...]]:
    aso.flush()
    return [(event.outcome, event.usage.source, event.usage.input_tokens) for event in sink.events]


@pytest.mark.usefixtures("unbuilt")
def test_usage_that_pydantic_cannot_encode_yet_is_in_the_event(sink: MemorySink) -> None:
    ask(client(Script(COMPLETION)))
    for _ in ask(client(Script(usage_when_asked)), stream=True):
        pass
    assert outline(sink) == [("completed", "provider", 11)] * 2
    assert aso.stats().internal_errors == 0


def test_a_body_that_is_no_json_is_an_event_without_usage_and_no_fault(sink: MemorySink) -> None:
    page = http.MockTransport(lambda request: http.Response(200, text="<html>"))
    one = client(Script(COMPLETION)).with_options(http_client=http.Client(transport=page))
    one.chat.completions.create(model=MODEL, messages=MESSAGES)
    [(outcome, source, _)] = outline(sink)
    assert (outcome, source) == ("completed", "none")
    assert aso.stats().internal_errors == 0
