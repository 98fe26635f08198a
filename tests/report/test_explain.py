"""`explain` in words: what events write in short is said so that anyone understands it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aso.report.explain import explain
from tests.events import costing

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
