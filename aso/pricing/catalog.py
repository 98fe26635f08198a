"""The price catalog: rows of one provider and model each, with dated, conditional rates.

The file is generated (aso/pricing/build), committed and hashed: gzip over lines of JSON, first a
header, then one line per provider. It is read when the first price is asked for, a provider's line
is parsed when the first of its models is, and a row, text inside of it, when its model is: so what
nobody asks for takes the room of its text.
"""

from __future__ import annotations

import json
import pkgutil
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from aso.pricing import money
from aso.records import Quantity

SCHEMA = "aso.catalog/1"
_GZIP = 31  # zlib's window bits for a gzip header
_NOTHING: Mapping[str, Decimal] = {}


class Rate(NamedTuple):
    """USD for ``per`` units.

    ``each`` is the price of one unit, None where the division does not end. ``source`` is said
    where it differs from the row's. ``is_agreed``: a contract states it.
    """

    amount: Decimal
    per: int
    each: Decimal | None
    source: str | None = None
    is_agreed: bool = False

    @classmethod
    def of(
        cls, amount: Decimal, per: int, source: str | None = None, *, is_agreed: bool = False
    ) -> Rate:
        """Return the rate."""
        return cls(amount, per, money.each(amount, per), source, is_agreed)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of certain weekdays, UTC: minutes since midnight, end exclusive; Monday is 0.

    ``closed``: dates (ISO 8601, UTC) on which it does not open, e.g. public holidays.
    """

    days: frozenset[int]
    start_minute: int
    end_minute: int
    closed: frozenset[str] = frozenset()

    def holds(self, at: datetime) -> bool:
        """Return True where the instant is inside."""
        moment = at.astimezone(timezone.utc)
        minute = moment.hour * 60 + moment.minute
        return (
            self.start_minute <= minute < self.end_minute
            and moment.weekday() in self.days
            and moment.date().isoformat() not in self.closed
        )


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates of the whole request where the prompt is over a threshold of tokens."""

    threshold: int
    is_inclusive: bool
    rates: Mapping[str, Rate]

    def holds(self, prompt_tokens: Quantity) -> bool:
        """Return True where the prompt is long enough."""
        if self.is_inclusive:
            return prompt_tokens >= self.threshold
        return prompt_tokens > self.threshold


@dataclass(frozen=True, slots=True, eq=False)
class Price:
    """Rates that hold from an instant on, under conditions.

    ``when``: conditions and their values, sorted; empty: the standard price. Tiers are in the
    order of their thresholds.
    """

    since: datetime | None
    until: datetime | None
    when: tuple[tuple[str, str], ...]
    window: Window | None
    rates: Mapping[str, Rate]
    tiers: Sequence[Tier]

    def is_in_force(self, at: datetime) -> bool:
        """Return True where the instant is in the dates and in the window."""
        since, until, window = self.since, self.until, self.window
        if since is not None and at < since:
            return False
        if until is not None and at >= until:
            return False
        return window is None or window.holds(at)

    def tier(self, prompt_tokens: Quantity) -> int:
        """Return how many of the tiers hold for a prompt of this length."""
        held = 0
        for tier in self.tiers:
            if tier.holds(prompt_tokens):
                held += 1
        return held

    def layers(self, tier: int) -> tuple[Mapping[str, Rate], ...]:
        """Return where to look for a rate, first the longest of so many tiers."""
        return (*[one.rates for one in reversed(self.tiers[:tier])], self.rates)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What one model costs at one provider, over time.

    ``standard`` and ``variants`` (by sorted conditions) are newest first. ``source`` is what a cost
    line says of where its rate is from.
    ``minimums``, ``maximums``: unit → the least, the most that is billed of it for one request.
    ``blocks``: unit → another that each one
    brings with it, and how many of that.
    """

    provider: str
    model: str
    standard: Sequence[Price]
    variants: Mapping[tuple[tuple[str, str], ...], Sequence[Price]]
    multipliers: Mapping[str, Mapping[str, Decimal]]
    source: str
    minimums: Mapping[str, Quantity] = field(default_factory=dict[str, Quantity])
    maximums: Mapping[str, Quantity] = field(default_factory=dict[str, Quantity])
    blocks: Mapping[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    def price(self, at: datetime) -> Price | None:
        """Return the standard price in force at an instant; None: there is none then."""
        for price in self.standard:
            if price.is_in_force(at):
                return price
        return None

    def variant(self, when: Mapping[str, str]) -> Sequence[Price]:
        """Return the prices under exactly these conditions, newest first."""
        return self.variants.get(tuple(sorted(when.items())), ())

    def multiplier(self, condition: str, value: str) -> Decimal | None:
        """Return the factor on tokens under a condition; ``*`` stands for any value."""
        known = self.multipliers.get(condition, _NOTHING)
        return known.get(value, known.get("*"))


class _Provider:
    """A provider's line of the catalog: names of models at once, their rows when asked for."""

    def __init__(self, name: str, line: bytes) -> None:
        document = json.loads(line)
        self._name = name
        self._calendars: Mapping[str, Sequence[str]] = document.get("calendars", {})
        self.models: Mapping[str, str] = document["models"]
        self.ids: Mapping[str, str] = document["aliases"]
        self._rows: dict[str, Row] = {}
        self.disputes: Mapping[str, str] = {
            name: one["why"]
            for model, one in document.get("disputes", {}).items()
            for name in (model, *one["aliases"])
        }

    def row(self, name: str) -> Row | None:
        model = name if name in self.models else self.ids.get(name)
        if model is None:
            return None
        row = self._rows.get(model)
        if row is None:
            row = self._rows[model] = self._made(model)
        return row

    def _made(self, model: str) -> Row:
        document = json.loads(self.models[model])
        prices = [_price(one, self._calendars) for one in reversed(document["prices"])]
        variants: dict[tuple[tuple[str, str], ...], list[Price]] = {}
        for price in prices:
            variants.setdefault(price.when, []).append(price)
        return Row(
            provider=self._name,
            model=model,
            standard=tuple(variants.pop((), ())),
            variants=variants,
            multipliers={
                name: {key: Decimal(value) for key, value in values.items()}
                for name, values in document.get("multipliers", {}).items()
            },
            source=f"catalog:{'+'.join(document['sources'])}:{document['confidence']}",
            minimums=_bounds(document.get("minimums", {})),
            maximums=_bounds(document.get("maximums", {})),
            blocks={
                unit: (brought, quantity)
                for unit, (brought, quantity) in document.get("blocks", {}).items()
            },
        )


class Catalog:
    """All rows, by provider. Immutable to its readers; what it parses it keeps."""

    def __init__(self, text: bytes) -> None:
        first, *lines = text.splitlines()
        header = json.loads(first)
        self.version: str = header["version"]
        self.sha256: str = header["sha256"]
        self._names: Sequence[str] = sorted(header["providers"])
        self._lines = dict(zip(header["providers"], lines, strict=True))
        self._providers: dict[str, _Provider] = {}

    @classmethod
    def from_gzip(cls, data: bytes) -> Catalog:
        """Return the catalog of a file's bytes."""
        return cls(zlib.decompress(data, _GZIP))

    @property
    def providers(self) -> list[str]:
        """Return the providers that have rows, sorted."""
        return list(self._names)

    def row(self, provider: str, name: str) -> Row | None:
        """Return the row of a model's id or alias; None where there is none."""
        found = self._provider(provider)
        return None if found is None else found.row(name)

    def names(self, provider: str) -> Mapping[str, str]:
        """Return every name of a provider's models: ids and aliases, each with its model."""
        found = self._provider(provider)
        return {} if found is None else {**found.ids, **{name: name for name in found.models}}

    def dispute(self, provider: str, name: str) -> str | None:
        """Return why a model that is known has no row: ``conflict:`` and the sources that differ.

        Or ``free_unconfirmed:``, and the one that alone says so. None: there is no such reason.
        """
        found = self._provider(provider)
        return None if found is None else found.disputes.get(name)

    def disputes(self, provider: str) -> Mapping[str, str]:
        """Return every name of a provider's models that have no row for a reason, with it."""
        found = self._provider(provider)
        return {} if found is None else found.disputes

    def models(self, provider: str) -> list[str]:
        """Return the models of a provider, sorted."""
        found = self._provider(provider)
        return [] if found is None else sorted(found.models)

    def _provider(self, name: str) -> _Provider | None:
        line = self._lines.get(name)
        if line is not None:
            self._providers.setdefault(name, _Provider(name, line))
            self._lines.pop(name, None)  # not before: who finds no line finds what was made of it
        return self._providers.get(name)


@lru_cache(maxsize=1)
def bundled() -> Catalog:
    """Return the catalog that this version brings."""
    data = pkgutil.get_data("aso.pricing", "data/catalog.json.gz")
    assert data is not None  # noqa: S101 — it is part of the package
    return Catalog(zlib.decompress(data, _GZIP))


def _price(document: Mapping[str, Any], calendars: Mapping[str, Sequence[str]]) -> Price:
    window = document.get("window")
    return Price(
        since=_instant(document.get("since")),
        until=_instant(document.get("until")),
        when=tuple(sorted(document.get("when", {}).items())),
        window=_window(window, calendars) if window else None,
        rates=_rates(document["rates"]),
        tiers=tuple(
            Tier(one["threshold"], one["inclusive"], _rates(one["rates"]))
            for one in document.get("tiers", ())
        ),
    )


def _window(document: Mapping[str, Any], calendars: Mapping[str, Sequence[str]]) -> Window:
    closed = calendars.get(document.get("closed", ""), ())
    start, end = document["minutes"]
    return Window(frozenset(document["days"]), start, end, frozenset(closed))


def _rates(document: Mapping[str, Any]) -> Mapping[str, Rate]:
    return {
        unit: Rate.of(Decimal(amount), per, *[f"catalog:{source}" for source in more])
        for unit, (amount, per, *more) in document.items()
    }


def _bounds(document: Mapping[str, str]) -> Mapping[str, Quantity]:
    return {unit: Decimal(bound) for unit, bound in document.items()}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
