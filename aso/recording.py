"""``aso.record()``: an event for a call that no hook could see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from aso.arguments import expect_instant, expect_text, shown
from aso.context import current
from aso.dimension_rules import merged, written
from aso.errors import ConfigError
from aso.facts import Facts
from aso.providers import PROVIDERS
from aso.records import Event, Usage
from aso.runtime import RUNTIME
from aso.semconv import TOKEN_FIELDS
from aso.tracing import trace_ids

_EXAMPLES = {
    "provider": "openai",
    "model": "gpt-5.4",
    "operation": "chat",
    "generation_id": "chatcmpl-1",
}
_COUNTS = frozenset({"web_search_requests"})  # beside the tokens: what the event keeps as a count
_MOST = Decimal(10) ** 40
_NUMBERS: tuple[Any, ...] = (int, float, Decimal)
_TABLES: tuple[Any, ...] = (Mapping,)


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
        usage: a Usage, or token and unit names of the event → quantities. Counts
            (``*_tokens``, ``web_search_requests``) are whole numbers.
        operation: what was done: ``chat``, ``embeddings``, ...
        cost: what it cost in USD, where you know; else it is priced from the catalog.
        dimensions: tags for this event, over those in force.
        at: when it ended; aware. None: now.
        generation_id: the provider's id of the answer.

    Raises:
        ConfigError: an argument is wrong, or nothing is instrumented.
        DimensionError: the dimensions break the limits, alone or with those in force.
    """
    session = RUNTIME.session
    if session is None:
        raise ConfigError("aso.record() needs a destination: call aso.instrument() first")
    texts = {"provider": provider, "model": model, "operation": operation}
    _check(texts if generation_id is None else {**texts, "generation_id": generation_id}, at, cost)
    pipeline, scope = session.pipeline, current()
    scope = scope._replace(dims=merged(scope.dims, written(dimensions, {})))
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
        dims=pipeline.dims_of(scope, None, None),
        function=scope.function,
        trace_id=trace_ids()[0],
        span_id=trace_ids()[1],
    )
    return pipeline.derive(pipeline.emit(facts, scope), pipeline.origin)


def said(usage: Usage | Mapping[str, int]) -> dict[str, Any]:
    """Return the usage under the event's names, what is unknown left out.

    Raises:
        ConfigError: a quantity is not a finite number ≥ 0, or a count not a whole one.
    """
    quantities = {
        name: quantity for name, quantity in _quantities(usage).items() if quantity is not None
    }
    return {name: _written(name, quantity) for name, quantity in quantities.items()}


def _quantities(usage: Any) -> Mapping[str, Any]:
    if isinstance(usage, Usage):
        tokens = {name: getattr(usage, key) for key, name in TOKEN_FIELDS.items()}
        return {**tokens, "web_search_requests": usage.web_search_requests, **usage.units}
    if not isinstance(usage, _TABLES):
        raise ConfigError(
            f"usage is {shown(usage)}: pass a Usage, or a mapping such as {{'prompt_tokens': 11}}"
        )
    return cast("Mapping[str, Any]", usage)


def _written(name: Any, quantity: Any) -> int | float | str:
    """Return a quantity as a record keeps it: a count as an int, another Decimal as its text."""
    expect_text("a name in usage", name, "prompt_tokens")
    is_number = isinstance(quantity, _NUMBERS) and not isinstance(quantity, bool)
    if not is_number or not _is_amount(Decimal(quantity)):
        raise ConfigError(
            f"usage {name!r} is {shown(quantity)}: a quantity is a number ≥ 0, under 1e40; "
            "leave it out if unknown"
        )
    if not name.endswith("_tokens") and name not in _COUNTS:
        return str(quantity) if isinstance(quantity, Decimal) else cast("float", quantity)
    if quantity != int(quantity):
        raise ConfigError(
            f"usage {name!r} is {shown(quantity)}: a count is a whole number; round it, or leave "
            "it out if unknown"
        )
    return int(quantity)


def _check(texts: Mapping[str, object], at: datetime | None, cost: object) -> None:
    for name, value in texts.items():
        expect_text(name, value, _EXAMPLES[name])
    if texts["provider"] not in PROVIDERS:
        raise ConfigError(
            f"provider {texts['provider']!r} is not known: choose from {sorted(PROVIDERS)}"
        )
    if at is not None:
        expect_instant(at)
    if cost is not None and not (isinstance(cost, Decimal) and _is_amount(cost)):
        raise ConfigError(
            f"cost={shown(cost)}: a cost is a Decimal ≥ 0 in USD, under 1e40; None where unknown"
        )


def _is_amount(value: Decimal) -> bool:
    """Return True for what can be counted and written out: Decimal takes exponents of nine digits."""
    return value.is_finite() and 0 <= value < _MOST
