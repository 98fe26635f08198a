"""The conditions of a price, typed: what the answer said → which variant of the row holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from aso.pricing import money
from aso.pricing.catalog import Price, Row

# Values that name the standard price: `auto` is what was asked, never a rate.
STANDARD = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand", "online"})
_PLACES = ("data_residency", "inference_geo")
_NOWHERE = frozenset({"", "global", "not_available", "none", "default"})
# Each condition's usual values. Where several variants are set, the first here is priced.
_USUAL = {
    "processing": STANDARD,
    "service_tier": STANDARD,
    "speed": STANDARD,
    **dict.fromkeys(_PLACES, _NOWHERE),
}
_ANY = frozenset[str]()  # of what no price depends on
# The same thing under the name that the rows use: a batch is a way of processing.
_SAME = {
    ("service_tier", "batch"): ("processing", "batch"),
    ("service_tier", "batches"): ("processing", "batch"),
    ("processing", "batches"): ("processing", "batch"),
}
# The size of a search that a request says none of: OpenAI's is medium, Perplexity's low
# (docs.perplexity.ai/guides/search-context-size-guide, 2026-11-26).
_DEFAULT_SEARCH = "medium"
_DEFAULT_SEARCHES = {"perplexity": "low"}


class Selected(NamedTuple):
    """The standard price, what a variant puts over it, a factor on tokens, and what is unknown."""

    base: Price
    variant: Price | None
    multiplier: Decimal | None
    unknown: tuple[str, ...]


def select(row: Row, at: datetime, conditions: Mapping[str, Any]) -> Selected | None:
    """Return the prices in force under these conditions; None where none is at that instant.

    A condition that the row does not know leaves the standard price and is named in ``unknown``.
    """
    base = row.price(at)
    if base is None:
        return None
    for name, value in conditions.items():
        usual = _USUAL.get(name, _ANY)
        if usual is _ANY or value is None or (type(value) is str and value in usual):
            continue
        if _text(value) not in usual:
            break
    else:
        return _standard(base)
    wanted = unusual(conditions)
    places = {name: wanted.pop(name) for name in _PLACES if name in wanted}
    factors: list[Decimal] = []
    variant, unknown = _variant(row, at, wanted, factors)
    for name, value in places.items():
        factor = row.multiplier(name, value)
        if factor is None:
            unknown.append(f"{name}_unknown:{value}")
        else:
            factors.append(factor)
    return Selected(base, variant, _product(factors), tuple(unknown))


@lru_cache(maxsize=4096)
def _standard(base: Price) -> Selected:
    return Selected(base, None, None, ())


def unusual(conditions: Mapping[str, Any]) -> dict[str, str]:
    """Return what is not as usual, in the order of `_USUAL`, under the names that rows use."""
    return dict(_unusual(tuple([_text(conditions.get(name)) for name in _USUAL])))


@lru_cache(maxsize=256)
def _unusual(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = (
        (name, value)
        for (name, usual), value in zip(_USUAL.items(), values, strict=True)
        if value not in usual
    )
    return tuple(dict(_SAME.get(condition, condition) for condition in found).items())


def qualifiers(provider: str, conditions: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a fee per request or search may depend on: the tools, then the search's size."""
    tools = conditions.get("tools") or ()
    names = [tools] if isinstance(tools, str) else sorted(str(name) for name in tools)
    usual = _DEFAULT_SEARCHES.get(provider, _DEFAULT_SEARCH)
    return (*names, _text(conditions.get("search_context_size")) or usual)


def _variant(
    row: Row, at: datetime, wanted: dict[str, str], factors: list[Decimal]
) -> tuple[Price | None, list[str]]:
    """Return the row's price under all conditions together, else under the first that it has."""
    for name in tuple(wanted):
        factor = row.multiplier(name, wanted[name])
        if factor is not None:
            factors.append(factor)
            del wanted[name]
    if not wanted:
        return None, []
    found = row.variant(at, wanted)
    if found is not None:
        return found, []
    for name, value in wanted.items():
        found = row.variant(at, {name: value})
        if found is not None:
            return found, [f"tier_not_combined:{wanted[one]}" for one in wanted if one != name]
    return None, [f"tier_unknown:{value}" for value in wanted.values()]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip().lower()


def _product(factors: list[Decimal]) -> Decimal | None:
    if not factors:
        return None
    found = factors[0]
    for factor in factors[1:]:
        found = money.product(found, factor)
    return found
