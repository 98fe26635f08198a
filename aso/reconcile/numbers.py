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


def number(value: object, name: str) -> Decimal:
    """Return a number or its text.

    Raises:
        ConfigError: it is neither.
    """
    try:
        found = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ConfigError(f"the export's {name} is {value!r}: a number; fetch the export again")
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
        ConfigError: it is neither.
    """
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise ConfigError(
            f"the export's {name} is {text!r}: an instant; fetch the export again"
        ) from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * _MILLISECONDS


def day_of(ms: int) -> str:
    """Return the UTC day of an instant."""
    return f"{datetime.fromtimestamp(ms / _MILLISECONDS, timezone.utc):%Y-%m-%d}"
