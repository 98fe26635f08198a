"""The builder's own form of a row, before it is merged and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any

Rates = dict[str, tuple[Decimal, int]]
_TWELVE = Context(prec=12)  # what one source writes as a binary float is rounded to this


@dataclass
class PriceEntry:
    """One dated, conditional set of rates."""

    rates: Rates
    since: str | None = None
    when: dict[str, str] = field(default_factory=dict)
    window: dict[str, Any] | None = None
    tiers: list[tuple[int, Rates]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return the catalog's form."""
        found: dict[str, Any] = {"rates": written(self.rates)}
        for name in ("since", "window"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.when:
            found["when"] = self.when
        if self.tiers:
            found["tiers"] = [
                {"threshold": threshold, "inclusive": False, "rates": written(rates)}
                for threshold, rates in sorted(self.tiers, key=lambda tier: tier[0])
            ]
        return found


@dataclass
class SourceRow:
    """What one source says of one model."""

    provider: str
    model: str
    aliases: set[str]
    prices: list[PriceEntry]

    @property
    def names(self) -> list[str]:
        """Return the id, then the aliases."""
        return [self.model, *sorted(self.aliases - {self.model})]

    def current(self, day: str = "9999") -> Rates:
        """Return the standard rates in force on a day, outside any hours of the day."""
        plain = [
            one
            for one in self.prices
            if not one.when and one.window is None and (one.since or "") <= day
        ]
        return plain[-1].rates if plain else {}


def written(rates: Rates) -> dict[str, list[Any]]:
    """Return rates as the catalog writes them: decimal text and the number of units."""
    return {unit: [format(amount, "f"), per] for unit, (amount, per) in sorted(rates.items())}


def from_float(value: float, per: int) -> Decimal:
    """Return a per-unit float as USD for ``per`` units, freed of binary dust."""
    amount = _TWELVE.create_decimal(repr(value)) * per
    return amount.normalize() if amount else Decimal(0)
