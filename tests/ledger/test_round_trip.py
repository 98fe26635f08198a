"""Whatever an event holds, the ledger gives back: the same wire form, in the same order."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given
from pydantic_core import to_json

from aso.ledger.rows import document_of, event_of, row_of
from aso.ledger.schema import COLUMNS, DERIVED
from aso.records import Cost, Event
from tests.any_events import ANY_EVENTS
from tests.events import event


@given(ANY_EVENTS)
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
