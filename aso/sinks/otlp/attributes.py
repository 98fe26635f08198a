"""Event → attributes. What the provider was asked and what it answered is in no event, so in none of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from aso.records import Event
from aso.semconv import decimal_text
from aso.sinks.otlp.conventions import Convention, error_type, operation_name, provider_name

_FIRST_ERROR_STATUS = 400
FIRST_TOO_LARGE = 1 << 63  # OTLP has 64 bits

# attribute → where the event says it
_OURS = {
    "aso.event_id": "event_id",
    "aso.revision": "revision",
    "aso.revision_reason": "revision_reason",
    "aso.kind": "kind",
    "aso.outcome": "outcome",
    "aso.provider": "provider",
    "aso.publisher": "publisher",
    "aso.model": "model",
    "aso.endpoint": "endpoint",
    "aso.operation": "operation",
    "aso.service_tier": "service_tier",
    "aso.attempts": "attempts",
    "aso.usage.source": "usage.source",
    "aso.cost.status": "cost.status",
    "aso.cost.source": "cost.source",
    "aso.catalog.version": "cost.catalog_version",
    "aso.env": "env",
    "aso.function": "function",
    "http.response.status_code": "http_status",
}
_ours_of = attrgetter(*_OURS.values())

Attributes = dict[str, Any]


def of_span(event: Event, convention: Convention, *, told: bool) -> Attributes:
    """Return a span's attributes.

    ``told``: another instrumentation's span tells the call itself; then this one adds its cost.
    """
    call = {} if told else {**of_call(event), **_answer(event), **_usage(event, convention)}
    ours = zip(_OURS, _ours_of(event), strict=True)
    return _said({**call, "error.type": error_type(event), **dict(ours), **_cost(event)}) | dims(
        event, event.dims
    )


def of_call(event: Event) -> Attributes:
    """Return what spans and metrics have in common: few values each."""
    return _said(
        {
            "gen_ai.operation.name": operation_name(event),
            "gen_ai.provider.name": provider_name(event),
            "gen_ai.request.model": event.request_model,
            "gen_ai.response.model": event.model if _is_answered(event) else None,
            "server.address": event.host,
        }
    )


def dims(event: Event, keys: Iterable[str]) -> Attributes:
    """Return the dimensions of these keys."""
    return {f"aso.dimension.{key}": event.dims[key] for key in keys if key in event.dims}


def _answer(event: Event) -> Attributes:
    first_ms = event.first_byte_at_ms if event.stream else None
    waited_s = None if first_ms is None else (first_ms - event.started_at_ms) / 1000
    return {
        "gen_ai.response.id": event.generation_id,
        "gen_ai.request.stream": event.stream or None,
        "gen_ai.response.time_to_first_chunk": waited_s,
    }


def _usage(event: Event, convention: Convention) -> Attributes:
    return {name: getattr(event.usage, key) for key, name in convention.tokens.items()}


def _cost(event: Event) -> Attributes:
    """Return the cost as a number for those who add up, and as the exact decimal beside it."""
    cost = event.cost
    if cost.total is None:
        return {}
    return {
        "gen_ai.usage.cost.amount": float(cost.total),
        "gen_ai.usage.cost.currency": "USD",
        "gen_ai.usage.cost.source": "provider" if cost.source == "provider" else "local",
        "aso.cost.total": decimal_text(cost.total),
        "aso.cost.upstream": decimal_text(cost.upstream_cost),
    }


def _is_answered(event: Event) -> bool:
    """Tell whether the model is one that an answer named; else it is the request's."""
    status = event.http_status
    return event.outcome == "completed" or (status is not None and status < _FIRST_ERROR_STATUS)


def _said(attributes: Mapping[str, Any]) -> Attributes:
    return {name: writable(value) for name, value in attributes.items() if value is not None}


def writable(value: Any) -> Any:
    """Return what OTLP can write: one value that it cannot would stop all that come after it."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()  # a provider's lone surrogate
    if isinstance(value, int) and value >= FIRST_TOO_LARGE:
        return str(value)
    return value
