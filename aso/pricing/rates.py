"""Where a unit's rate is looked for: tables in turn, the narrowest unit first; found once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from aso.pricing import money
from aso.pricing.catalog import Rate, Row
from aso.pricing.term import Term
from aso.pricing.units import UNITS, ancestry, shares

# What is billed by the request, the search or the second: the rate may depend on a tool or a size.
QUALIFIED = frozenset(
    {"web_search_requests", "requests", "web_search_content_tokens", "video_seconds", "images"}
)
# What a search found is billed as input, beside the input that was counted.
_BILLED_AS = {"web_search_content_tokens": ("web_search_content_tokens", "input_tokens")}
TOKENS = UNITS.keys() | _BILLED_AS.keys()
_Table = Mapping[str, Rate]


class Entry(NamedTuple):
    """A line of a bill before its quantity: a unit, what is inside it, what one of it costs.

    ``less`` and ``more`` are the places of the reported units that its leaf leaves out and counts
    back in. ``each`` is what one costs with the factor of the conditions.
    """

    unit: str
    less: tuple[int, ...]
    more: tuple[int, ...]
    amount: Decimal
    per: int
    multiplier: Decimal | None
    each: Decimal
    provider: str
    source: str


Form = Sequence[Entry] | None


class Rates:
    """A unit → its rate, or None; of the units around it, the narrowest that has one.

    ``tables`` are looked through in turn: a long prompt's before those of any length, a variant's
    before the standard ones. ``multiplier``: of the conditions, on tokens. ``term``: what was
    agreed; its rates go over all. ``has_fees``: something is by the request.
    """

    __slots__ = ("_forms", "has_fees", "multiplier", "row", "tables", "term")

    def __init__(
        self,
        tables: Sequence[_Table],
        row: Row,
        multiplier: Decimal | None,
        term: Term | None = None,
    ) -> None:
        self.tables = tables if term is None else (term.rates, *tables)
        self.row, self.multiplier, self.term = row, multiplier, term
        self.has_fees = (term is not None and term.fee is not None) or any(
            unit.startswith("requests") for table in self.tables for unit in table
        )
        self._forms: dict[tuple[str, ...], Form] = {}

    def __getitem__(self, unit: str) -> Rate | None:
        for name in _BILLED_AS.get(unit) or ancestry(unit):
            if (rate := self.table_rate(name)) is not None:
                return rate
        return None

    def table_rate(self, name: str) -> Rate | None:
        """Return the rate under exactly this name."""
        for table in self.tables:
            if name in table:
                return table[name]
        return None

    def lists(self, name: str) -> bool:
        """Return True where some table has a rate under exactly this name."""
        return any(name in table for table in self.tables)

    def factor(self, unit: str, rate: Rate) -> Decimal | None:
        """Return what a line is multiplied by: the conditions' factor, and the contract's."""
        is_multiplied = unit in TOKENS and not rate.is_agreed
        listed = self.multiplier if is_multiplied else None
        agreed = None if self.term is None else self.term.multiplier
        if listed is None or agreed is None:
            return agreed if listed is None else listed
        return money.product(listed, agreed)

    def source(self, rate: Rate) -> str:
        """Return what a line says of where its rate is from."""
        listed = rate.source or self.row.source
        if self.term is None:
            return listed
        contract = f"contract:{self.term.name}"
        return contract if rate.is_agreed else f"{listed}+{contract}"

    def form(self, names: tuple[str, ...]) -> Form:
        """Return the bill of usage that reports these units of tokens, without its quantities.

        None where some unit needs a closer look. It is drawn up once: programs report few different
        sets of units.
        """
        found = self._forms.get(names)
        if found is None and names not in self._forms:
            entries = [self._entry(unit, share, names) for unit, share in shares(names).items()]
            known = [entry for entry in entries if entry is not None]
            found = self._forms[names] = known if len(known) == len(entries) else None
        return found

    def _entry(self, unit: str, share: Mapping[str, int], names: tuple[str, ...]) -> Entry | None:
        rate = self[unit]
        if rate is None or rate.each is None or self._is_by_lifetime(unit):
            return None
        factor = self.factor(unit, rate)
        return Entry(
            unit,
            tuple(names.index(one) for one, times in share.items() for _ in range(-times)),
            tuple(names.index(one) for one in share if one != unit for _ in range(share[one])),
            rate.amount,
            rate.per,
            factor,
            rate.each if factor is None else money.product(rate.each, factor),
            self.row.provider,
            self.source(rate),
        )

    def _is_by_lifetime(self, unit: str) -> bool:
        return unit == "cache_write_tokens" and self.lists("cache_write_1h_tokens")
