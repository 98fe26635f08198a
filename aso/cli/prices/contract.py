"""A contract beside the catalog: terms that cover nothing, and units that nobody has a rate for."""

from __future__ import annotations

from collections.abc import Iterator

from aso.pricing import Catalog, Overlay
from aso.pricing.catalog import Price, Row
from aso.pricing.term import Term


def odd_terms(overlay: Overlay, catalog: Catalog) -> Iterator[str]:
    """Yield what is allowed, and is likely a slip of the pen."""
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


def _odd_units(term: Term, units: set[str]) -> Iterator[str]:
    for unit in term.rates:
        if unit.partition(":")[0] not in units:
            yield (
                f"contract {term.name!r} has a rate for {unit!r}, and no model of the catalog is "
                "billed by it: is it a unit? aso prices show MODEL lists some"
            )


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
