"""The ledger's side: events → what they used and cost, by day, model and project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from aso.pricing import money
from aso.pricing.conditions import unusual
from aso.reconcile.numbers import day_of
from aso.reconcile.statement import (
    CACHE_READ,
    CACHE_WRITE,
    CACHE_WRITE_1H,
    OUTPUT,
    SEARCHES,
    UNCACHED,
)
from aso.records import CostLine, Event, Quantity, Usage

_NOTHING = Decimal(0)
# A cost line's unit → the count of exports that it is in. Every other unit of tokens is output.
_COUNTED_AS = {
    "input_tokens": UNCACHED,
    "input_audio_tokens": UNCACHED,
    "input_image_tokens": UNCACHED,
    "input_video_tokens": UNCACHED,
    "cache_write_5m_tokens": CACHE_WRITE,
    "reasoning_tokens": OUTPUT,
    "output_audio_tokens": OUTPUT,
    "output_image_tokens": OUTPUT,
    "output_video_tokens": OUTPUT,
    "cache_read_audio_tokens": CACHE_READ,
    "cache_read_image_tokens": CACHE_READ,
    "cache_read_video_tokens": CACHE_READ,
    "cache_write_audio_tokens": CACHE_WRITE,
}
# Fees of tools: exports that tell models apart list them under none.
_FEES = ("_calls", "_sessions", "_requests")


class Key(NamedTuple):
    """What is compared: None where it is not told apart, or is of none."""

    day: str | None
    model: str | None
    project: str | None


@dataclass(slots=True)
class Line:
    """Cost lines of one count: what was charged for how much. Their quotient is the rate paid."""

    amount: Decimal = _NOTHING
    quantity: Decimal = _NOTHING

    def add(self, amount: Decimal, quantity: Quantity) -> None:
        """Add one cost line."""
        self.amount = money.total((self.amount, amount))
        self.quantity = money.total((self.quantity, Decimal(quantity)))


@dataclass(slots=True)
class Spent:
    """What the ledger has of one day, model and project.

    Attributes:
        calls: that may have been billed; ``unknown_calls`` of them have no usage of the provider's
            (no answer, a server's error, a cut stream), ``unpriced_calls`` a usage and no price;
            ``costless_calls`` have no known cost, for either reason;
            ``partial_calls`` have units without a rate, which their cost leaves out.
        unmetered: events of routes that are not metered.
        cost: in USD, of the calls whose cost is known.
        lines: by count; ``quantities``: what was used, priced or not.
        tiers: calls by tier; ``unknown_tiers``: calls whose tier the catalog does not know.
    """

    calls: int = 0
    unknown_calls: int = 0
    unpriced_calls: int = 0
    costless_calls: int = 0
    partial_calls: int = 0
    unmetered: int = 0
    unknown_tiers: int = 0
    cost: Decimal = _NOTHING
    upstream_cost: Decimal = _NOTHING
    lines: dict[str, Line] = field(default_factory=dict[str, Line])
    quantities: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    tiers: Counter[str] = field(default_factory=Counter[str])

    @property
    def known_cost(self) -> Decimal | None:
        """Return ``cost``; None where there are calls, and of none the cost is known."""
        is_unknown = self.calls and self.calls == self.costless_calls and not self.cost
        return None if is_unknown else self.cost

    @property
    def doubt(self) -> str | None:
        """Return why the cost cannot agree with another: None: it can."""
        counts = {
            "unpriced": self.costless_calls,
            "partial": self.partial_calls,
            "estimated": self.unknown_calls,
        }
        return next((word for word, count in counts.items() if count), None)

    def merge(self, other: Spent) -> None:
        """Add the calls and costs of another; not what they are made of."""
        self.calls += other.calls
        self.unknown_calls += other.unknown_calls
        self.unpriced_calls += other.unpriced_calls
        self.costless_calls += other.costless_calls
        self.partial_calls += other.partial_calls
        self.cost = money.total((self.cost, other.cost))

    def use(self, name: str, quantity: Quantity) -> None:
        """Add what was used of a count."""
        self.quantities[name] = money.total(
            (self.quantities.get(name, _NOTHING), Decimal(quantity))
        )


def spent(
    events: Iterable[Event],
    key_of: Callable[[Event], Key],
    *,
    with_fees_apart: bool,
) -> dict[Key, Spent]:
    """Return the sums of the events by key; what was never billed is left out.

    Args:
        events: of one provider.
        key_of: where an event belongs.
        with_fees_apart: tools' fees belong to no model.
    """
    found: dict[Key, Spent] = {}
    for event in events:
        if not _may_be_billed(event):
            continue
        key = key_of(event)
        _add(found.setdefault(key, Spent()), event, with_fees_apart=with_fees_apart)
        if with_fees_apart:
            _add_fees(found, key._replace(model=None), event)
    return found


def tier_of(service_tier: str | None, processing: str | None = None) -> str:
    """Return a tier's name as price lists have it; what is as usual is ``standard``."""
    said = unusual({"processing": processing, "service_tier": service_tier})
    return said.get("processing") or said.get("service_tier") or "standard"


def _may_be_billed(event: Event) -> bool:
    if event.kind == "unmetered":
        return True
    return event.kind == "call" and not (
        event.cost.status == "priced" and event.cost.source == "none"
    )


def _add(sums: Spent, event: Event, *, with_fees_apart: bool) -> None:
    if event.kind == "unmetered":
        sums.unmetered += 1
        return
    cost, conditions = event.cost, event.pricing_conditions or {}
    sums.calls += 1
    sums.unknown_calls += event.usage.source != "provider"
    sums.unpriced_calls += cost.total is None and event.usage.source == "provider"
    sums.costless_calls += cost.total is None
    sums.partial_calls += cost.total is not None and cost.status == "partial"
    sums.unknown_tiers += any(note.startswith("tier_unknown") for note in cost.notes)
    sums.tiers[tier_of(event.service_tier, conditions.get("processing"))] += 1
    sums.upstream_cost = money.total((sums.upstream_cost, cost.upstream_cost or _NOTHING))
    for name, quantity in _used(event.usage, with_fees_apart=with_fees_apart).items():
        sums.use(name, quantity)
    mine = [line for line in cost.lines if not (with_fees_apart and _is_fee(line))]
    if cost.total is not None and not cost.lines:
        sums.cost = money.total((sums.cost, cost.total))
    _charge(sums, mine)


def _add_fees(found: dict[Key, Spent], key: Key, event: Event) -> None:
    fees = [line for line in event.cost.lines if _is_fee(line)]
    if fees:
        sums = found.setdefault(key, Spent())
        _charge(sums, fees)
        for line in fees:
            sums.use(line.unit, line.quantity)


def _charge(sums: Spent, lines: Iterable[CostLine]) -> None:
    for line in lines:
        sums.cost = money.total((sums.cost, line.amount))
        name = _COUNTED_AS.get(line.unit, line.unit)
        sums.lines.setdefault(name, Line()).add(line.amount, line.quantity)


def _is_fee(line: CostLine) -> bool:
    return line.unit.endswith(_FEES)


def _used(usage: Usage, *, with_fees_apart: bool) -> dict[str, Quantity]:
    """Return what was used, by the names of exports; nothing is in two of them."""
    read, wrote = usage.cache_read_input_tokens or 0, usage.cache_write_input_tokens or 0
    long = usage.cache_write_1h_input_tokens or 0
    found: dict[str, Quantity] = {
        UNCACHED: max((usage.input_tokens or 0) - read - wrote, 0),
        CACHE_READ: read,
        CACHE_WRITE: max(wrote - long, 0),
        CACHE_WRITE_1H: long,
        OUTPUT: usage.output_tokens or 0,
    }
    found.update(dict(_others(usage, with_fees_apart=with_fees_apart)))
    return {name: quantity for name, quantity in found.items() if quantity}


def _others(usage: Usage, *, with_fees_apart: bool) -> Iterator[tuple[str, Quantity]]:
    if usage.web_search_requests and not with_fees_apart:
        yield SEARCHES, usage.web_search_requests
    for name, quantity in usage.units.items():
        if not (with_fees_apart and name.endswith(_FEES)):
            yield name, quantity


def project_of(event: Event, dimension: str, names: Mapping[str, str]) -> str | None:
    """Return the provider's id of the event's project: its dimension, by the names given."""
    value = event.dims.get(dimension)
    return None if value is None else names.get(value, value)


def day_of_event(event: Event) -> str:
    """Return the UTC day on which the event ended."""
    return day_of(event.ended_at_ms)
