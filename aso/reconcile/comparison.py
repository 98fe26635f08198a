"""A statement and the ledger's events → a comparison, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from aso.event import instant
from aso.pricing import Catalog, money
from aso.pricing.match import match
from aso.pricing.units import ancestry
from aso.reconcile.numbers import epoch_ms
from aso.reconcile.residuals import RESIDUALS, Total, residuals
from aso.reconcile.spent import Key, Line, Spent, day_of_event, project_of, spent
from aso.reconcile.statement import CACHE_WRITE, UNCACHED, Statement
from aso.records import Event

# A count of exports → the unit that a price list has a rate for.
_PRICED_AS = {UNCACHED: "input_tokens", CACHE_WRITE: "cache_write_5m_tokens"}
_NO_PROJECTS = (
    "no event has the dimension {!r}, so projects are compared together: tag calls with the "
    "provider's project id, or name the dimension that has it"
)
_UNPRICED = (
    "{} no known cost, for want of a price or of a usage that the provider told: the ledger's side "
    "is a lower bound; aso prices check says which models have no price"
)
# Whose exports, where they tell models apart, list tools' fees under none.
_FEES_APART = frozenset({"openai", "anthropic"})


class Compared(NamedTuple):
    """One day, model and project: what the export states, what the ledger has, why they differ."""

    key: Key
    stated: Total
    ours: Spent
    residuals: Mapping[str, Decimal]

    @property
    def difference(self) -> Decimal | None:
        """Return stated less ours in USD; None: the export states no cost."""
        if self.stated.cost is None:
            return None
        return money.difference(self.stated.cost, self.ours.cost)


class Comparison(NamedTuple):
    """All of it; ``by``: what is told apart, of day, model and project."""

    statement: Statement
    by: Sequence[str]
    rows: Sequence[Compared]
    notes: Sequence[str]

    def sums(self) -> dict[str, Decimal]:
        """Return each residual over all rows, those that are 0 left out."""
        found = {
            name: money.total(row.residuals.get(name, Decimal(0)) for row in self.rows)
            for name in RESIDUALS
        }
        return {name: amount for name, amount in found.items() if amount}

    def ours(self) -> Spent:
        """Return the ledger's calls and costs over all rows."""
        found = Spent()
        for row in self.rows:
            found.merge(row.ours)
        return found


def compare(
    statement: Statement,
    events: Iterable[Event],
    catalog: Catalog,
    *,
    dimension: str = "project",
    projects: Mapping[str, str] | None = None,
) -> Comparison:
    """Return how a statement and events of the same provider and time differ.

    Args:
        statement: what the provider says.
        events: what the ledger has; the highest revision of each.
        catalog: knows models by several names, and rates of what was never called.
        dimension: whose value says which of the provider's projects a call was made in.
        projects: the dimension's value → the provider's id, where they differ.
    """
    name = _names(catalog, statement.provider)
    has_models, tells_projects = statement.has_models, statement.has_projects

    def key_of(event: Event) -> Key:
        return Key(
            day_of_event(event),
            name(event.model) if has_models else None,
            project_of(event, dimension, projects or {}) if tells_projects else None,
        )

    ours = spent(events, key_of, with_fees_apart=has_models and statement.provider in _FEES_APART)
    has_projects = any(key.project is not None for key in ours)
    stated = _totals(statement, name, has_projects=has_projects)
    rows = [
        _compared(key, stated.get(key), ours.get(key, Spent()), statement, catalog)
        for key in sorted({*stated, *ours}, key=lambda key: tuple(part or "" for part in key))
    ]
    by = ["day", *["model"] * has_models, *["project"] * has_projects]
    is_lost = tells_projects and not has_projects
    lost = [_NO_PROJECTS.format(dimension)] if is_lost else []
    return Comparison(statement, by, rows, [*statement.notes, *lost, *_unpriced(rows)])


def _unpriced(rows: Iterable[Compared]) -> Iterator[str]:
    count = sum(row.ours.costless_calls for row in rows)
    if count:
        yield _UNPRICED.format("1 call has" if count == 1 else f"{count:,} calls have")


def _totals(
    statement: Statement, name: Callable[[str | None], str | None], *, has_projects: bool
) -> dict[Key, Total]:
    found: dict[Key, Total] = {}
    for row in statement.rows:
        key = Key(row.day, name(row.model), row.project if has_projects else None)
        found.setdefault(key, Total()).add(row)
    return found


def _compared(
    key: Key, stated: Total | None, ours: Spent, statement: Statement, catalog: Catalog
) -> Compared:
    if stated is None:  # the export has costs, and none here: that is a cost of 0
        says_costs = any(row.cost is not None for row in statement.rows)
        stated = Total(cost=Decimal(0) if says_costs else None)
        parts = {"not_stated": -ours.cost} if ours.cost else {}
        return Compared(key, stated, ours, parts)

    def rate_of(count: str) -> Line | None:
        at = instant(epoch_ms(key.day, "day"))
        return _listed(catalog, statement.provider, key.model, count, at)

    return Compared(key, stated, ours, residuals(stated, ours, rate_of))


def _names(catalog: Catalog, provider: str) -> Callable[[str | None], str | None]:
    """Return what gives a model its name in the catalog: exports and answers may have others."""

    @cache
    def name(model: str | None) -> str | None:
        row = None if model is None else match(catalog, provider, model)
        return model if row is None else row.model

    return name


def _listed(
    catalog: Catalog, provider: str, model: str | None, count: str, at: datetime
) -> Line | None:
    """Return the list's rate of a count, as an amount for a quantity."""
    row = None if model is None else match(catalog, provider, model)
    price = None if row is None else row.price(at)
    if price is None:
        return None
    for unit in ancestry(_PRICED_AS.get(count, count)):
        if unit in price.rates:
            return Line(price.rates[unit].amount, Decimal(price.rates[unit].per))
    return None
