"""Checks of what a program passes to `aso.record()` and `aso.pricing.price()`: value, rule, way out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aso.dimension_rules import is_text
from aso.errors import ConfigError

_SHOWN = 60


def expect_text(name: str, value: object, example: str) -> None:
    """Raise where the value is no text, or an empty one.

    Raises:
        ConfigError: it is not.
    """
    if not isinstance(value, str) or not value or not is_text(value):
        raise ConfigError(f"{name} is {shown(value)}: a non-empty text, e.g. {example!r}")


def expect_instant(at: Any) -> None:
    """Raise where ``at`` is no instant: a datetime with its zone.

    Raises:
        ConfigError: it is not.
    """
    if not isinstance(at, datetime):
        raise ConfigError(
            f"at is {shown(at)}: pass an aware datetime, e.g. datetime.now(timezone.utc)"
        )
    if at.utcoffset() is None:
        raise ConfigError(
            f"at={at.isoformat()} has no time zone: pass an aware datetime, e.g. with "
            "datetime.timezone.utc"
        )


def shown(value: object) -> str:
    """Return a wrong value as a message may show it: as Python writes it, and short."""
    return ascii(value)[:_SHOWN]
