"""Where a unit's rate is looked for: tables in turn, the narrowest unit first; found once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from aso.pricing.catalog import Price, Rate
from aso.pricing.units import UNITS, ancestry

# What is billed by the request, the search or the second: the rate may depend on a tool or a size.
QUALIFIED = frozenset(
    {"web_search_requests", "requests", "web_search_content_tokens", "video_seconds", "images"}
)
# What a search found is billed as input, beside the input that was counted.
_BILLED_AS = {"web_search_content_tokens": ("web_search_content_tokens", "input_tokens")}
TOKENS = UNITS.keys() | _BILLED_AS.keys()
_Table = Mapping[str, Rate]


class Rates(dict[str, Rate | None]):
    """A unit → its rate, or None; of the units around it, the narrowest that has one.

    ``tables`` are looked through in turn: a long prompt's before those of any length, a variant's
    before the standard ones.
    """

    __slots__ = ("tables",)

    def __init__(self, *tables: _Table) -> None:
        super().__init__()
        self.tables = tables

    def __missing__(self, unit: str) -> Rate | None:
        names = _BILLED_AS.get(unit) or ancestry(unit)
        found = next(
            (rate for name in names if (rate := self.table_rate(name)) is not None),
            None,
        )
        if unit in UNITS:  # others are as many as programs write
            self[unit] = found
        return found

    def table_rate(self, name: str) -> Rate | None:
        """Return the rate under exactly this name."""
        for table in self.tables:
            if name in table:
                return table[name]
        return None

    def lists(self, name: str) -> bool:
        """Return True where some table has a rate under exactly this name."""
        return any(name in table for table in self.tables)


@lru_cache(maxsize=4096)
def rates_of(base: Price, base_tier: int, variant: Price | None, variant_tier: int) -> Rates:
    """Return the rates of a standard price and of the variant over it, each at a tier of its own.

    A unit that the variant leaves out costs what it does without it, at the prompt's length.
    """
    over = () if variant is None else variant.layers(variant_tier)
    return Rates(*over, *base.layers(base_tier))
