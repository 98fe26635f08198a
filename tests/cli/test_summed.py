"""Sums of costs: exact, and what is unknown is counted, however they are put together."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aso.cli.summed import Summed
from aso.pricing.money import total
from aso.records import Cost

_costs = some.lists(
    some.none() | some.decimals(min_value=0, max_value=10**9, places=18), max_size=20
)


def summed(costs: list[Decimal | None]) -> Summed:
    found = Summed()
    for cost in costs:
        found.add(Cost(total=cost, status="unpriced" if cost is None else "priced"))
    return found


@given(_costs, _costs)
def test_a_sum_is_exact_and_every_unknown_cost_is_counted(
    costs: list[Decimal | None], others: list[Decimal | None]
) -> None:
    found = summed(costs)
    found.merge(summed(others))
    known = [cost for cost in costs + others if cost is not None]
    assert (found.amount, found.priced) == (total(known), len(known))
    assert found.unpriced == len(costs + others) - len(known)


@pytest.mark.parametrize(
    ("costs", "known", "text"),
    [
        ([], "0", "0"),
        ([Decimal(0)], "0", "0"),
        ([None], None, "unpriced"),
        ([Decimal("0.5"), None], "0.5", "0.5+?"),
        ([Decimal(0), None], "0", "0+?"),
    ],
)
def test_what_is_unknown_is_never_a_zero(
    costs: list[Decimal | None], known: str | None, text: str
) -> None:
    assert (summed(costs).known, summed(costs).text) == (known, text)
