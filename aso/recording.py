"""``aso.record()``: an event for a call that no hook could see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from aso.context import current
from aso.errors import ConfigError
from aso.facts import Facts
from aso.providers import PROVIDERS
from aso.records import Event, Usage
from aso.runtime import RUNTIME
from aso.semconv import TOKEN_FIELDS
from aso.tracing import trace_ids


def record(
    *,
    provider: str,
    model: str,
    usage: Usage | Mapping[str, int],
    operation: str = "chat",
    cost: Decimal | None = None,
    dimensions: Mapping[str, str] | None = None,
    at: datetime | None = None,
    generation_id: str | None = None,
) -> Event:
    """Write the event of a call that you made by other means, and return it.

    Args:
        provider: who bills, e.g. ``openai``.
        model: as the provider names it.
        usage: a Usage, or token and unit names of the event → quantities.
        operation: what was done: ``chat``, ``embeddings``, ...
        cost: what it cost in USD, where you know; else it is priced from the catalog.
        dimensions: tags for this event, over those in force.
        at: when it ended; aware. None: now.
        generation_id: the provider's id of the answer.

    Raises:
        ConfigError: an argument is wrong, or nothing is instrumented.
    """
    session = RUNTIME.session
    if session is None:
        raise ConfigError("aso.record() needs a destination: call aso.instrument() first")
    _check(provider, at, cost)
    pipeline, scope = session.pipeline, current()
    moment_ms = pipeline.clock_ns() // 1_000_000
    ended_ms = moment_ms if at is None else int(at.timestamp() * 1000)
    facts = Facts(
        kind="call",
        event_id=pipeline.new_event_id(moment_ms),
        revision=0,
        revision_reason=None,
        started_at_ms=ended_ms,
        first_byte_at_ms=None,
        ended_at_ms=ended_ms,
        sdk=None,
        provider=provider,
        host=None,
        endpoint=operation,
        operation=operation,
        wire="record",
        request_model=model,
        model=model,
        generation_id=generation_id,
        stream=False,
        service_tier=None,
        attempts=1,
        attempts_unknown=0,
        outcome="completed",
        http_status=None,
        error_type=None,
        usage=said(usage),
        extra=None if cost is None else {"recorded_cost": str(cost)},
        complete=True,
        prompt_chars=None,
        completion_chars=None,
        completion_bytes=None,
        dims=pipeline.dims_of(scope, None, dimensions),
        function=scope.function,
        trace_id=trace_ids()[0],
        span_id=trace_ids()[1],
    )
    return pipeline.derive(pipeline.emit(facts, scope), pipeline.origin)


def said(usage: Usage | Mapping[str, int]) -> dict[str, Any]:
    """Return the usage under the event's names, what is unknown left out.

    Raises:
        ConfigError: a quantity is not a number ≥ 0.
    """
    quantities = _quantities(usage)
    for name, quantity in quantities.items():
        if quantity is not None and (isinstance(quantity, bool) or not quantity >= 0):
            raise ConfigError(
                f"usage {name!r} is {quantity!r}: a quantity is a number ≥ 0; leave it out if unknown"
            )
    return {
        name: str(quantity) if isinstance(quantity, Decimal) else quantity
        for name, quantity in quantities.items()
        if quantity is not None
    }


def _quantities(usage: Usage | Mapping[str, int]) -> Mapping[str, Any]:
    if not isinstance(usage, Usage):
        return usage
    tokens = {name: getattr(usage, key) for key, name in TOKEN_FIELDS.items()}
    return {**tokens, "web_search_requests": usage.web_search_requests, **usage.units}


def _check(provider: str, at: datetime | None, cost: object) -> None:
    if provider not in PROVIDERS:
        raise ConfigError(f"provider {provider!r} is not known: choose from {sorted(PROVIDERS)}")
    if at is not None and at.utcoffset() is None:
        raise ConfigError(
            f"at={at.isoformat()} has no time zone: pass an aware datetime, e.g. with "
            "datetime.timezone.utc"
        )
    if cost is not None and (not isinstance(cost, Decimal) or not cost >= 0):
        raise ConfigError(f"cost={cost!r}: a cost is a Decimal ≥ 0 in USD; None where unknown")
