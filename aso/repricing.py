"""Events of the ledger priced anew: revisions beside them, never a change (docs/adr/0008).

An event says all that its price depends on (`Event.pricing_conditions`), so the price is computed
as it was when the event was derived, by another catalog or contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from aso.event import RECORDED, began_at, instant
from aso.ledger import Ledger
from aso.pricing import Pricer
from aso.records import Cost, Event, Usage
from aso.semconv import TOKEN_FIELDS

REASON = "repriced"
_AT_ONCE = 1_000
_FIRST_AFTER_SETTLED = 2  # revision 1 of an event that is settled later is its settlement's
_ATTRIBUTES = {name: attribute for attribute, name in TOKEN_FIELDS.items()}


class Change(NamedTuple):
    """An event as it was, and its next revision."""

    before: Event
    after: Event


def reprice(
    ledger: Ledger,
    pricer_of: Callable[[Event], Pricer | None],
    where: str = "1=1",
    parameters: Sequence[Any] = (),
    *,
    is_dry: bool = False,
) -> Iterator[Change]:
    """Yield what changes; written by batches, a transaction each, before it is yielded.

    Args:
        ledger: where the events are and the revisions go.
        pricer_of: how an event is to be priced; None: not at all.
        where: which events, in SQL.
        parameters: of that SQL.
        is_dry: nothing is written.
    """
    changes = (_change(event, pricer_of(event)) for event in ledger.events(where, parameters))
    with closing(Ledger(ledger.path)) as writer:  # what is read stays as it was when it began
        for batch in _batches(change for change in changes if change is not None):
            if not is_dry:
                writer.add([change.after for change in batch])
            yield from batch


def repriced(event: Event, pricer: Pricer) -> Event | None:
    """Return the event's next revision; None: it costs the same, or its cost is not a price list's.

    Those are costs that the program said itself, calls that were never billed, and what no price
    list was asked for (refused, unmetered).
    """
    if not _is_ours(event):
        return None
    conditions = dict(event.pricing_conditions or {})
    at_ms, billed = conditions.pop("at_ms", event.ended_at_ms), conditions.pop("billed", None)
    conditions.update(
        endpoint=event.endpoint, service_tier=event.service_tier, dimensions=event.dims
    )
    cost = pricer.price(
        event.usage if billed is None else _usage(billed, event.usage),
        provider=event.provider,
        model=event.model,
        request_model=event.request_model,
        at=instant(at_ms),
        conditions=conditions,
        outcome=event.outcome,
        http_status=event.http_status,
        attempts=event.attempts,
        began=began_at(event.started_at_ms, event.ended_at_ms, at_ms),
    )
    if _money(cost) == _money(event.cost):
        return None
    return event._replace(revision=_next(event), revision_reason=REASON, cost=cost)


def _change(event: Event, pricer: Pricer | None) -> Change | None:
    after = None if pricer is None else repriced(event, pricer)
    return None if after is None else Change(event, after)


def _batches(changes: Iterator[Change]) -> Iterator[list[Change]]:
    while batch := list(islice(changes, _AT_ONCE)):
        yield batch


def _is_ours(event: Event) -> bool:
    cost = event.cost
    if event.kind != "call" or any(line.source == RECORDED for line in cost.lines):
        return False
    if cost.status == "priced" and cost.source == "none":
        return False
    is_awaited = _is_settled_later(event) and event.revision == 0
    return not is_awaited or event.usage.source == "provider"


def _is_settled_later(event: Event) -> bool:
    return event.event_id[14:15] == "8"  # the version of its UUID (docs/adr/0007)


def _next(event: Event) -> int:
    following = event.revision + 1
    return max(following, _FIRST_AFTER_SETTLED) if _is_settled_later(event) else following


def _usage(billed: Mapping[str, Any], usage: Usage) -> Usage:
    """Return the quantities that are billed, which are not those that were used."""
    counts = {_ATTRIBUTES[name]: billed[name] for name in billed.keys() & _ATTRIBUTES.keys()}
    units = {name: _number(billed[name]) for name in billed.keys() - _ATTRIBUTES.keys()}
    return Usage(**counts, units=units, source=usage.source)


def _number(value: int | str) -> int | Decimal:
    return value if isinstance(value, int) else Decimal(value)


def _money(cost: Cost) -> tuple[Any, ...]:
    """Return what a revision is written for: every number, and how sure it is.

    The same money by another catalog, from another source or with another note is no news.
    """
    lines = [
        (line.unit, line.quantity, line.rate, line.per, line.multiplier, line.amount)
        for line in cost.lines
    ]
    return cost.total, cost.calculated_cost, cost.status, cost.source, lines
