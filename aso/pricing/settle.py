"""Who is right about a cost: the provider's word, ours, both, or nobody (docs/event.md, Cost).

One table says whose reported cost is authoritative; one function is the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, cast

from aso.pricing import money
from aso.pricing.catalog import Catalog
from aso.pricing.compute import Calculated
from aso.pricing.positional import by_position
from aso.pricing.units import as_quantity
from aso.records import Cost, CostLine, CostSource, PricingStatus

# Whose own number is what they charge → the keys that it may be under. OpenRouter: usage
# accounting; xAI: ticks of 1e-10 USD; Perplexity: usage.cost.total_cost (their API references,
# read 2026-11-23). Others' numbers are kept beside ours.
AUTHORITATIVE: Mapping[str, tuple[str, ...]] = {
    "openrouter": ("cost",),
    "xai": ("ticks", "cost"),
    "perplexity": ("cost",),
}
# What a key may be written as, in USD but for ticks; a dot leads into a table.
_SPELLINGS = {
    "cost": ("cost", "cost.total_cost", "total_cost"),
    "ticks": ("ticks", "cost_in_usd_ticks"),
    "estimated_cost": ("estimated_cost",),
    "upstream_cost": (
        "upstream_cost",
        "upstream_inference_cost",
        "cost_details.upstream_inference_cost",
    ),
}
_SCALES = {"ticks": Decimal("1e-10")}
_ESTIMATE = "estimated_cost"


class Reported(NamedTuple):
    """What the provider says: ``cost`` in USD under ``key``, ``upstream`` billed elsewhere."""

    cost: Decimal | None
    key: str | None
    upstream: Decimal | None
    is_byok: bool


_NO_PRICE = Calculated((), Decimal(0), (), is_empty=True, is_sure=False, is_custom=False)
_NOTHING = Reported(cost=None, key=None, upstream=None, is_byok=False)


def reported(said: Mapping[str, Any] | None) -> Reported:
    """Read ``provider_reported``; a number that cannot be is not believed."""
    if not said:
        return _NOTHING
    upstream = _amount(said, "upstream_cost")
    is_byok = said.get("is_byok") is True or (said.get("is_byok") is None and upstream is not None)
    upstream = upstream if is_byok else None
    for key in ("ticks", "cost", _ESTIMATE):
        if (cost := _amount(said, key)) is not None:
            return Reported(cost, key, upstream, is_byok)
    return Reported(None, None, upstream, is_byok)


def settle(
    provider: str,
    model: str | None,
    calculated: Calculated | None,
    said: Reported,
    catalog: Catalog,
    pricing_model: str | None,
) -> Cost:
    """Return the cost that counts, with both numbers kept and lines that sum to it."""
    total: Decimal | None
    source: CostSource
    status: PricingStatus
    lines, total, notes, is_empty, is_sure, is_custom = calculated or _NO_PRICE
    if is_empty:
        total, source, status = None, "none", "unpriced"
    else:
        source = "custom" if is_custom else "standard"
        status = "priced" if is_sure else "partial"
    ours = total
    if said.cost is not None:
        if _is_word(provider, said, ours):
            total, source, status = said.cost, "provider", "priced"
            lines = _closed(() if said.is_byok else lines, total, provider, model)
        elif ours and not said.cost:
            notes = (*notes, "provider_reported_zero")
        if source == "provider" and said.key == _ESTIMATE:
            notes = (*notes, "provider_estimate")
    fields = (
        total,
        status,
        source,
        lines,
        said.cost,  # the provider's
        ours,
        said.upstream,
        pricing_model is not None,
        pricing_model,
        catalog.version,
        catalog.sha256,
        notes,
        None,  # the contract's hash
    )
    return by_position(Cost, fields)


def _is_word(provider: str, said: Reported, ours: Decimal | None) -> bool:
    """Return True where what the provider says is what counts.

    An estimate counts where we know nothing; a 0 does not count beside tokens that we charge.
    """
    if said.key == _ESTIMATE:
        return ours is None
    if said.key not in AUTHORITATIVE.get(provider, ()):
        return False
    return bool(said.cost) or said.is_byok or not ours


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


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _amount(said: Mapping[str, Any], key: str) -> Decimal | None:
    for spelling in _SPELLINGS[key]:
        value: Any = said
        for name in spelling.split("."):
            value = cast("Mapping[str, Any]", value).get(name) if _is_table(value) else None
        found = as_quantity(value)
        if found is not None:
            return money.product(found, _SCALES.get(key, Decimal(1)))
    return None
