"""Sums of costs of which some are unknown: those are counted, and are never a zero."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from aso.pricing.money import total
from aso.records import Cost
from aso.semconv import decimal_text

_NOTHING = Decimal(0)


@dataclass(slots=True)
class Summed:
    """The known costs in USD: of how many, of how many in part, and how many are unknown."""

    amount: Decimal = field(default_factory=Decimal)
    priced: int = 0
    partial: int = 0
    unpriced: int = 0

    def add(self, cost: Cost) -> None:
        """Add one event's cost."""
        self.unpriced += cost.total is None
        self.priced += cost.total is not None
        self.partial += cost.total is not None and cost.status == "partial"
        self.amount = total((self.amount, cost.total or _NOTHING))

    def merge(self, other: Summed) -> None:
        """Add another sum."""
        self.priced += other.priced
        self.partial += other.partial
        self.unpriced += other.unpriced
        self.amount = total((self.amount, other.amount))

    @property
    def known(self) -> str | None:
        """Return the sum as text; None where no event has a cost."""
        return None if self.unpriced and not self.priced else decimal_text(self.amount)

    @property
    def text(self) -> str:
        """Return the sum as `aso report` shows it: ``+?`` where some of it is unknown."""
        if self.known is None:
            return "unpriced"
        return f"{self.known}{'+?' if self.unpriced or self.partial else ''}"
