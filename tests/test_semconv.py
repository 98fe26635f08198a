"""How values are written on the wire: exact, one text for one value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from aso.semconv import decimal_text, instant_text, quantity_text, rate_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1E+2", "100"),
        ("100.00", "100"),
        ("0.150", "0.15"),
        ("-0", "0"),
        ("1e-18", f"0.{'0' * 17}1"),
    ],
)
def test_a_rate_is_written_like_any_amount(value: str, text: str) -> None:
    rate = Decimal(value)
    assert decimal_text(rate) == rate_text(rate) == quantity_text(rate) == text


@pytest.mark.parametrize("count", [0, 7, 1_000_000, 10**40])
def test_a_count_is_written_like_its_amount(count: int) -> None:
    assert quantity_text(count) == decimal_text(Decimal(count))


def test_a_year_has_four_digits() -> None:
    assert instant_text(-62_135_596_800_000) == "0001-01-01T00:00:00.000Z"


def test_every_instant_of_a_second_has_its_own_milliseconds() -> None:
    second = 1_795_435_200_000
    assert instant_text(second) == "2026-11-23T12:00:00.000Z"
    assert instant_text(second + 7) == "2026-11-23T12:00:00.007Z"
    assert instant_text(second + 999) == "2026-11-23T12:00:00.999Z"
    assert instant_text(second + 1000) == "2026-11-23T12:00:01.000Z"
