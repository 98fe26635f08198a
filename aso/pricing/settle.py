"""Who is right about a cost: the provider's word, ours, both, or nobody (docs/event.md, Cost).

One table says whose reported cost is authoritative; one function is the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, TypeGuard

from aso.pricing import money
from aso.pricing.catalog import Catalog
from aso.pricing.compute import Calculated
from aso.records import Cost, CostLine, CostSource, PricingStatus

# Providers whose own number is what they charge. OpenRouter: usage accounting; xAI: cost in ticks
# of 1e-10 USD; Perplexity: usage.cost.total_cost (their API references, read 2026-11-23).
AUTHORITATIVE = frozenset({"openrouter", "xai", "perplexity"})
_TICK = Decimal("1e-10")


class Reported(NamedTuple):
    """What the provider says: ``cost`` in USD, ``upstream`` billed elsewhere."""

    cost: Decimal | None
    upstream: Decimal | None
    is_byok: bool
    is_estimate: bool


def reported(said: Mapping[str, Any] | None) -> Reported:
    """Read ``provider_reported``; a number that cannot be is not believed."""
    said = said or {}
    cost = _decimal(said.get("cost"))
    if cost is None and (ticks := _decimal(said.get("ticks"))) is not None:
        cost = money.product(ticks, _TICK)
    estimate = _decimal(said.get("estimated_cost"))
    is_byok = said.get("is_byok") is True
    upstream = _decimal(said.get("upstream_cost")) if is_byok else None
    is_estimate = cost is None and estimate is not None
    return Reported(estimate if is_estimate else cost, upstream, is_byok, is_estimate)


def settle(
    provider: str,
    model: str | None,
    calculated: Calculated | None,
    said: Reported,
    catalog: Catalog,
    pricing_model: str | None,
) -> Cost:
    """Return the cost that counts, with both numbers kept and lines that sum to it."""
    ours = calculated.total if _is_known(calculated) else None
    notes = list(calculated.notes) if calculated is not None else []
    total, source, status = ours, _source_of(calculated), _status_of(calculated)
    if said.cost is not None and _is_word(provider, said, ours):
        total, source, status = said.cost, "provider", "priced"
    elif said.cost is not None and ours is None and said.is_estimate:
        total, source, status = said.cost, "provider", "priced"
        notes.append("provider_estimate")
    elif said.cost == 0 and ours:
        notes.append("provider_reported_zero")
    lines = calculated.lines if calculated is not None else ()
    if source == "provider" and total is not None:
        lines = _closed(lines, total, provider, model)
    return Cost(
        total=total,
        status=status if total is not None else "unpriced",
        source=source if total is not None else "none",
        lines=lines if total is not None else (),
        provider_cost=said.cost,
        calculated_cost=ours,
        upstream_cost=said.upstream,
        pricing_matched=pricing_model is not None,
        pricing_model=pricing_model,
        catalog_version=catalog.version,
        catalog_sha256=catalog.sha256,
        notes=tuple(notes),
    )


def _is_word(provider: str, said: Reported, ours: Decimal | None) -> bool:
    if provider not in AUTHORITATIVE or said.is_estimate:
        return False
    return bool(said.cost) or said.is_byok or not ours


def _is_known(calculated: Calculated | None) -> TypeGuard[Calculated]:
    """Return True where something was priced, or where there is nothing to price: that is 0."""
    return calculated is not None and bool(calculated.lines or not calculated.missing)


def _source_of(calculated: Calculated | None) -> CostSource:
    if not _is_known(calculated):
        return "none"
    return "custom" if calculated.is_custom else "standard"


def _status_of(calculated: Calculated | None) -> PricingStatus:
    if not _is_known(calculated):
        return "unpriced"
    is_sure = not calculated.missing and not any("_unknown:" in note for note in calculated.notes)
    return "priced" if is_sure else "partial"


def _closed(
    lines: tuple[CostLine, ...], total: Decimal, provider: str, model: str | None
) -> tuple[CostLine, ...]:
    """Return the lines with one that closes the difference between our sum and the provider's."""
    rest = money.difference(total, money.total(line.amount for line in lines))
    if rest == 0:
        return lines
    closing = CostLine(
        unit="provider_adjustment" if lines else "provider_cost",
        quantity=1,
        rate=rest,
        per=1,
        multiplier=None,
        amount=rest,
        model=model,
        provider=provider,
        source="provider",
    )
    return (*lines, closing)


def _decimal(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None
