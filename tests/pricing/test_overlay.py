"""Contract prices: what they cover, when, and how a line says so."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aso.errors import ConfigError
from aso.pricing import Pricer, load_overlay, price
from aso.records import Usage

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
USAGE = {"prompt_tokens": 1000, "completion_tokens": 1000}


def test_a_rate_can_be_agreed_for_a_model_that_no_list_knows() -> None:
    overlay = {"openai:private": {"rates": {"input_tokens": "1", "output_tokens": "2"}}}
    cost = price(USAGE, provider="openai", model="private", at=NOW, overlay=overlay)
    assert (cost.status, cost.source, cost.total) == ("priced", "custom", Decimal("0.003"))
    assert {line.source for line in cost.lines} == {"contract:openai:private"}


def test_a_multiplier_alone_does_not_price_an_unknown_model() -> None:
    overlay = {"openai:*": {"multiplier": "0.5"}}
    cost = price(USAGE, provider="openai", model="private", at=NOW, overlay=overlay)
    assert (cost.status, cost.total) == ("unpriced", None)


@pytest.mark.parametrize(
    ("day", "expected", "source"),
    [(30, "0.0125", "standard"), (1, "0.00625", "custom"), (31, "0.0125", "standard")],
    ids=["the day before", "the first day", "the end"],
)
def test_a_contract_holds_in_its_range(day: int, expected: str, source: str) -> None:
    terms = {"openai:*": {"multiplier": "0.5", "since": "2026-12-01", "until": "2026-12-31"}}
    at = datetime(2026, 11 if day == 30 else 12, day, tzinfo=timezone.utc)
    cost = price(USAGE, provider="openai", model="gpt-4o", at=at, overlay=terms)
    assert (cost.total, cost.source) == (Decimal(expected), source)


def test_a_contract_multiplies_what_the_place_has_multiplied() -> None:
    overlay = {"openai:*": {"multiplier": "0.85"}}
    cost = price(
        USAGE, provider="openai", model="gpt-5.4", at=NOW, overlay=overlay, data_residency="eu"
    )
    assert {line.multiplier for line in cost.lines} == {Decimal("0.935")}
    assert cost.total == Decimal("0.0175") * Decimal("0.935")


def test_a_fee_is_one_line_per_call_and_is_not_multiplied() -> None:
    overlay = {"openai:*": {"multiplier": "0.5", "fee": "0.001"}}
    cost = price(USAGE, provider="openai", model="gpt-4o", at=NOW, overlay=overlay)
    assert [(line.unit, line.amount) for line in cost.lines][-1] == (
        "contract_fee",
        Decimal("0.001"),
    )
    assert cost.total == Decimal("0.00725")


def test_a_file_and_a_mapping_with_the_same_terms_are_the_same_contract(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text('{"openai:*": {"multiplier": "0.85"}}', encoding="utf-8")
    assert load_overlay(path) == load_overlay({"openai:*": {"multiplier": "0.85"}})


def test_the_pricer_of_a_process_holds_its_contract() -> None:
    pricer = Pricer(overlay=load_overlay({"openai:gpt-4o": {"multiplier": "0"}}))
    usage = Usage(input_tokens=1000, output_tokens=1000)
    cost = pricer.price(usage, provider="openai", model="gpt-4o", at=NOW, conditions={})
    assert (cost.total, cost.status, cost.source) == (0, "priced", "custom")


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"since": "yesterday"}, "a date such as"),
        ({"since": 5}, "a date such as"),
        ({"since": "2026-12-31", "until": "2026-12-01"}, "a time after since"),
        ({"rates": ["1"]}, "a table of unit = price"),
        ({"fee": True}, "a decimal number"),
        ({"multiplier": "NaN"}, "a decimal number"),
    ],
)
def test_wrong_terms_say_the_value_the_rule_and_the_way_out(terms: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_overlay({"openai:*": terms})


def test_a_star_inside_a_pattern_is_refused() -> None:
    with pytest.raises(ConfigError, match="only stand at the end"):
        load_overlay({"openai:*-mini": {"multiplier": "1"}})
