"""Quantities × rates → lines. A quantity without a rate is named, never priced at zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from aso.pricing import money
from aso.pricing.catalog import Rate, Row
from aso.pricing.conditions import Selected, qualifiers, select
from aso.pricing.overlay import Term
from aso.pricing.units import ANCESTRY, UNITS, decompose
from aso.records import CostLine, Quantity, Usage

# What is billed by the request or the search: the rate may depend on a tool or a size.
_QUALIFIED = frozenset({"web_search_requests", "requests"})
_ONCE = 1


class Calculated(NamedTuple):
    """Our own cost of a call.

    ``is_empty``: no unit had a rate. ``is_sure``: each had one, under conditions that we know.
    """

    lines: tuple[CostLine, ...]
    total: Decimal
    notes: tuple[str, ...]
    is_empty: bool
    is_sure: bool
    is_custom: bool


class _Bill(NamedTuple):
    """What every line of a call shares. ``layers``: where to look for a rate, in turn."""

    layers: Sequence[Mapping[str, Rate]]
    conditions: Mapping[str, Any]
    factor: Decimal | None  # of the conditions, on tokens
    term: Term | None
    row: Row
    model: str
    quantity_source: str


def calculate(
    usage: Usage | Mapping[str, Any],
    row: Row,
    *,
    model: str,
    at: datetime,
    conditions: Mapping[str, Any],
    term: Term | None,
) -> Calculated | None:
    """Return the lines of a call; None where the row has no price at that instant."""
    selected = select(row, at, conditions)
    if selected is None:
        return None
    leaves, prompt_tokens, notes, is_whole = decompose(usage)
    quantity_source = usage.source if isinstance(usage, Usage) else "provider"
    layers = _layers(selected, prompt_tokens, term)
    bill = _Bill(layers, conditions, selected.multiplier, term, row, model, quantity_source)
    if "cache_write_tokens" in leaves and _has_lifetimes(bill):
        notes = (*notes, "cache_write_ttl_assumed:5m")
    if _is_a_search(bill, usage):
        leaves = {**leaves, "web_search_requests": 1}
        notes = (*notes, "search_assumed:1")
    lines, missing = _priced(bill, leaves)
    if row.has_fees or term is not None:
        lines.extend(_fees(bill))
    if missing or selected.unknown:
        notes = (*notes, *selected.unknown, *(f"no_rate:{unit}" for unit in missing))
    is_empty = not lines and (bool(missing) or not is_whole)
    is_sure = not missing and is_whole and not selected.unknown
    total = money.total([line.amount for line in lines])
    return Calculated(tuple(lines), total, notes, is_empty, is_sure, term is not None)


def _priced(bill: _Bill, leaves: Mapping[str, Quantity]) -> tuple[list[CostLine], list[str]]:
    """Return the lines of what has a rate, and the units that have none."""
    lines: list[CostLine] = []
    missing: list[str] = []
    first = bill.layers[0]
    is_plain = bill.factor is None and bill.term is None
    for unit, quantity in leaves.items():
        rate = first.get(unit) if unit in UNITS else None  # most often it is there: no search
        if rate is None and (rate := _rate(bill, unit)) is None:
            missing.append(unit)
        elif is_plain and rate.each is not None:
            lines.append(_plain_line(bill, unit, quantity, rate, rate.each))
        else:
            lines.append(_line(bill, unit, quantity, rate))
    return lines, missing


def _layers(
    selected: Selected, prompt_tokens: Quantity, term: Term | None
) -> Sequence[Mapping[str, Rate]]:
    """Return the rates in force: the contract's over a variant's over the standard ones.

    A variant that has no long-prompt tier of its own keeps its rates at any length.
    """
    if selected.variant is None:
        layers = selected.base.layers(prompt_tokens)
    else:
        layers = (*selected.variant.layers(prompt_tokens), selected.base.rates)
    return layers if term is None else (term.rates, *layers)


def _has_lifetimes(bill: _Bill) -> bool:
    """Return True where writes that live longer are dearer: those not split are taken as short."""
    return any("cache_write_1h_tokens" in rates for rates in bill.layers)


def _is_a_search(bill: _Bill, usage: Usage | Mapping[str, Any]) -> bool:
    """Return True where a fee by search size is due, the size is said and no count is.

    Perplexity and OpenAI's search models search once per request and do not count it.
    """
    size = bill.conditions.get("search_context_size")
    if size is None or f"web_search_requests:{size}" not in bill.layers[-1]:
        return False
    if isinstance(usage, Usage):
        return usage.web_search_requests is None
    return usage.get("web_search_requests") is None


def _rate(bill: _Bill, unit: str) -> Rate | None:
    """Return what a unit costs: the contract's word, else the price list's."""
    layers = bill.layers
    names = ANCESTRY.get(unit) or (unit,)
    if unit in _QUALIFIED:
        names = (*(f"{unit}:{one}" for one in qualifiers(bill.conditions)), *names)
    for name in names:
        for rates in layers:
            if name in rates:
                return rates[name]
    return None


def _plain_line(bill: _Bill, unit: str, quantity: Quantity, rate: Rate, each: Decimal) -> CostLine:
    """Return what `_line` does where neither a condition nor a contract changes the rate."""
    row = bill.row
    return CostLine._make(
        (
            unit,
            quantity,
            rate.amount,
            rate.per,
            None,
            money.product(quantity, each),
            bill.model,
            row.provider,
            rate.source or row.source,
            bill.quantity_source,
        )
    )


def _line(bill: _Bill, unit: str, quantity: Quantity, rate: Rate) -> CostLine:
    multiplier = None
    source = rate.source or bill.row.source
    if bill.factor is not None and unit in UNITS and not rate.is_agreed:
        multiplier = bill.factor
    if bill.term is not None:
        multiplier = _combined(multiplier, bill.term.multiplier)
        contract = f"contract:{bill.term.name}"
        source = contract if rate.is_agreed else f"{source}+{contract}"
    if rate.each is not None and multiplier is None:
        amount = money.product(quantity, rate.each)
    else:
        amount = money.amount(quantity, rate.amount, rate.per, multiplier)
    return CostLine(
        unit,
        quantity,
        rate.amount,
        rate.per,
        multiplier,
        amount,
        bill.model,
        bill.row.provider,
        source,
        bill.quantity_source,
    )


def _fees(bill: _Bill) -> list[CostLine]:
    """Return the lines of fees per request: the price list's, and the contract's."""
    fees: list[CostLine] = []
    listed = _rate(bill, "requests")
    if listed is not None:
        fees.append(_line(bill, "requests", _ONCE, listed))
    if bill.term is not None and bill.term.fee is not None:
        line = _line(bill, "contract_fee", _ONCE, bill.term.fee)
        fees.append(line._replace(multiplier=None, amount=bill.term.fee.amount))
    return fees


def _combined(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if left is None or right is None:
        return right if left is None else left
    return money.product(left, right)
