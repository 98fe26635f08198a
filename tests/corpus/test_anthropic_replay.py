"""Recorded exchanges with Anthropic, through the real SDK: every field, 100 %."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
from anthropic import AnthropicBedrock

from aso.testing import capture_events
from tests.corpus.anthropic_replay import bedrock_records, records, send, send_by_bedrock
from tests.corpus.recordings import expected, seen

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]


def recorded(endpoint: str = "messages") -> list[dict[str, Any]]:
    found = list(records(endpoint))
    if not found:
        pytest.skip("no recordings: ../shared/corpus is not here (ASO_TEST_CORPUS names a folder)")
    return found


@pytest.mark.parametrize("raw", [None, "true", "stream"], ids=["parsed", "raw", "bytes"])
def test_every_recorded_field_is_read_however_the_caller_reads_it(raw: str | None) -> None:
    differing = {}
    with capture_events() as events:
        for record in recorded():
            events.clear()
            send(record, raw=raw)
            assert len(events) == 1, f"{record['id']} gave {len(events)} events"
            found, wanted = _whole(events[0].to_dict()), _wanted(record)
            if found != wanted:
                differing[record["id"]] = {
                    key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]
                }
    assert differing == {}


def _whole(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the event says, with the work beside the answer added."""
    units = event["units"]
    return {
        **seen(event),
        "outcome": event["outcome"],
        "billed_prompt": event["prompt_tokens"] + int(units.get("iteration_input_tokens", 0)),
        "billed_completion": event["completion_tokens"]
        + int(units.get("iteration_output_tokens", 0)),
    }


def _wanted(record: Mapping[str, Any]) -> dict[str, Any]:
    wanted, extra = expected(record), record["expected"].get("extra") or {}
    return {
        **wanted,
        "outcome": "completed",
        "billed_prompt": extra.get("iterations_billed_prompt", wanted["prompt_tokens"]),
        "billed_completion": extra.get("iterations_billed_completion", wanted["completion_tokens"]),
    }


@pytest.mark.skipif(
    "api_key" not in inspect.signature(AnthropicBedrock).parameters,
    reason="this SDK's client for Bedrock needs boto3",
)
def test_messages_that_bedrock_answered_are_read_alike() -> None:
    differing = {}
    for record in list(bedrock_records()) or pytest.skip("no recordings"):
        with capture_events() as events:
            send_by_bedrock(record)
        [event] = events
        found, wanted = seen(event.to_dict()), expected(record)
        if found != wanted:
            differing[record["id"]] = (found, wanted)
    assert differing == {}


def test_lines_of_every_recorded_call_sum_to_its_total() -> None:
    with capture_events() as events:
        for record in recorded():
            send(record)
    for event in events:
        assert event.cost.total is not None, event.model
        assert sum(line.amount for line in event.cost.lines) == event.cost.total


@pytest.mark.parametrize(
    ("endpoint", "kinds"),
    [
        ("messages/count_tokens", set()),
        ("complete", {("call", "completion")}),
        ("messages/batches", {("unmetered", "batch")}),
    ],
)
def test_recorded_calls_that_say_no_usage(endpoint: str, kinds: set[Any]) -> None:
    with capture_events() as events:
        for record in recorded(endpoint):
            send(record)
    assert {(event.kind, event.operation) for event in events} == kinds
