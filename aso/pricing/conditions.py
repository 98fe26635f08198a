"""The conditions of a price, typed: what the answer said → which variant of the row holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from aso.pricing.catalog import Price, Row

# Values that name the standard price: `auto` is what was asked, never a rate.
_STANDARD = frozenset({"", "auto", "default", "standard", "on_demand", "standard_only"})
_VARIANTS = ("processing", "speed", "service_tier")  # the first that is set decides
_MULTIPLIERS = ("data_residency", "inference_geo")
_NOWHERE = frozenset({"", "global", "not_available", "none", "default"})


@dataclass(frozen=True, slots=True)
class Selected:
    """The standard price, what a variant puts over it, a multiplier, and what was not known."""

    base: Price
    variant: Price | None = None
    multiplier: Decimal | None = None
    unknown: tuple[str, ...] = field(default=())


def select(row: Row, at: datetime, conditions: Mapping[str, Any]) -> Selected | None:
    """Return the prices in force under these conditions; None where none is at that instant.

    A tier that the row does not know leaves the standard price and is named in ``unknown``.
    """
    base = row.standard(at)
    if base is None:
        return None
    variant, unknown = _variant(row, at, conditions)
    multiplier, more = _multiplier(row, conditions)
    return Selected(base, variant, multiplier, (*unknown, *more))


def _variant(
    row: Row, at: datetime, conditions: Mapping[str, Any]
) -> tuple[Price | None, tuple[str, ...]]:
    for name in _VARIANTS:
        value = str(conditions.get(name) or "").lower()
        if value in _STANDARD:
            continue
        key = {"processing": "batch"} if value == "batch" else {name: value}
        found = row.variant(at, key)
        if found is not None:
            return found, ()
        return None, (f"tier_unknown:{value}",)
    return None, ()


def _multiplier(row: Row, conditions: Mapping[str, Any]) -> tuple[Decimal | None, tuple[str, ...]]:
    for name in _MULTIPLIERS:
        value = str(conditions.get(name) or "").lower()
        if value in _NOWHERE:
            continue
        known = row.multipliers.get(name, {})
        if value in known:
            return known[value], ()
        return None, (f"{name}_unknown:{value}",)
    return None, ()
