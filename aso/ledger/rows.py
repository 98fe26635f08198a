"""Event ↔ row. The document keeps the wire form; fields that are null are left out and restored."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

from aso.records import Cost, Event, Usage

_REST = 10**9
_EXACT = Context(prec=80)  # whatever the program has made of its own context


def row_of(event: Event, encode: Callable[..., bytes]) -> tuple[Any, ...]:
    """Return the values of schema.COLUMNS."""
    usage, cost = event.usage, event.cost
    nano, atto, rest = split(cost.total)
    return (
        event.event_id,
        event.revision,
        event.kind,
        event.ended_at_ms,
        event.started_at_ms,
        event.first_byte_at_ms,
        event.env,
        event.provider,
        event.publisher,
        event.host,
        event.endpoint,
        event.operation,
        event.model,
        event.request_model,
        event.function,
        event.stream,
        event.service_tier,
        event.outcome,
        usage.source,
        cost.status,
        cost.source,
        event.sdk_name,
        usage.input_tokens,
        usage.output_tokens,
        nano,
        atto,
        rest,
        encode(dict(event.dims)).decode(),
        encode(event.to_dict(), exclude_none=True).decode(),
    )


def split(total: Decimal | None) -> tuple[int | None, int | None, str | None]:
    """Return nano-dollars and the rest in atto-dollars; text where 18 places are not enough."""
    if total is None:
        return None, None, None
    atto = _EXACT.scaleb(total, 18)
    whole = int(atto)
    if atto != whole:
        return 0, 0, format(total, "f")
    return *divmod(whole, _REST), None


def joined(nano: int, atto: int) -> Decimal:
    """Return the exact sum of the two integers, in dollars."""
    return _EXACT.scaleb(Decimal(nano * _REST + atto), -18)


def from_document(text: str) -> dict[str, Any]:
    """Return the wire form, every field in its order, nulls restored."""
    said = json.loads(text)
    found = {name: said.get(name, default) for name, default in _TEMPLATE.items()}
    found["sdk"] = {"name": None, "version": None, **found["sdk"]}
    found["cost_lines"] = [{**_LINE, **line} for line in found["cost_lines"]]
    return found


def _nothing() -> Event:
    """Return an event of nulls: its wire form has every field, in order."""
    return Event(
        event_id="",
        revision=0,
        revision_reason=None,
        kind="call",
        env=None,
        api_key_id=None,
        aso_version="",
        sdk_name=None,
        sdk_version=None,
        provider="",
        publisher=None,
        host=None,
        endpoint="",
        operation="",
        model=None,
        request_model=None,
        generation_id=None,
        stream=False,
        service_tier=None,
        attempts=0,
        attempts_unknown=0,
        outcome="completed",
        http_status=None,
        error_type=None,
        usage=Usage(),
        cost=Cost(),
        prompt_chars=None,
        completion_chars=None,
        completion_bytes=None,
        started_at_ms=0,
        first_byte_at_ms=None,
        ended_at_ms=0,
        dims={},
        function=None,
        trace_id=None,
        span_id=None,
    )


_LINE: dict[str, Any] = dict.fromkeys(
    ("unit", "quantity", "rate", "per", "multiplier", "amount", "model", "provider", "source")
)
_LINE["quantity_source"] = None
_TEMPLATE: dict[str, Any] = _nothing().to_dict()
