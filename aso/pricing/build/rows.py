"""The builder's own form of a row, before it is merged and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any

from aso.semconv import decimal_text

MILLION, THOUSAND, HOUR = 1_000_000, 1_000, 3_600
Rates = dict[str, tuple[Decimal, int]]
_TWELVE = Context(prec=12)  # what one source writes as a binary float is rounded to this
# Whose long prompts begin at the threshold, not over it: xAI, docs.x.ai/docs/models, 2026-11-23.
_INCLUSIVE = {"xai"}


@dataclass
class PriceEntry:
    """One dated, conditional set of rates.

    ``filled``: unit → the source that a rate is from, where that is not the row's.
    """

    rates: Rates
    since: str | None = None
    until: str | None = None
    when: dict[str, str] = field(default_factory=dict)
    window: dict[str, Any] | None = None
    tiers: list[tuple[int, Rates]] = field(default_factory=list)
    filled: dict[str, str] = field(default_factory=dict)

    def document(self, provider: str) -> dict[str, Any]:
        """Return the catalog's form."""
        found: dict[str, Any] = {"rates": self._written(self.rates)}
        for name in ("since", "until", "window"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.when:
            found["when"] = self.when
        if self.tiers:
            is_inclusive = provider in _INCLUSIVE
            found["tiers"] = [
                {
                    "threshold": _round(threshold) if is_inclusive else threshold,
                    "inclusive": is_inclusive,
                    "rates": self._written(rates),
                }
                for threshold, rates in sorted(self.tiers, key=lambda tier: tier[0])
            ]
        return found

    def _written(self, rates: Rates) -> dict[str, list[Any]]:
        """Return decimal text, the number of units and, where it differs, the source."""
        return {
            unit: [decimal_text(amount), per, *([self.filled[unit]] if unit in self.filled else [])]
            for unit, (amount, per) in sorted(rates.items())
        }


@dataclass
class SourceRow:
    """What one source says of one model."""

    source: str
    provider: str
    model: str
    aliases: set[str]
    prices: list[PriceEntry]
    multipliers: dict[str, dict[str, str]] = field(default_factory=dict)
    is_guess: bool = False  # from the model's size: the catalog says so

    @property
    def names(self) -> list[str]:
        """Return the id, then the aliases."""
        return [self.model, *sorted(self.aliases - {self.model})]

    def standard(self, day: str = "9999") -> PriceEntry | None:
        """Return the standard price in force on a day, outside any hours of the day."""
        plain = [
            one
            for one in self.prices
            if not one.when and one.window is None and (one.since or "") <= day
        ]
        return plain[-1] if plain else None

    def current(self, day: str = "9999") -> Rates:
        """Return the rates of the standard price in force on a day."""
        found = self.standard(day)
        return {} if found is None else found.rates


def from_float(value: float, per: int) -> Decimal:
    """Return a per-unit float as USD for ``per`` units, freed of binary dust."""
    amount = _TWELVE.create_decimal(repr(value)) * per
    return amount.normalize() if amount else Decimal(0)


def freed(amount: Decimal) -> Decimal:
    """Return a decimal that was computed in binary without what that left behind."""
    return _TWELVE.plus(amount).normalize() if amount else Decimal(0)


def _round(threshold: int) -> int:
    """Return 200,000 for 199,999: how a source without inclusive thresholds writes it."""
    return threshold + 1 if threshold % THOUSAND == THOUSAND - 1 else threshold
