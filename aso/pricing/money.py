"""Exact arithmetic whatever decimal context the program has set: one context of our own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce

from aso.records import Quantity

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_WIDER = Context(prec=200)
_ZERO = Decimal(0)
_PLACES = Decimal("1e-18")  # where a division does not end, e.g. per 3,600 seconds

product = _EXACT.multiply  # left × right, exactly: each a Decimal or an int
plus = _EXACT.add  # left + right, exactly


def amount(quantity: Quantity, rate: Decimal, per: Quantity, multiplier: Decimal | None) -> Decimal:
    """Return quantity × rate ÷ per × multiplier; exact, or to 18 places where it does not end."""
    product = _EXACT.multiply(Decimal(quantity), rate)
    if multiplier is not None:
        product = _EXACT.multiply(product, multiplier)
    return _quotient(product, per)


def each(rate: Decimal, per: int) -> Decimal | None:
    """Return the price of one unit; None where the division does not end."""
    found = _EXACT.divide(rate, Decimal(per))
    return found if _is_quotient(found, rate, per) else None


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    return reduce(plus, amounts, _ZERO)


def difference(left: Decimal, right: Decimal) -> Decimal:
    """Return left - right, exactly."""
    return _EXACT.subtract(left, right)


def _quotient(dividend: Decimal, per: Quantity) -> Decimal:
    found = _EXACT.divide(dividend, Decimal(per))
    return found if _is_quotient(found, dividend, per) else _EXACT.quantize(found, _PLACES)


def _is_quotient(found: Decimal, dividend: Decimal, per: Quantity) -> bool:
    """Return True where the division ended: checked with room for every digit of the product."""
    return _WIDER.multiply(found, Decimal(per)) == dividend
