"""A contract beside the catalog: terms that cover nothing, and units that nobody has a rate for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from aso.pricing import Catalog, Overlay
from aso.pricing.catalog import Price, Row
from aso.pricing.conditions import unusual
from aso.pricing.term import Term


def odd_terms(overlay: Overlay, catalog: Catalog) -> Iterator[str]:
    """Yield what is allowed, and is likely a slip of the pen."""
    known = _conditions(catalog)
    units = {unit for row in _rows(catalog) for unit in _units(row)}
    names = {
        f"{provider}:{name}" for provider in catalog.providers for name in catalog.names(provider)
    }
    for term in overlay.terms:
        if not term.rates and not any(term.matches(name) for name in names):
            yield (
                f"contract {term.name!r} covers no model of the catalog, and has no rates of its "
                f"own: is {term.pattern!r} right? aso prices search lists names"
            )
        yield from _odd_units(term, units)
        yield from _odd_conditions(term, known)


def _odd_units(term: Term, units: set[str]) -> Iterator[str]:
    for unit in term.rates:
        if unit.partition(":")[0] not in units:
            yield (
                f"contract {term.name!r} has a rate for {unit!r}, and no model of the catalog is "
                "billed by it: is it a unit? aso prices show MODEL lists some"
            )


def _odd_conditions(term: Term, known: Mapping[str, set[str]]) -> Iterator[str]:
    for name, value in unusual(term.when).items():
        values = known.get(name, set[str]())
        is_own = name == "service_tier" and term.rates  # a tier that no list has, priced here
        if not is_own and not values & {value, "*"}:
            yield (
                f"contract {term.name!r} asks for {name} {value!r}, and no model of the catalog has "
                f"a price for it: is it one of {sorted(values | {'standard'})}?"
            )


def _conditions(catalog: Catalog) -> Mapping[str, set[str]]:
    """Return the values of each condition that some price or factor of the catalog is for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in _rows(catalog):
        for name, value in (condition for key in row.variants for condition in key):
            found[name].add(value)
        for name, factors in row.multipliers.items():
            found[name].update(factors)
    return found


def _rows(catalog: Catalog) -> Iterator[Row]:
    for provider in catalog.providers:
        for model in catalog.models(provider):
            row = catalog.row(provider, model)
            if row is not None:
                yield row


def _units(row: Row) -> Iterator[str]:
    for prices in (row.standard, *row.variants.values()):
        for price in prices:
            yield from _of_price(price)


def _of_price(price: Price) -> Iterator[str]:
    for rates in (price.rates, *(tier.rates for tier in price.tiers)):
        for unit in rates:
            yield unit.partition(":")[0]
