"""Every trap of exact cost and every disagreement of price lists: hand_computed.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest

from aso.documents import read
from aso.pricing import price
from aso.records import Cost

TABLE = read(Path(__file__).with_name("hand_computed.toml"), "cases")
NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
PER = {"M": 10**6, "k": 1000, "h": 3600, "1": 1}
LINE = re.compile(r"(\w+) ([\d.]+) (-?[\d.]+)/([Mkh1])(?:×([\d.]+))?")
Written = tuple[str, Decimal, Decimal, int, Decimal | None, Decimal]


def written(line: str) -> Written:
    """Return a line of a bill: unit, quantity, rate, per, factor, amount."""
    found = LINE.fullmatch(line)
    assert found is not None, line
    unit, quantity, rate, per, factor = found.groups()
    exact = Decimal(quantity) * Decimal(rate) * Decimal(factor or 1) / PER[per]
    amount = exact.quantize(Decimal("1e-18"), ROUND_HALF_EVEN)
    multiplier = None if factor is None else Decimal(factor)
    return unit, Decimal(quantity), Decimal(rate), PER[per], multiplier, amount


def priced(case: Mapping[str, Any]) -> Cost:
    provider, _, model = case["model"].partition(":")
    at, conditions = case.get("at", NOON), case.get("conditions", {})
    return price(case["usage"], provider=provider, model=model, at=at, **conditions)


def trap(case: Mapping[str, Any]) -> str:
    return f"{case['model']}: {case['trap']}"


@pytest.mark.parametrize("case", TABLE["case"], ids=trap)
def test_a_cost_is_what_was_computed_by_hand(case: Mapping[str, Any]) -> None:
    cost = priced(case)
    lines = [
        (one.unit, Decimal(one.quantity), one.rate, one.per, one.multiplier, one.amount)
        for one in cost.lines
    ]
    assert lines == [written(line) for line in case["bill"]]
    assert (cost.status, cost.total) == ("priced", Decimal(case["total"]))
    assert sum(line.amount for line in cost.lines) == cost.total
    assert list(cost.notes) == case.get("notes", [])


@pytest.mark.parametrize("case", TABLE["unsure"], ids=trap)
def test_what_is_missing_is_said_and_never_zero(case: Mapping[str, Any]) -> None:
    cost = priced(case)
    total = None if (known := case.get("total")) is None else Decimal(known)
    assert (cost.status, cost.total) == (case["status"], total)
    assert list(cost.notes) == case.get("notes", [])


def test_there_is_a_case_for_each_of_the_14_providers_for_zai_and_for_the_clouds() -> None:
    found = {case["model"].partition(":")[0] for case in TABLE["case"]}
    assert found >= {
        *("openai", "anthropic", "google", "openrouter", "xai", "groq", "deepinfra", "novita"),
        *("fireworks", "perplexity", "cerebras", "mistral", "deepseek", "nebius", "zai"),
        *("azure", "bedrock", "vertex"),
    }
