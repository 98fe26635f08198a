"""The difference of one day, model and project → its parts, each by name; they sum to it, exactly.

First what differs in volume, valued at the rates that were paid: calls that the ledger does not
have, or whose end it did not see. What is left differs in price: rounding, another tier, or a rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from aso.pricing import money
from aso.reconcile.spent import Line, Spent, tier_of
from aso.reconcile.statement import Stated

RESIDUALS: Mapping[str, str] = {
    "unmetered": "billed by the provider, and not in the ledger: other programs, other routes",
    "timed_out": "calls whose usage the provider never told: no answer, an error of its, a cut",
    "not_stated": "in the ledger, and not in the export: another account, or it comes later",
    "tier": "served at another service tier than the ledger was told",
    "price": "the same usage at another rate, or at one that the catalog does not know",
    "rounding": "less than the last digit that the export shows",
    "unexplained": "several causes fit, or none: give the usage export beside the costs",
}
_NOTHING = Decimal(0)
RateOf = Callable[[str], Line | None]


@dataclass(slots=True)
class Total:
    """What exports state of one day, model and project. ``cost`` None: they only count."""

    cost: Decimal | None = None
    tolerance: Decimal = _NOTHING
    requests: int | None = None
    upstream_cost: Decimal = _NOTHING
    quantities: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    tiers: set[str] = field(default_factory=set[str])

    def add(self, row: Stated) -> None:
        """Add one row."""
        if row.cost is not None:
            self.cost = money.total((self.cost or _NOTHING, row.cost))
            self.tolerance = money.total((self.tolerance, row.tolerance))
        if row.requests is not None:
            self.requests = (self.requests or 0) + row.requests
        for name, quantity in row.quantities.items():
            self.quantities[name] = money.total((self.quantities.get(name, _NOTHING), quantity))
        if row.tier is not None and (row.cost or any(row.quantities.values())):
            self.tiers.add(tier_of(row.tier))
        self.upstream_cost = money.total((self.upstream_cost, row.upstream_cost or _NOTHING))


def residuals(stated: Total, ours: Spent, rate_of: RateOf) -> dict[str, Decimal]:
    """Return the parts of stated less ours, in USD, those that are 0 left out.

    Args:
        stated: the provider's side; where it only counts, the parts are those in volume alone.
        ours: the ledger's side.
        rate_of: a count → what the price list asks for how much, where the ledger has no rate.
    """
    difference = None if stated.cost is None else money.difference(stated.cost, ours.cost)
    if difference is not None and not (ours.calls or ours.unmetered or ours.lines):
        return _named({"unmetered": difference})
    volume = _volume(stated, ours, rate_of)
    if difference is None:
        return _named({} if volume is None else _by_cause(volume, stated, ours))
    if abs(difference) <= stated.tolerance:
        return _named({"rounding": difference})
    if volume is None:
        return _named({_only_cause(difference, stated, ours): difference})
    rest = money.difference(difference, volume)
    return _named({**_by_cause(volume, stated, ours), _of_price(rest, stated, ours): rest})


def _named(parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: amount for name, amount in parts.items() if amount}


def _volume(stated: Total, ours: Spent, rate_of: RateOf) -> Decimal | None:
    """Return what the difference in volume is worth; None: not counted, or of no known rate."""
    if not stated.quantities:
        return None
    amounts: list[Decimal] = []
    for name, quantity in stated.quantities.items():  # it says nothing of what it does not count
        more = money.difference(quantity, ours.quantities.get(name, _NOTHING))
        if not more:
            continue
        line = ours.lines.get(name) or rate_of(name)
        if line is None or not line.quantity:
            return None
        amounts.append(money.amount(more, line.amount, line.quantity, None))
    return money.total(amounts)


def _by_cause(volume: Decimal, stated: Total, ours: Spent) -> dict[str, Decimal]:
    """Return the worth of the difference in volume by cause.

    Where the export says how many requests it counts, those that the ledger does not have at all
    and those whose end it did not see share what is missing by their number.
    """
    if volume < 0:
        return {"timed_out" if ours.unknown_calls else "not_stated": volume}
    if not ours.unknown_calls:
        return {"unmetered": volume}
    known = ours.calls - ours.unknown_calls
    missing = ours.unknown_calls if stated.requests is None else stated.requests - known
    share = min(ours.unknown_calls, missing)
    if missing <= ours.unknown_calls or share <= 0:
        return {"timed_out": volume}
    timed_out = money.amount(share, volume, missing, None)
    return {"timed_out": timed_out, "unmetered": money.difference(volume, timed_out)}


def _of_price(rest: Decimal, stated: Total, ours: Spent) -> str:
    if abs(rest) <= stated.tolerance:
        return "rounding"
    return "tier" if _has_other_tiers(stated, ours) else "price"


def _has_other_tiers(stated: Total, ours: Spent) -> bool:
    return bool(ours.unknown_tiers) or bool(stated.tiers and stated.tiers ^ set(ours.tiers))


def _only_cause(difference: Decimal, stated: Total, ours: Spent) -> str:
    """Return the one cause that fits where nothing is counted; several or none: unexplained."""
    fits = {
        "unmetered": ours.unmetered,
        "timed_out": ours.unknown_calls,
        "price": ours.unpriced_calls,
        "tier": _has_other_tiers(stated, ours),
    }
    causes = [name for name, does in fits.items() if does]
    if len(causes) != 1 or (difference < 0 and causes[0] in {"unmetered", "price"}):
        return "unexplained"
    return causes[0]
