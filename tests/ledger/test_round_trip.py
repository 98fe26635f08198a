"""Whatever an event holds, the ledger gives back: the same wire form, in the same order."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some
from pydantic_core import to_json

from aso.ledger.rows import document_of, event_of, row_of
from aso.ledger.schema import COLUMNS, DERIVED
from aso.records import Cost, CostLine, Event, Usage
from tests.events import event

_texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
_maybe = some.none() | _texts
_counts = some.none() | some.integers(min_value=0, max_value=2**70)
_money = some.decimals(min_value=-(10**12), max_value=10**12, places=24)
_quantities = some.integers(min_value=0, max_value=10**9) | some.decimals(
    min_value=0, max_value=10**6, places=3
)
_usages = some.builds(
    Usage,
    input_tokens=_counts,
    output_tokens=_counts,
    cache_read_input_tokens=_counts,
    web_search_requests=_counts,
    units=some.dictionaries(_texts, _quantities, max_size=3),
    source=some.sampled_from(["provider", "partial", "estimate", "none"]),
)
_lines = some.builds(
    CostLine,
    unit=_texts,
    quantity=_quantities,
    rate=_money,
    per=_quantities,
    multiplier=some.none() | _money,
    amount=_money,
    model=_maybe,
    provider=_texts,
    source=_texts,
)
_costs = some.builds(
    Cost,
    total=some.none() | _money,
    provider_cost=some.none() | _money,
    lines=some.lists(_lines, max_size=3),
    catalog_version=_maybe,
    notes=some.lists(_texts, max_size=2),
)
_events = some.builds(
    event,
    some.integers(min_value=0, max_value=9),
    revision=some.integers(min_value=0, max_value=3),
    env=_maybe,
    function=_maybe,
    model=_maybe,
    stream=some.booleans(),
    http_status=some.none() | some.integers(min_value=100, max_value=599),
    first_byte_at_ms=some.none() | some.integers(min_value=0, max_value=2**41),
    dims=some.dictionaries(_texts, _texts, max_size=8),
    usage=_usages,
    cost=_costs,
)


@given(_events)
def test_an_event_of_any_content_comes_back_as_it_was(kept: Event) -> None:
    row = dict(zip((*COLUMNS, *DERIVED), row_of(kept, to_json), strict=True))
    stored = [*(row[name] for name in COLUMNS), row["dims"], document_of(kept, to_json)]
    assert json.dumps(event_of(stored).to_dict()) == json.dumps(kept.to_dict())


def test_a_document_of_before_a_field_was_added_reads_as_nobody_said() -> None:
    kept = event(1)
    rest, usage, cost = json.loads(document_of(kept, to_json))
    older = json.dumps([rest[:-2], [*usage[:-2], usage[-1]], cost])
    row = row_of(kept, to_json)
    assert event_of([*row[: len(COLUMNS)], row[-1], older]).to_dict() == kept.to_dict()


def test_a_cost_that_two_integers_cannot_hold_is_summed_from_text() -> None:
    row = row_of(event(1, cost=Cost(total=Decimal("1e19"))), to_json)
    assert row[-4:-1] == (0, 0, "10000000000000000000")
