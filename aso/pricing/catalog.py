"""The price catalog: rows of one provider and model each, with dated, conditional rates.

The file is generated (aso/pricing/build), committed and hashed. It is read when the first price is
asked for; a provider's rows are turned into objects when the first of them is.
"""

from __future__ import annotations

import gzip
import json
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

SCHEMA = "aso.catalog/1"


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for ``per`` units."""

    amount: Decimal
    per: int


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of certain weekdays, UTC: minutes since midnight, end exclusive; Monday is 0."""

    days: frozenset[int]
    start_minute: int
    end_minute: int

    def holds(self, at: datetime) -> bool:
        """Return True where the instant is inside."""
        moment = at.astimezone(timezone.utc)
        minute = moment.hour * 60 + moment.minute
        return moment.weekday() in self.days and self.start_minute <= minute < self.end_minute


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates of the whole request where the prompt is over a threshold of tokens."""

    threshold: int
    is_inclusive: bool
    rates: Mapping[str, Rate]

    def holds(self, prompt_tokens: int) -> bool:
        """Return True where the prompt is long enough."""
        return prompt_tokens > self.threshold - self.is_inclusive


@dataclass(frozen=True, slots=True)
class Price:
    """Rates that hold from an instant on, under conditions.

    ``when`` names conditions and their values; empty: the standard price.
    """

    since: datetime | None
    until: datetime | None
    when: Mapping[str, str]
    window: Window | None
    rates: Mapping[str, Rate]
    tiers: Sequence[Tier]

    def is_in_force(self, at: datetime) -> bool:
        """Return True where the instant is in the dates and in the window."""
        if self.since is not None and at < self.since:
            return False
        if self.until is not None and at >= self.until:
            return False
        return self.window is None or self.window.holds(at)


@dataclass(frozen=True, slots=True)
class Row:
    """What one model costs at one provider, over time."""

    provider: str
    model: str
    prices: Sequence[Price]
    multipliers: Mapping[str, Mapping[str, Decimal]]
    confidence: str
    sources: str

    def standard(self, at: datetime) -> Price | None:
        """Return the price without conditions at an instant: of those in force, the last."""
        return self.variant(at, {})

    def variant(self, at: datetime, when: Mapping[str, str]) -> Price | None:
        """Return the price under exactly these conditions at an instant."""
        found = None
        for price in self.prices:
            if price.when == when and price.is_in_force(at):
                found = price
        return found


class Catalog:
    """All rows, by provider; made from the document that the builder writes."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.version: str = document["version"]
        self.sha256: str = document["sha256"]
        self._documents: Mapping[str, Mapping[str, Any]] = document["providers"]
        self._providers: dict[str, Mapping[str, Row]] = {}

    def row(self, provider: str, name: str) -> Row | None:
        """Return the row of a model's id or alias; None where there is none."""
        rows = self._providers.get(provider)
        if rows is None:
            rows = self._providers[provider] = self._rows(provider)
        return rows.get(name)

    def models(self, provider: str) -> list[str]:
        """Return the models of a provider, sorted."""
        return sorted(self._documents.get(provider, {}))

    def _rows(self, provider: str) -> Mapping[str, Row]:
        rows: dict[str, Row] = {}
        for model, document in self._documents.get(provider, {}).items():
            row = _row(provider, model, document)
            for alias in document.get("aliases", ()):
                rows.setdefault(alias, row)
            rows[model] = row
        return rows


@lru_cache(maxsize=1)
def bundled() -> Catalog:
    """Return the catalog that this version brings."""
    data = pkgutil.get_data("aso.pricing", "data/catalog.json.gz")
    assert data is not None  # noqa: S101 — it is part of the package
    return Catalog(json.loads(gzip.decompress(data)))


def _row(provider: str, model: str, document: Mapping[str, Any]) -> Row:
    return Row(
        provider=provider,
        model=model,
        prices=tuple(_price(one) for one in document["prices"]),
        multipliers={
            name: {key: Decimal(value) for key, value in values.items()}
            for name, values in document.get("multipliers", {}).items()
        },
        confidence=document["confidence"],
        sources="+".join(document["sources"]),
    )


def _price(document: Mapping[str, Any]) -> Price:
    window = document.get("window")
    return Price(
        since=_instant(document.get("since")),
        until=_instant(document.get("until")),
        when=document.get("when", {}),
        window=Window(frozenset(window["days"]), *window["minutes"]) if window else None,
        rates=_rates(document["rates"]),
        tiers=tuple(
            Tier(one["threshold"], one["inclusive"], _rates(one["rates"]))
            for one in document.get("tiers", ())
        ),
    )


def _rates(document: Mapping[str, Any]) -> Mapping[str, Rate]:
    return {unit: Rate(Decimal(amount), per) for unit, (amount, per) in document.items()}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
