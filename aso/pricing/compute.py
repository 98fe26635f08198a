"""Quantities × rates → lines. A quantity without a rate is named, never priced at zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from aso.pricing import money
from aso.pricing.catalog import Rate, Row
from aso.pricing.conditions import Selected, select
from aso.pricing.overlay import Term
from aso.pricing.units import ancestry, decompose
from aso.records import CostLine, Usage


@dataclass(frozen=True, slots=True)
class Calculated:
    """Our own cost of a call. ``missing``: units that have a quantity and no rate."""

    lines: tuple[CostLine, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    is_custom: bool

    @property
    def total(self) -> Decimal:
        """Return the exact sum of the lines."""
        return money.total(line.amount for line in self.lines)


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
    quantities = decompose(usage)
    rates = _rates(selected, quantities.prompt_tokens)
    search = str(conditions.get("search_context_size") or "medium").lower()
    source = usage.source if isinstance(usage, Usage) else "provider"
    lines: list[CostLine] = []
    missing: list[str] = []
    for unit, quantity in quantities.leaves.items():
        found = _find(rates, unit, search, term)
        if found is None:
            missing.append(unit)
            continue
        rate, is_agreed = found
        scope = None if is_agreed or unit not in _TOKENS else selected.multiplier
        multiplier = _combined(scope, None if term is None else term.multiplier)
        lines.append(
            CostLine(
                unit=unit,
                quantity=quantity,
                rate=rate.amount,
                per=rate.per,
                multiplier=multiplier,
                amount=money.amount(quantity, rate.amount, rate.per, multiplier),
                model=model,
                provider=row.provider,
                source=_source(row, term),
                quantity_source=source,
            )
        )
    lines.extend(_fees(rates, model, row, term, search))
    return Calculated(
        tuple(lines),
        tuple(missing),
        (*quantities.notes, *selected.unknown, *(f"no_rate:{unit}" for unit in missing)),
        is_custom=term is not None,
    )


_TOKENS = frozenset(
    name
    for name in (
        "input_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "input_audio_tokens",
        "input_image_tokens",
        "output_tokens",
        "reasoning_tokens",
        "output_audio_tokens",
        "output_image_tokens",
    )
)


def _rates(selected: Selected, prompt_tokens: int) -> Mapping[str, Rate]:
    """Return the rates in force: standard, the variant over it, each with its own tier."""
    rates = dict(selected.base.rates)
    for tier in selected.base.tiers:
        if selected.variant is None and tier.holds(prompt_tokens):
            rates.update(tier.rates)
    if selected.variant is not None:
        rates.update(selected.variant.rates)
        for tier in selected.variant.tiers:
            if tier.holds(prompt_tokens):
                rates.update(tier.rates)
    return rates


def _find(
    rates: Mapping[str, Rate], unit: str, search: str, term: Term | None
) -> tuple[Rate, bool] | None:
    agreed = {} if term is None else term.rates
    for name in (f"{unit}:{search}", *ancestry(unit)):
        if name in agreed:
            return agreed[name], True
        if name in rates:
            return rates[name], False
    return None


def _fees(
    rates: Mapping[str, Rate], model: str, row: Row, term: Term | None, search: str
) -> list[CostLine]:
    """Return the lines of fees per request: the price list's, and the contract's."""
    fees = []
    listed = rates.get(f"requests:{search}") or rates.get("requests")
    if listed is not None:
        fees.append(("requests", listed))
    if term is not None and term.fee is not None:
        fees.append(("contract_fee", Rate(term.fee, 1)))
    return [
        CostLine(
            unit=unit,
            quantity=1,
            rate=rate.amount,
            per=rate.per,
            multiplier=None,
            amount=money.amount(1, rate.amount, rate.per, None),
            model=model,
            provider=row.provider,
            source=_source(row, term),
        )
        for unit, rate in fees
    ]


def _combined(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if left is None or right is None:
        return right if left is None else left
    return money.product(left, right)


def _source(row: Row, term: Term | None) -> str:
    name = f"catalog:{row.sources}:{row.confidence}"
    return name if term is None else f"{name}+contract:{term.pattern}"
