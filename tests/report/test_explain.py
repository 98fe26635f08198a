"""`explain` in words: what events write in short is said so that anyone understands it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aso
from aso.report.explain import explain
from aso.testing import capture_events
from tests.events import UNPRICED, costing, event

DOCS = Path(__file__).parents[2] / "docs" / "event.md"
NOTES = re.findall(r"`([a-z_]+):?[^`]*`", DOCS.read_text().split("\nNotes: ")[1].split("\n\n")[0])


@pytest.mark.parametrize("note", NOTES)
def test_every_note_that_is_documented_is_said_in_words(note: str) -> None:
    event = costing(1, "0.1")
    document = event.to_dict() | {"pricing_notes": [f"{note}:this"]}
    assert note not in explain(document)


def test_a_note_says_what_it_is_about() -> None:
    document = costing(1, "0.1").to_dict() | {"pricing_notes": ["conflict:genai-prices/litellm"]}
    assert "the price lists differ (genai-prices/litellm): none was taken" in explain(document)


def test_what_a_program_recorded_is_not_said_to_be_the_provider_s() -> None:
    with capture_events() as events:
        aso.record(provider="openai", model="not-listed", usage={"prompt_tokens": 7})
    text = explain(events[0].to_dict())
    assert "outcome    completed, recorded by the program\n" in text
    assert "usage      from: the program\n" in text
    assert "attempts" not in text


def test_the_way_out_of_no_price_reaches_what_is_past() -> None:
    text = explain(event(1, cost=UNPRICED).to_dict())
    assert "give its price to aso reprice --overlay, and to instrument(prices=...)" in text
