"""An event → its charges: one per cost line; one without a cost where the cost is not known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import NamedTuple

from aso.pricing import money
from aso.records import CostLine, Event

_CONTRACT = "contract:"
_ZERO, _ONE = Decimal(0), Decimal(1)
# Closes the gap between our lines and what the provider says: it has no quantity and no price.
_ADJUSTMENT = "provider_adjustment"
# Lines whose price is whatever the provider, or who recorded the call, said of this one call.
_SAID = frozenset({"provider_cost", "recorded"})


class Charge(NamedTuple):
    """One row: a line of an event's cost, counted from 1; without a line: 0, and it costs nothing."""

    event: Event
    number: int
    line: CostLine | None

    @property
    def is_usage(self) -> bool:
        """Return whether there is a quantity, with a price of its own."""
        return self.line is not None and self.line.unit != _ADJUSTMENT

    @property
    def is_first(self) -> bool:
        """Return whether this row says what is the event's, not the line's."""
        return self.number <= 1

    @property
    def is_said(self) -> bool:
        """Return whether the price is of this one call, not of a price list."""
        return self.line is not None and self.line.unit in _SAID

    @property
    def cost(self) -> Decimal:
        """Return what counts, in USD."""
        return _ZERO if self.line is None else self.line.amount

    @property
    def unit_price(self) -> Decimal | None:
        """Return what was agreed per ``per`` units; None where there is no quantity."""
        if self.line is None or not self.is_usage:
            return None
        return money.product(self.line.multiplier or _ONE, self.line.rate)

    @property
    def is_list_price_known(self) -> bool:
        """Return whether the public price is: a rate of a contract's own takes its place."""
        return self.line is not None and not self.line.source.startswith(_CONTRACT)

    @property
    def list_unit_price(self) -> Decimal | None:
        """Return the public price; under a contract the catalog's rate before every multiplier."""
        if self.line is not None and self.is_usage and self._is_discounted:
            return self.line.rate
        return self.unit_price

    @property
    def list_cost(self) -> Decimal:
        """Return what the quantity costs at the public price."""
        if self.line is not None and self.is_usage and self._is_discounted:
            return money.amount(self.line.quantity, self.line.rate, self.line.per, None)
        return self.cost

    @property
    def pricing_quantity(self) -> Decimal | None:
        """Return the quantity in units of ``per``; exact, or to 18 places where it does not end."""
        if self.line is None or not self.is_usage:
            return None
        return money.amount(self.line.quantity, _ONE, self.line.per, None)

    @property
    def ended(self) -> datetime:
        """Return the second in which the call ended: what ``aso report --by day`` goes by."""
        return datetime.fromtimestamp(self.event.ended_at_ms // 1000, timezone.utc)

    @property
    def month(self) -> tuple[datetime, datetime]:
        """Return the calendar month of it: its start, and the next one's."""
        start = self.ended.replace(day=1, hour=0, minute=0, second=0)
        return start, (start + timedelta(days=32)).replace(day=1)

    @property
    def _is_discounted(self) -> bool:
        return self.line is not None and f"+{_CONTRACT}" in self.line.source


def charges(event: Event) -> Iterator[Charge]:
    """Yield the charges of an event; none where it is known to have cost nothing."""
    for number, line in enumerate(event.cost.lines, 1):
        yield Charge(event, number, line)
    cost = event.cost
    if not cost.lines and (cost.total is None or cost.upstream_cost is not None):
        yield Charge(event, 0, None)
