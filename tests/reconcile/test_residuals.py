"""Why a cell differs: each cause by its name, and the parts sum to the difference exactly."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aso.pricing import money
from aso.reconcile.residuals import RESIDUALS, Total, residuals
from aso.reconcile.spent import Line, Spent

NEW, OUT = "uncached_input_tokens", "output_tokens"


def total(cost: str | None, tokens: int | None = None, **more: Any) -> Total:
    quantities = {} if tokens is None else {NEW: Decimal(tokens)}
    tolerance = Decimal(more.pop("tolerance", "0.00005"))
    amount = None if cost is None else Decimal(cost)
    return Total(cost=amount, tolerance=tolerance, quantities=quantities, **more)


def ours(cost: str, tokens: int = 0, calls: int = 1, **more: Any) -> Spent:
    """Return what was spent on so many tokens, of which the cost is the charge."""
    lines = {NEW: Line(Decimal(cost), Decimal(tokens))} if tokens else {}
    tiers = Counter(more.pop("tiers", {"standard": calls}))
    used = {NEW: Decimal(tokens)} if tokens else {}
    return Spent(calls=calls, cost=Decimal(cost), lines=lines, quantities=used, tiers=tiers, **more)


def parts(stated: Total, spent: Spent, listed: Line | None = None) -> dict[str, str]:
    found = residuals(stated, spent, lambda count: listed)
    return {name: format(amount.normalize(), "f") for name, amount in found.items()}


CASES: dict[str, tuple[Total, Spent, dict[str, str]]] = {
    "the same": (total("0.01", 1000), ours("0.01", 1000), {}),
    "nothing in the ledger": (total("0.5", 10), Spent(), {"unmetered": "0.5"}),
    "more tokens than the ledger has": (
        total("0.02", 2000),
        ours("0.01", 1000),
        {"unmetered": "0.01"},
    ),
    "calls whose end nobody saw": (
        total("0.02", 2000),
        ours("0.01", 1000, calls=2, unknown_calls=1),
        {"timed_out": "0.01"},
    ),
    "both, by the number of requests": (
        total("0.05", 5000, requests=5),
        ours("0.01", 1000, calls=2, unknown_calls=1),
        {"timed_out": "0.01", "unmetered": "0.03"},
    ),
    "as many requests as calls": (
        total("0.02", 2000, requests=2),
        ours("0.01", 1000, calls=2, unknown_calls=1),
        {"timed_out": "0.01"},
    ),
    "fewer tokens than the ledger has": (
        total("0.01", 1000),
        ours("0.03", 3000),
        {"not_stated": "-0.02"},
    ),
    "an estimate that was too high": (
        total("0.01", 1000),
        ours("0.03", 3000, unknown_calls=1),
        {"timed_out": "-0.02"},
    ),
    "another rate": (total("0.012", 1000), ours("0.01", 1000), {"price": "0.002"}),
    "another tier": (
        total("0.02", 1000, tiers={"priority"}),
        ours("0.01", 1000),
        {"tier": "0.01"},
    ),
    "a tier that the catalog does not know": (
        total("0.02", 1000),
        ours("0.01", 1000, unknown_tiers=1),
        {"tier": "0.01"},
    ),
    "a last digit": (total("0.01004", 1000), ours("0.01", 1000), {"rounding": "0.00004"}),
    "volume and price": (
        total("0.03", 2000),
        ours("0.01", 1000),
        {"unmetered": "0.01", "price": "0.01"},
    ),
    "volume and a last digit": (
        total("0.02003", 2000),
        ours("0.01", 1000),
        {"unmetered": "0.01", "rounding": "0.00003"},
    ),
    "costs alone, one cause": (
        total("0.02"),
        ours("0.01", 1000, unpriced_calls=1),
        {"price": "0.01"},
    ),
    "costs alone, another tier": (
        total("0.02", tiers={"priority"}),
        ours("0.01", 1000),
        {"tier": "0.01"},
    ),
    "costs alone, two causes": (
        total("0.02"),
        ours("0.01", 1000, unpriced_calls=1, unknown_calls=1),
        {"unexplained": "0.01"},
    ),
    "costs alone, no cause": (total("0.02"), ours("0.01", 1000), {"unexplained": "0.01"}),
    "costs alone, less than ours": (
        total("0.01"),
        ours("0.02", 1000, unpriced_calls=1),
        {"unexplained": "-0.01"},
    ),
    "counts alone": (total(None, 2000), ours("0.01", 1000), {"unmetered": "0.01"}),
    "counts alone, the same": (total(None, 1000), ours("0.01", 1000), {}),
    "a credit": (total("-0.5"), Spent(), {"unmetered": "-0.5"}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_difference_has_a_name(case: str) -> None:
    stated, spent, expected = CASES[case]
    assert parts(stated, spent) == expected


def test_what_was_never_called_is_valued_at_the_list() -> None:
    unpriced = Spent(calls=1, unpriced_calls=1, quantities={NEW: Decimal(1000)})
    listed = Line(Decimal("2.5"), Decimal(1_000_000))
    assert parts(total("0.005", 2000), unpriced, listed) == {
        "unmetered": "0.0025",
        "price": "0.0025",
    }


def test_volume_of_no_known_rate_is_not_guessed() -> None:
    unpriced = Spent(calls=1, unpriced_calls=1, quantities={NEW: Decimal(1000)})
    assert parts(total("0.005", 2000), unpriced) == {"price": "0.005"}


def test_a_count_that_the_export_does_not_have_says_nothing() -> None:
    spent = ours("0.01", 1000)
    spent.use(OUT, 500)
    assert parts(total("0.01", 1000), spent) == {}


_counts = some.integers(0, 4)
_amounts = some.decimals(min_value=-100, max_value=100, places=9)


@given(
    cost=_amounts,
    tokens=some.none() | some.integers(0, 10**9),
    requests=some.none() | some.integers(0, 9),
    tiers=some.sets(some.sampled_from(["standard", "batch", "priority"])),
    spent=some.builds(
        Spent,
        calls=_counts,
        unknown_calls=_counts,
        unpriced_calls=_counts,
        unmetered=_counts,
        unknown_tiers=_counts,
        cost=some.decimals(min_value=0, max_value=100, places=9),
        lines=some.dictionaries(
            some.just(NEW),
            some.builds(
                Line,
                some.decimals(min_value=0, max_value=9, places=9),
                some.integers(0, 999).map(Decimal),
            ),
        ),
        quantities=some.dictionaries(some.just(NEW), some.integers(0, 10**9).map(Decimal)),
    ),
)
def test_the_parts_sum_to_the_difference_exactly(
    cost: Decimal, tokens: int | None, requests: int | None, tiers: set[str], spent: Spent
) -> None:
    stated = total(str(cost), tokens, requests=requests, tiers=tiers)
    found = residuals(stated, spent, lambda count: None)
    assert money.total(found.values()) == money.difference(cost, spent.cost)
    assert found.keys() <= RESIDUALS.keys()
    assert all(found.values())
