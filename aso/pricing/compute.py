"""Quantities × rates → lines. A quantity without a rate is named, never priced at zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

from aso.pricing import money
from aso.pricing.billed import SEARCH_SIZE, as_billed
from aso.pricing.catalog import Rate, Row
from aso.pricing.conditions import Selected, qualifiers, select
from aso.pricing.overlay import Term
from aso.pricing.rates import QUALIFIED, TOKENS, Rates, rates_of
from aso.pricing.units import Said, decompose, said
from aso.records import CostLine, Quantity, Usage

_ONCE = 1
_ZERO = Decimal(0)
_times, _plus = money.product, money.plus
# A line by position, and nothing counts its fields again: half the time.
_line_of: Callable[[type[CostLine], tuple[object, ...]], CostLine] = cast(Any, tuple).__new__


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
    """What every line of a call shares. ``rates``: of the contract, the variant, the list."""

    rates: Rates
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
    found = said(usage)
    source = usage.source if isinstance(usage, Usage) else "provider"
    rates = _rates(selected, found, term)
    if (
        not (found.others or found.notes or selected.unknown or row.has_fees)
        and term is None
        and SEARCH_SIZE not in conditions
    ):
        filled = _filled(rates, found, selected.multiplier, row, model, source)
        if filled is not None:
            return filled
    bill = _Bill(rates, conditions, selected.multiplier, term, row, model, source)
    return _looked_at(bill, usage, found, selected.unknown)


def _filled(
    rates: Rates, found: Said, factor: Decimal | None, row: Row, model: str, counted: str
) -> Calculated | None:
    """Return the lines of tokens at the list's rates: what most calls are. None: look closer."""
    lines: list[CostLine] = []
    total = _ZERO
    reported, provider, listed = found.quantities, row.provider, row.source
    for own, (unit, less, more, rate, per, each, source) in enumerate(rates.form(found.names)):
        quantity = reported[own]
        if less:
            for place in less:
                quantity -= reported[place]
            for place in more:
                quantity += reported[place]
        if each is None or quantity < 0:
            return None
        if quantity:
            amount = _times(each, quantity)
            if factor is not None:
                amount = _times(amount, factor)
            total = _plus(total, amount)
            said_by = source or listed
            line = unit, quantity, rate, per, factor, amount, model, provider, said_by, counted
            lines.append(_line_of(CostLine, line))
    return Calculated(tuple(lines), total, (), False, True, False)  # noqa: FBT003 — by position


def _looked_at(
    bill: _Bill,
    usage: Usage | Mapping[str, Any],
    found: Said,
    unknown: tuple[str, ...],
) -> Calculated:
    """Return the lines of any usage under any conditions."""
    leaves, notes, is_whole = decompose(found)
    billed, more = as_billed(bill.row, bill.rates, bill.conditions, leaves, usage)
    lines, missing = _priced(bill, billed)
    notes = (*notes, *more, *unknown, *[f"no_rate:{unit}" for unit in missing])
    is_sure = is_whole and not missing and not unknown
    is_empty = not lines and (bool(missing) or not is_whole)
    total = money.total([line.amount for line in lines])
    return Calculated(tuple(lines), total, notes, is_empty, is_sure, bill.term is not None)


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


def _rates(selected: Selected, found: Said, term: Term | None) -> Rates:
    """Return the rates in force: the contract's over a variant's over the standard ones.

    A variant that has no long-prompt tier of its own keeps its rates at any length.
    """
    base, variant, _, _ = selected
    long = base.tier(found.prompt_tokens) if base.tiers else 0
    long_variant = 0 if variant is None else variant.tier(found.prompt_tokens)
    listed = rates_of(base, long, variant, long_variant)
    return listed if term is None else Rates(term.rates, *listed.tables)


def _qualified(bill: _Bill, unit: str) -> Rate | None:
    """Return a rate that may depend on a tool or on a size, else the unit's own."""
    for one in qualifiers(bill.row.provider, bill.conditions):
        if (rate := bill.rates.table_rate(f"{unit}:{one}")) is not None:
            return rate
    return bill.rates[unit]


def _line(bill: _Bill, unit: str, quantity: Quantity, rate: Rate) -> CostLine:
    multiplier = None
    source = rate.source or bill.row.source
    if bill.factor is not None and unit in TOKENS and not rate.is_agreed:
        multiplier = bill.factor
    if bill.term is not None:
        multiplier = _combined(multiplier, bill.term.multiplier)
        contract = f"contract:{bill.term.name}"
        source = contract if rate.is_agreed else f"{source}+{contract}"
    return CostLine(
        unit,
        quantity,
        rate.amount,
        rate.per,
        multiplier,
        _amount(quantity, rate, multiplier),
        bill.model,
        bill.row.provider,
        source,
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
    listed = _qualified(bill, "requests")
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
