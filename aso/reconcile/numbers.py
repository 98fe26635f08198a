"""Numbers of an export, exact: a JSON number is read by its digits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from aso.errors import ConfigError
from aso.pricing import money

_CENTS = Decimal("0.01")
_HALF = Decimal("0.5")
_MOST_TOLERATED = Decimal("0.005")  # a whole number of USD is taken as exact to the cent
_LEAST_TOLERATED = Decimal("1e-9")  # providers add binary floats, and export the dust
_MILLISECONDS = 1000
_DIGITS, _PLACES = 18, 40  # of what is added exactly (aso.pricing.money)
_FIRST, _LAST = 946_684_800, 4_102_444_800  # 2000 and 2100, in epoch seconds


def number(value: object, name: str) -> Decimal:
    """Return a number or its text.

    Raises:
        ConfigError: it is neither, or of more digits than are added exactly.
    """
    try:
        found = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ConfigError(f"the export's {name} is {value!r}: a number; fetch the export again")
    if found.adjusted() >= _DIGITS or int(found.as_tuple().exponent) < -_PLACES:
        raise ConfigError(
            f"the export's {name} is {value!r}: a number below 10^{_DIGITS}, to {_PLACES} decimal "
            "places; fetch the export again"
        )
    return found


def dollars(
    value: object, currency: object, name: str, *, is_cents: bool
) -> tuple[Decimal, Decimal]:
    """Return an amount in USD, and by how much it may be off: half a unit of its last digit.

    Raises:
        ConfigError: it is no number, or of another currency.
    """
    if str(currency).lower() != "usd":
        raise ConfigError(
            f"the export's {name} is in {currency!r}: the ledger is in USD; export it in USD"
        )
    found = number(value, name)
    exponent = found.as_tuple().exponent
    last = Decimal(1).scaleb(min(int(exponent), 0))
    unit = _CENTS if is_cents else Decimal(1)
    tolerance = money.product(money.product(_HALF, last), unit)
    return money.product(found, unit), min(max(tolerance, _LEAST_TOLERATED), _MOST_TOLERATED)


def count(row: Mapping[str, Any], name: str) -> Decimal:
    """Return a count; what is absent or null is 0."""
    value = row.get(name)
    return Decimal(0) if value is None else number(value, name)


def epoch_ms(text: object, name: str) -> int:
    """Return an RFC 3339 instant, or a date's first, in epoch milliseconds.

    Raises:
        ConfigError: it is neither, or not of this century.
    """
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise ConfigError(
            f"the export's {name} is {text!r}: an instant; fetch the export again"
        ) from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
    return _ms(int(moment.timestamp()), text, name)


def seconds_ms(value: object, name: str) -> int:
    """Return epoch seconds in milliseconds.

    Raises:
        ConfigError: it is no number, or not of this century.
    """
    return _ms(int(number(value, name)), value, name)


def day_of(ms: int) -> str:
    """Return the UTC day of an instant."""
    return f"{datetime.fromtimestamp(ms / _MILLISECONDS, timezone.utc):%Y-%m-%d}"


def _ms(seconds: int, value: object, name: str) -> int:
    if not _FIRST <= seconds < _LAST:
        raise ConfigError(
            f"the export's {name} is {value!r}: an instant from 2000 to 2100; fetch the export again"
        )
    return seconds * _MILLISECONDS
