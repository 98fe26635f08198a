"""Quantities × rates → lines. A quantity without a rate is named, never priced at zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from aso.pricing import money
from aso.pricing.billed import SEARCH_SIZE, as_billed
from aso.pricing.catalog import Rate, Row
from aso.pricing.conditions import qualifiers
from aso.pricing.overlay import Term
from aso.pricing.positional import by_position
from aso.pricing.rates import QUALIFIED, Entry, Rates
from aso.pricing.selected import agreed, select
from aso.pricing.units import Said, decompose, said
from aso.records import CostLine, Quantity, Usage

_ONCE = 1
_LENGTHS = ("prompt_lengths_unknown",)
_ZERO = Decimal(0)
_times, _plus = money.product, money.plus


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
    """What every line of a call shares."""

    rates: Rates
    conditions: Mapping[str, Any]
    model: str
    quantity_source: str


def calculate(
    usage: Usage | Mapping[str, Any],
    row: Row,
    model: str,
    at: datetime,
    conditions: Mapping[str, Any],
    term: Term | None,
) -> Calculated | None:
    """Return the lines of a call; None where the row has no price at that instant."""
    selected = select(row, at, conditions)
    if selected is None:
        return None
    found = said(usage)
    source = usage.source if isinstance(usage, Usage) else "provider"
    is_sum = bool(conditions.get("summed"))  # of many requests: each of them may be short
    rates = selected.rates(found, is_sum=is_sum)
    rates = rates if term is None else agreed(rates, term)
    names, quantities, others, notes = found
    tokens, form = None, rates.form(names)
    if form is not None and not notes:
        tokens = _filled(form, quantities, model, source, is_custom=term is not None)
    is_more = rates.has_fees or others or selected.unknown or SEARCH_SIZE in conditions or is_sum
    if tokens is not None and not is_more:
        return tokens
    bill = _Bill(rates, conditions, model, source)
    unsure = _LENGTHS if is_sum and selected.is_long(found) else ()
    looked = _looked_at(bill, usage, found, selected.unknown, tokens)
    return looked._replace(notes=(*looked.notes, *unsure))


def _filled(
    form: Sequence[Entry],
    reported: Sequence[Quantity],
    model: str,
    counted: str,
    *,
    is_custom: bool,
) -> Calculated | None:
    """Return the lines of tokens at the list's rates: what most calls are. None: look closer."""
    lines: list[CostLine] = []
    total = _ZERO
    for own, (unit, less, more, rate, per, factor, each, provider, source) in enumerate(form):
        quantity = reported[own]
        if less:
            for place in less:
                quantity -= reported[place]
            for place in more:
                quantity += reported[place]
        if quantity > 0:
            amount = _times(each, quantity)
            total = _plus(total, amount)
            line = unit, quantity, rate, per, factor, amount, model, provider, source, counted
            lines.append(by_position(CostLine, line))
        elif quantity:  # parts exceed their whole
            return None
    return by_position(Calculated, (tuple(lines), total, (), False, True, is_custom))


def _looked_at(
    bill: _Bill,
    usage: Usage | Mapping[str, Any],
    found: Said,
    unknown: tuple[str, ...],
    tokens: Calculated | None,
) -> Calculated:
    """Return the lines of any usage under any conditions; ``tokens``: those that need no look."""
    leaves, notes, is_whole = decompose(found if tokens is None else found.beside)
    billed, more = as_billed(bill.rates.row, bill.rates, bill.conditions, leaves, usage)
    lines, missing = _priced(bill, billed)
    if tokens is not None:
        lines = [*tokens.lines, *lines]
    notes = (*notes, *more, *unknown, *[f"no_rate:{unit}" for unit in missing])
    is_sure = is_whole and not missing and not unknown
    is_empty = not lines and (bool(missing) or not is_whole)
    total = money.total([line.amount for line in lines])
    return Calculated(tuple(lines), total, notes, is_empty, is_sure, bill.rates.term is not None)


def _priced(bill: _Bill, leaves: Mapping[str, Quantity]) -> tuple[list[CostLine], list[str]]:
    """Return the lines of what has a rate, with fees, and the units that have none."""
    lines: list[CostLine] = []
    missing: list[str] = []
    for unit, quantity in leaves.items():
        rate = _qualified(bill, unit) if unit in QUALIFIED else bill.rates[unit]
        if rate is None:
            missing.append(unit)
        else:
            lines.append(_line(bill, unit, quantity, rate))
    return lines + _fees(bill), missing


def _qualified(bill: _Bill, unit: str) -> Rate | None:
    """Return a rate that may depend on a tool or on a size, else the unit's own."""
    for one in qualifiers(bill.rates.row.provider, bill.conditions):
        if (rate := bill.rates.table_rate(f"{unit}:{one}")) is not None:
            return rate
    return bill.rates[unit]


def _line(bill: _Bill, unit: str, quantity: Quantity, rate: Rate) -> CostLine:
    multiplier = bill.rates.factor(unit, rate)
    return CostLine(
        unit,
        quantity,
        rate.amount,
        rate.per,
        multiplier,
        _amount(quantity, rate, multiplier),
        bill.model,
        bill.rates.row.provider,
        bill.rates.source(rate),
        bill.quantity_source,
    )


def _amount(quantity: Quantity, rate: Rate, multiplier: Decimal | None) -> Decimal:
    if rate.each is None:
        return money.amount(quantity, rate.amount, rate.per, multiplier)
    listed = money.product(quantity, rate.each)
    return listed if multiplier is None else money.product(listed, multiplier)


def _fees(bill: _Bill) -> list[CostLine]:
    """Return the lines of fees per request: the price list's, and the contract's."""
    fees: list[CostLine] = []
    if not bill.rates.has_fees:
        return fees
    listed = _qualified(bill, "requests")
    if listed is not None:
        fees.append(_line(bill, "requests", _ONCE, listed))
    term = bill.rates.term
    if term is not None and term.fee is not None:
        line = _line(bill, "contract_fee", _ONCE, term.fee)
        fees.append(line._replace(multiplier=None, amount=term.fee.amount))
    return fees
