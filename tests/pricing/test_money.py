"""Amounts are exact; where a division does not end they have 18 places."""

from __future__ import annotations

from decimal import Decimal

import pytest

from aso.pricing import money


@pytest.mark.parametrize(
    ("quantity", "rate", "per", "expected"),
    [
        (11, "0.15", 10**6, "0.00000165"),
        (7200, "0.006", 3600, "0.012"),
        (1, "1", 3, "0.333333333333333333"),
        (37, "0.0375", 3600, "0.000385416666666667"),
    ],
)
def test_an_amount_is_exact_or_has_18_places(
    quantity: int, rate: str, per: int, expected: str
) -> None:
    assert money.amount(quantity, Decimal(rate), per, None) == Decimal(expected)
