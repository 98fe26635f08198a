"""An event in wire form is written as the event itself is, and comes back with all it said."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given
from pydantic_core import to_json

from aso.ledger import Ledger
from aso.ledger.rows import row_of
from aso.ledger.schema import COLUMNS, DERIVED
from aso.ledger.wired import row_of_wire, wire_of
from aso.records import Event
from tests.any_events import ANY_EVENTS
from tests.events import event

_NEWER: dict[str, Any] = {"carbon_grams": "0.2", "routing": {"region": "eu"}}


def stored(document: dict[str, Any]) -> list[Any]:
    """Return the row of schema.STORED of an event in wire form."""
    values, text = row_of_wire(document, to_json)
    row = dict(zip((*COLUMNS, *DERIVED), values, strict=True))
    return [*(row[name] for name in COLUMNS), row["dims"], text]


@given(ANY_EVENTS)
def test_the_row_is_that_of_the_event(kept: Event) -> None:
    row, _ = row_of_wire(kept.to_dict(), to_json)
    assert row == row_of(kept, to_json)


@given(ANY_EVENTS)
def test_an_event_of_any_content_comes_back_as_it_was(kept: Event) -> None:
    assert json.dumps(wire_of(stored(kept.to_dict()))) == json.dumps(kept.to_dict())


def test_what_a_newer_version_says_comes_back_wherever_it_stands() -> None:
    sent = event(1).to_dict() | _NEWER
    sent["sdk"] |= {"runtime": "3.13"}
    sent["cost_lines"] = [{**line, "discount": "0.1"} for line in sent["cost_lines"]]
    assert wire_of(stored(sent)) == sent


def test_what_nobody_said_is_null() -> None:
    names = ("event_id", "revision", "kind", "ended_at_ms", "provider", "outcome", "usage_source")
    said = {name: event(1).to_dict()[name] for name in names}
    found = wire_of(stored(said))
    assert {name: found[name] for name in names} == said
    assert (found["model"], found["total_cost_usd"], found["dims"]) == (None, None, {})


def test_an_event_is_written_once_and_the_others_are_counted(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db", survives_power_loss=True)) as ledger:
        counts = [ledger.add_wire([event(n).to_dict() for n in ones]) for ones in ([1, 2], [2, 3])]
        assert (counts, len(list(ledger.documents()))) == ([2, 1], 3)
