"""Which of a row's prices hold: by the instant, under what the answer said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from aso.pricing import money
from aso.pricing.catalog import Price, Row
from aso.pricing.conditions import PLACES, USUAL, text, unusual_values
from aso.pricing.rates import Rates
from aso.pricing.term import Term
from aso.pricing.units import Said
from aso.records import Quantity

Notes = tuple[str, ...]
_ASKED = (*USUAL, "endpoint")
_ONE = Decimal(1)


class Selected:
    """The standard price in force, what a variant puts over it, a factor on tokens.

    ``unknown``: conditions that the row does not know. ``least_long``: of tokens, from which on a
    prompt may be a long one.
    """

    __slots__ = (
        "_long",
        "_short",
        "base",
        "least_long",
        "multiplier",
        "row",
        "unknown",
        "variant",
    )

    def __init__(self, way: Way, base: Price, variant: Price | None, unknown: Notes) -> None:
        self.row, self.base, self.variant, self.unknown = way.row, base, variant, unknown
        self.multiplier = way.multiplier
        tiers = (*base.tiers, *(() if variant is None else variant.tiers))
        self.least_long = min([tier.threshold for tier in tiers], default=None)
        self._short = self._rates((0, 0))
        self._long: dict[tuple[int, int], Rates] = {}

    def rates(self, found: Said, *, is_sum: bool = False) -> Rates:
        """Return the rates of a prompt of this length; of the sum of many, those of short ones.

        A variant that has no long-prompt tier of its own keeps its rates at any length; a unit that
        it leaves out costs what it does without it.
        """
        if self.least_long is None or is_sum or (prompt := found.prompt_tokens) < self.least_long:
            return self._short
        tiers = self._tiers(prompt)
        if tiers not in self._long:
            self._long[tiers] = self._rates(tiers)
        return self._long[tiers]

    def is_long(self, found: Said) -> bool:
        """Return whether a prompt of this length is a long one."""
        return self.least_long is not None and any(self._tiers(found.prompt_tokens))

    def _tiers(self, prompt: Quantity) -> tuple[int, int]:
        variant = self.variant
        return self.base.tier(prompt), 0 if variant is None else variant.tier(prompt)

    def _rates(self, tiers: tuple[int, int]) -> Rates:
        over = () if self.variant is None else self.variant.layers(tiers[1])
        return Rates((*over, *self.base.layers(tiers[0])), self.row, self.multiplier)


@lru_cache(maxsize=1024)
def agreed(listed: Rates, term: Term) -> Rates:
    """Return the rates under a contract."""
    return Rates(listed.tables, listed.row, listed.multiplier, term)


class Way:
    """What a row charges under some conditions, whatever the time: found once for each.

    ``variants``: prices, and what is unknown if one of them holds; the first that does counts.
    ``otherwise``: what is unknown if none does.
    """

    __slots__ = ("_selected", "multiplier", "otherwise", "row", "variants")

    def __init__(
        self,
        row: Row,
        multiplier: Decimal | None,
        variants: Sequence[tuple[Sequence[Price], Notes]],
        otherwise: Notes,
    ) -> None:
        self.row, self.multiplier = row, multiplier
        self.variants, self.otherwise = variants, otherwise
        self._selected: dict[tuple[Price, Price | None], Selected] = {}

    def selected(self, at: datetime, base: Price) -> Selected:
        """Return what holds at an instant, over the standard price then."""
        variant, unknown = None, self.otherwise
        if self.variants:
            variant, unknown = self._variant(at)
        found = self._selected.get((base, variant))
        if found is None:
            found = self._selected[base, variant] = Selected(self, base, variant, unknown)
        return found

    def _variant(self, at: datetime) -> tuple[Price | None, Notes]:
        for prices, unknown in self.variants:
            for price in prices:
                if price.is_in_force(at):
                    return price, unknown
        return None, self.otherwise


def select(row: Row, at: datetime, conditions: Mapping[str, Any]) -> Selected | None:
    """Return the prices in force under these conditions; None where none is at that instant.

    A condition that the row does not know leaves the standard price and is named in ``unknown``.
    """
    base = row.price(at)
    if base is None:
        return None
    try:
        way = _way(row, *map(conditions.get, _ASKED))
    except TypeError:  # a list or a table, where an answer should have a text
        way = _way(row, *[text(conditions.get(name)) for name in _ASKED])
    return way.selected(at, base)


@lru_cache(maxsize=4096)
def _way(row: Row, *values: object) -> Way:
    *others, endpoint = map(text, values)
    wanted = dict(unusual_values(*others))
    if any(("endpoint", endpoint) in when for when in row.variants):  # else it costs what others do
        wanted["endpoint"] = endpoint
    places = {name: wanted.pop(name) for name in PLACES if name in wanted}
    factors: list[Decimal] = []
    for name in tuple(wanted):
        factor = row.multiplier(name, wanted[name])
        if factor is not None:
            factors.append(factor)
            del wanted[name]
    nowhere: list[str] = []
    for name, value in places.items():
        factor = row.multiplier(name, value)
        if factor is None:
            nowhere.append(f"{name}_unknown:{value}")
        else:
            factors.append(factor)
    variants = [(prices, (*notes, *nowhere)) for prices, notes in _variants(row, wanted) if prices]
    unknown = [f"tier_unknown:{value}" for value in wanted.values()]
    return Way(row, _product(factors), variants, (*unknown, *nowhere))


def _variants(row: Row, wanted: Mapping[str, str]) -> Iterator[tuple[Sequence[Price], Notes]]:
    """Yield the row's prices under all conditions together, then under each alone."""
    yield row.variant(wanted), ()
    for name, value in wanted.items():
        others = [f"tier_not_combined:{wanted[one]}" for one in wanted if one != name]
        yield row.variant({name: value}), tuple(others)


def _product(factors: Iterable[Decimal]) -> Decimal | None:
    """Return what tokens are multiplied by; None: by nothing, or by 1."""
    found = _ONE
    for factor in factors:
        found = money.product(found, factor)
    return None if found == _ONE else found
