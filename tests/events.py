"""Events for tests, made of the real record types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from aso.records import Cost, CostLine, Event, Usage

_LINE = CostLine(
    unit="input_tokens",
    quantity=1000,
    rate=Decimal("2.5"),
    per=1_000_000,
    multiplier=None,
    amount=Decimal("0.0025"),
    model="gpt-5.4",
    provider="openai",
    source="catalog:genai-prices+litellm:agreed",
)
PRICED = Cost(
    total=Decimal("0.0025"),
    status="priced",
    source="standard",
    lines=(_LINE,),
    calculated_cost=Decimal("0.0025"),
    pricing_matched=True,
    pricing_model="gpt-5.4",
    catalog_version="2026.11.23",
    catalog_sha256="ab" * 32,
)
UNPRICED = Cost(catalog_version="2026.11.23", catalog_sha256="ab" * 32)
_EVENT = Event(
    event_id="01a20942-7399-72fe-8744-febd7c5d0000",
    revision=0,
    revision_reason=None,
    kind="call",
    env="test",
    api_key_id=None,
    aso_version="0.1.0",
    sdk_name="openai",
    sdk_version="3.54.0",
    provider="openai",
    publisher="openai",
    host="api.openai.com",
    endpoint="chat/completions",
    operation="chat",
    model="gpt-5.4",
    request_model="gpt-5.4",
    generation_id="chatcmpl-1",
    stream=False,
    service_tier="default",
    attempts=1,
    attempts_unknown=0,
    outcome="completed",
    http_status=200,
    error_type=None,
    usage=Usage(input_tokens=1000, output_tokens=0),
    cost=PRICED,
    prompt_chars=4000,
    completion_chars=0,
    completion_bytes=500,
    started_at_ms=1_795_420_800_000,
    first_byte_at_ms=1_795_420_800_100,
    ended_at_ms=1_795_420_800_400,
    dims={"team": "search"},
    function=None,
    trace_id=None,
    span_id=None,
)


def event(number: int = 0, **changes: Any) -> Event:
    """Return an event of its own id; 2026-11-23T08:00:00.400Z, USD 0.0025, team search."""
    identity = f"{_EVENT.event_id[:-4]}{number:04x}"
    return _EVENT._replace(event_id=identity, **changes)


def costing(number: int, amount: str, **changes: Any) -> Event:
    """Return an event of another cost."""
    total = Decimal(amount)
    line = _LINE._replace(quantity=1, rate=total, per=1, amount=total)
    return event(number, cost=PRICED._replace(total=total, lines=(line,)), **changes)
