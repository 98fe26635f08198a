"""What can be kept, and what is wrong with what cannot: event by event."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from aso.records import Cost, Event, Usage
from aso.serve.batch import batch_of
from aso.serve.limits import Limits
from aso.serve.refusal import RefusedError
from tests.any_events import ANY_EVENTS
from tests.events import event
from tests.serve.served import as_json, batch

_SAID = {"schema", "event_id", "revision", "kind", "ts", "provider", "outcome", "usage_source"}
_ANY_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=9),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=9,
)


def taken(*documents: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what of the events can be kept, and what is said of the others."""
    found = batch_of(as_json(batch(documents)), Limits())
    return found.events, [one["error"] for one in found.rejected]


@given(ANY_EVENTS)
def test_every_event_that_aso_can_make_is_taken_as_it_is(made: Event) -> None:
    usage = Usage(*made.usage[:3], units=made.usage.units, source=made.usage.source)
    cost = Cost(made.cost.total, lines=made.cost.lines, provider_cost=made.cost.provider_cost)
    document = made._replace(dims={"team": "search"}, usage=usage, cost=cost).to_dict()
    assume("\\u0000" not in json.dumps(document))
    assert taken(document) == ([document], [])


@given(some.sampled_from(sorted(event().to_dict())), _ANY_JSON)
def test_whatever_stands_in_a_field_is_taken_or_refused_with_a_reason(
    field: str, value: Any
) -> None:
    with suppress(RefusedError):
        events, reasons = taken(event(1).to_dict() | {field: value})
        assert len(events) + len(reasons) == 1


@given(_ANY_JSON)
def test_whatever_is_sent_as_a_batch_is_taken_or_refused(value: Any) -> None:
    with suppress(RefusedError):
        batch_of(as_json({**batch([]), "events": value}), Limits())


def test_what_must_be_said_is_little() -> None:
    said = {name: value for name, value in event(1).to_dict().items() if name in _SAID}
    ended = event(1).ended_at_ms
    assert taken(said) == ([said | {"ended_at_ms": ended, "started_at_ms": ended}], [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": "aso.event/2"}, "schema: Input should be 'aso.event/1'"),
        ({"revision": -1}, "revision: Input should be greater than or equal to 0"),
        ({"revision": True}, "revision: Input should be a valid integer"),
        ({"kind": "other"}, "kind: Input should be 'call', 'refused', 'unmetered' or 'adjustment'"),
        ({"provider": ""}, "provider: String should have at least 1 character"),
        ({"prompt_tokens": "5"}, "prompt_tokens: Input should be a valid integer"),
        ({"total_cost_usd": 0.1}, "total_cost_usd: Input should be a valid string"),
        ({"total_cost_usd": "1e3"}, "total_cost_usd: String should match pattern"),
        ({"total_cost_usd": "٣"}, "total_cost_usd: String should match pattern"),
        ({"cost_lines": [{}]}, "cost_lines.0.unit: Field required"),
        ({"dims": {"k" * 33: "v"}}, "should have at most 32 characters"),
        ({"dims": {str(n): "v" for n in range(9)}}, "dims: Dictionary should have at most 8 items"),
        ({"ts": "2026-11-23"}, "ts: String should match pattern"),
        ({"ts": "2026-02-31T08:00:00Z"}, "ts: there is no such instant"),
        ({"ts": "2026-11-23T09:00:00Z"}, "ts: is not the instant of ended_at_ms"),
        ({"ended_at_ms": 10**15}, "ended_at_ms: Input should be less than"),
        (
            {"total_tokens": 1},
            "total_tokens: is not the sum of prompt_tokens and completion_tokens",
        ),
        ({"model": "a\0b"}, "it has the character U+0000, which not every store can keep"),
        ({"newer": {"a\0": 1}}, "it has the character U+0000, which not every store can keep"),
    ],
)
def test_an_event_that_is_wrong_is_refused_and_why(changes: dict[str, Any], said: str) -> None:
    events, [reason] = taken(event(1).to_dict() | changes, event(2))
    assert ([one["event_id"] for one in events], said in reason) == ([event(2).event_id], True), (
        reason
    )


@pytest.mark.parametrize("ts", ["2026-11-23T08:00:00Z", "2026-11-23T09:00:00.400000+01:00"])
def test_an_instant_may_be_written_otherwise(ts: str) -> None:
    assert taken(event(1).to_dict() | {"ts": ts})[1] == []


def test_what_is_said_of_an_event_quotes_nothing_of_it() -> None:
    [reason] = taken(event(1).to_dict() | {"model": ["a secret"], "kind": "a secret"})[1]
    assert "secret" not in reason


@pytest.mark.parametrize("wrong", ["", "1", None, "0192A942-7399-72fe-8744-febd7c5d0000"])
def test_an_event_that_cannot_be_named_refuses_the_batch(wrong: str | None) -> None:
    with pytest.raises(RefusedError, match="Event 1 of the batch has no event_id"):
        taken(event(1), event(2).to_dict() | {"event_id": wrong})
