"""Units that no usage object says: images that came, characters that were sent to be spoken."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from aso.records import Quantity, Usage


def counted(usage: Any, extra: Mapping[str, Any] | None) -> Usage | None:
    """Return what was counted of the answer, else of the request; None: nothing was.

    A usage object that says only what the call cost is still the provider's word.
    """
    extra = extra or {}
    conditions: Mapping[str, Any] = extra.get("conditions") or {}
    said: Mapping[str, Any] = extra.get("units") or conditions.get("units") or {}
    units = {name: number for name, one in said.items() if (number := _number(one)) is not None}
    if not units:
        return None
    return Usage(units=units, source="provider" if usage else "estimate")


def _number(value: Any) -> Quantity | None:
    if isinstance(value, int):
        return value if value >= 0 else None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None
