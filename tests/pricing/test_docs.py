"""docs/pricing.md: its examples run, and what it counts is so."""

from __future__ import annotations

import doctest
from pathlib import Path

from aso.documents import read

DOCS = Path(__file__).resolve().parents[2] / "docs" / "pricing.md"


def test_the_worked_examples_give_what_they_show() -> None:
    found = doctest.testfile(str(DOCS), module_relative=False, encoding="utf-8")
    assert found.attempted > 20
    assert found.failed == 0


def test_it_says_how_many_costs_are_computed_by_hand() -> None:
    cases = read(Path(__file__).with_name("hand_computed.toml"), "cases")
    assert f"{len(cases['case'])} costs computed by hand" in DOCS.read_text(encoding="utf-8")
