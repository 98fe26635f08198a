"""Frozen values that the stages hand to one another: Call, Usage, CostLine, Cost, Event.

Named tuples: immutable, made in a microsecond, and a tenth of a dataclass's cost at import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from aso.semconv import (
    EVENT_SCHEMA,
    TOKEN_FIELDS,
    decimal_text,
    instant_text,
    quantity_text,
    rate_text,
)

UsageSource = Literal["provider", "partial", "estimate", "none"]
CostSource = Literal["provider", "custom", "standard", "none"]
PricingStatus = Literal["priced", "partial", "unpriced"]
Kind = Literal["call", "refused", "unmetered", "adjustment"]
Outcome = Literal["completed", "cancelled", "error", "refused"]
Quantity = int | Decimal

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TOKEN_NAMES = tuple(TOKEN_FIELDS.values())
_tokens_of = attrgetter(*TOKEN_FIELDS)


class Call(NamedTuple):
    """What is known before anything is sent: what policy decides on.

    ``model`` is as the caller wrote it; None where the request names no model.
    """

    provider: str
    operation: str
    endpoint: str
    host: str | None
    model: str | None
    stream: bool
    dims: Mapping[str, str]
    function: str | None = None
    env: str | None = None
    api_key_id: str | None = None
    prompt_chars: int | None = None
    max_output_tokens: int | None = None


class Usage(NamedTuple):
    """How much was used. Attributes are OpenTelemetry's names; None: nobody said, 0: said to be 0.

    ``input_tokens`` includes cache reads and writes; ``output_tokens`` includes reasoning.
    ``units`` holds every other billed quantity by name, e.g. ``{"audio_seconds": Decimal("3.2")}``.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_write_5m_input_tokens: int | None = None
    cache_write_1h_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    input_audio_tokens: int | None = None
    input_image_tokens: int | None = None
    output_audio_tokens: int | None = None
    output_image_tokens: int | None = None
    web_search_requests: int | None = None
    units: Mapping[str, Quantity] = _NOTHING
    source: UsageSource = "provider"

    @property
    def total_tokens(self) -> int | None:
        """Return input plus output tokens, of those that were said."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)


class CostLine(NamedTuple):
    """One line of a bill: ``amount == quantity × rate ÷ per × multiplier``, exactly.

    ``rate`` is in USD per ``per`` units. ``source`` names the price: a catalog source, an overlay
    or the provider. ``quantity_source`` says where the quantity is from (see Usage.source).
    """

    unit: str
    quantity: Quantity
    rate: Decimal
    per: Quantity
    multiplier: Decimal | None
    amount: Decimal
    model: str | None
    provider: str
    source: str
    quantity_source: str = "provider"

    def to_dict(self) -> dict[str, Any]:
        """Return the wire form; decimals as strings."""
        unit, quantity, rate, per, multiplier, amount, model, provider, source, counted = self
        return {
            "unit": unit,
            "quantity": quantity_text(quantity),
            "rate": rate_text(rate),
            "per": quantity_text(per),
            "multiplier": None if multiplier is None else rate_text(multiplier),
            "amount": decimal_text(amount),
            "model": model,
            "provider": provider,
            "source": source,
            "quantity_source": counted,
        }


class Cost(NamedTuple):
    """What it cost, in USD. Unknown is None, never 0. The lines sum to ``total`` exactly.

    ``notes`` says in short words what a reader must know, e.g. ``tier_unknown:scale``.
    ``contract_sha256``: of the contract prices in force, whether or not they touched this call.
    """

    total: Decimal | None = None
    status: PricingStatus = "unpriced"
    source: CostSource = "none"
    lines: Sequence[CostLine] = ()
    provider_cost: Decimal | None = None
    calculated_cost: Decimal | None = None
    upstream_cost: Decimal | None = None
    pricing_matched: bool = False
    pricing_model: str | None = None
    catalog_version: str | None = None
    catalog_sha256: str | None = None
    notes: Sequence[str] = ()
    contract_sha256: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the cost fields of the event, in wire form."""
        known = self.catalog_version is not None
        total = decimal_text(self.total)
        is_ours = self.calculated_cost is self.total  # most often
        return {
            "provider_cost": decimal_text(self.provider_cost),
            "calculated_cost": total if is_ours else decimal_text(self.calculated_cost),
            "total_cost_usd": total,
            "upstream_cost": decimal_text(self.upstream_cost),
            "cost_source": self.source,
            "pricing_status": self.status,
            "pricing_matched": self.pricing_matched,
            "pricing_model": self.pricing_model,
            "pricing_notes": list(self.notes),
            "cost_lines": [line.to_dict() for line in self.lines],
            "catalog": {"version": self.catalog_version, "sha256": self.catalog_sha256}
            if known
            else None,
            "contract": {"sha256": self.contract_sha256} if self.contract_sha256 else None,
        }


class Event(NamedTuple):
    """One call, priced. Immutable; ``to_dict()`` is its wire form, ``aso.event/1``.

    Times are milliseconds since the epoch. See docs/event.md for every field.
    ``pricing_conditions``: what the price depends on and no other field says (`aso.event.basis`).
    """

    event_id: str
    revision: int
    revision_reason: str | None
    kind: Kind
    env: str | None
    api_key_id: str | None
    aso_version: str
    sdk_name: str | None
    sdk_version: str | None
    provider: str
    publisher: str | None
    host: str | None
    endpoint: str
    operation: str
    model: str | None
    request_model: str | None
    generation_id: str | None
    stream: bool
    service_tier: str | None
    attempts: int
    attempts_unknown: int
    outcome: Outcome
    http_status: int | None
    error_type: str | None
    usage: Usage
    cost: Cost
    prompt_chars: int | None
    completion_chars: int | None
    completion_bytes: int | None
    started_at_ms: int
    first_byte_at_ms: int | None
    ended_at_ms: int
    dims: Mapping[str, str]
    function: str | None
    trace_id: str | None
    span_id: str | None
    pricing_conditions: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the wire form, ``aso.event/1``: plain values, decimals as strings."""
        usage = self.usage
        return {
            "schema": EVENT_SCHEMA,
            "event_id": self.event_id,
            "revision": self.revision,
            "revision_reason": self.revision_reason,
            "kind": self.kind,
            "ts": instant_text(self.ended_at_ms),
            "env": self.env,
            "api_key_id": self.api_key_id,
            "aso_version": self.aso_version,
            "sdk": {"name": self.sdk_name, "version": self.sdk_version},
            "provider": self.provider,
            "publisher": self.publisher,
            "host": self.host,
            "endpoint": self.endpoint,
            "operation": self.operation,
            "model": self.model,
            "request_model": self.request_model,
            "generation_id": self.generation_id,
            "stream": self.stream,
            "service_tier": self.service_tier,
            "attempts": self.attempts,
            "attempts_unknown": self.attempts_unknown,
            "outcome": self.outcome,
            "http_status": self.http_status,
            "error_type": self.error_type,
            "usage_source": usage.source,
            **dict(zip(_TOKEN_NAMES, _tokens_of(usage))),  # noqa: B905 — as long as each other
            "total_tokens": usage.total_tokens,
            "web_search_requests": usage.web_search_requests,
            "units": {
                name: decimal_text(amount) if isinstance(amount, Decimal) else amount
                for name, amount in usage.units.items()
            }
            if usage.units
            else {},
            **self.cost.to_dict(),
            "pricing_conditions": self.pricing_conditions,
            "prompt_chars": self.prompt_chars,
            "completion_chars": self.completion_chars,
            "completion_bytes": self.completion_bytes,
            "started_at_ms": self.started_at_ms,
            "first_byte_at_ms": self.first_byte_at_ms,
            "ended_at_ms": self.ended_at_ms,
            "dims": dict(self.dims),
            "function": self.function,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
        }
