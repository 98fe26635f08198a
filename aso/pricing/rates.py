"""Where a unit's rate is looked for: tables in turn, the narrowest unit first; found once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from aso.pricing.catalog import Price, Rate
from aso.pricing.units import UNITS, ancestry, shares

# What is billed by the request, the search or the second: the rate may depend on a tool or a size.
QUALIFIED = frozenset(
    {"web_search_requests", "requests", "web_search_content_tokens", "video_seconds", "images"}
)
# What a search found is billed as input, beside the input that was counted.
_BILLED_AS = {"web_search_content_tokens": ("web_search_content_tokens", "input_tokens")}
TOKENS = UNITS.keys() | _BILLED_AS.keys()
_Table = Mapping[str, Rate]
_ZERO = Decimal(0)


class Entry(NamedTuple):
    """A line of a bill before its quantity: a unit, what is inside it, what one of it costs.

    ``less`` and ``more`` are the places of the reported units that its leaf leaves out and counts
    back in. ``each`` is None where a closer look is needed.
    """

    unit: str
    less: tuple[int, ...]
    more: tuple[int, ...]
    amount: Decimal
    per: int
    each: Decimal | None
    source: str | None


class Rates(dict[str, Rate | None]):
    """A unit → its rate, or None; of the units around it, the narrowest that has one.

    ``tables`` are looked through in turn: a long prompt's before those of any length, a variant's
    before the standard ones.
    """

    __slots__ = ("_forms", "tables")

    def __init__(self, *tables: _Table) -> None:
        super().__init__()
        self.tables = tables
        self._forms: dict[tuple[str, ...], Sequence[Entry]] = {}

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

    def form(self, names: tuple[str, ...]) -> Sequence[Entry]:
        """Return the bill of usage that reports these units of tokens, without its quantities.

        It is drawn up once: programs report few different sets of units.
        """
        found = self._forms.get(names)
        if found is None:
            found = self._forms[names] = [
                self._entry(unit, {names.index(one): times for one, times in share.items()}, names)
                for unit, share in shares(names).items()
            ]
        return found

    def _entry(self, unit: str, share: Mapping[int, int], names: tuple[str, ...]) -> Entry:
        rate, own = self[unit], names.index(unit)
        less = [place for place, times in share.items() for _ in range(-times)]
        more = [place for place, times in share.items() for _ in range(times) if place != own]
        if rate is None or self._is_by_lifetime(unit):
            return Entry(unit, tuple(less), tuple(more), _ZERO, 1, None, None)
        return Entry(unit, tuple(less), tuple(more), rate.amount, rate.per, rate.each, rate.source)

    def _is_by_lifetime(self, unit: str) -> bool:
        return unit == "cache_write_tokens" and self.lists("cache_write_1h_tokens")


@lru_cache(maxsize=4096)
def rates_of(base: Price, base_tier: int, variant: Price | None, variant_tier: int) -> Rates:
    """Return the rates of a standard price and of the variant over it, each at a tier of its own.

    A unit that the variant leaves out costs what it does without it, at the prompt's length.
    """
    over = () if variant is None else variant.layers(variant_tier)
    return Rates(*over, *base.layers(base_tier))
