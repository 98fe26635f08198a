"""``aso.event/1`` as it comes in: what is taken, field by field; docs/event.md says what it means.

A key that is not here is of a newer version: it is taken, and kept. What is here has the type that
is written down, or the event is rejected: a number as text, or a text of no end, is no event.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, with_config
from typing_extensions import NotRequired, TypedDict

from aso.dimension_rules import MAX_KEY_LENGTH, MAX_PAIRS, MAX_VALUE_LENGTH
from aso.records import CostSource, Kind, Outcome, PricingStatus, UsageSource

_OPEN = ConfigDict(extra="allow", strict=True)
_LAST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z

EventId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    Field(description="a UUID, in lower case", examples=["01a20942-7399-72fe-8744-febd7c5d0001"]),
]
Instant = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"
    ),
    Field(description="ISO 8601 with a zone", examples=["2026-11-23T08:00:00.400Z"]),
]
DecimalText = Annotated[
    str,
    StringConstraints(pattern=r"^-?[0-9]{1,40}(\.[0-9]{1,40})?$"),
    Field(description="an exact decimal", examples=["0.0025"]),
]
Text = Annotated[str, StringConstraints(max_length=1024)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY_LENGTH)]
Value = Annotated[str, StringConstraints(max_length=MAX_VALUE_LENGTH)]
Count = Annotated[int, Field(ge=0)]
Small = Annotated[int, Field(ge=0, le=2**31 - 1)]
Milliseconds = Annotated[int, Field(ge=0, le=_LAST_MS, description="since the epoch")]


@with_config(_OPEN)
class Sdk(TypedDict):
    """What captured the call."""

    name: NotRequired[Text | None]
    version: NotRequired[Text | None]


@with_config(_OPEN)
class Catalog(TypedDict):
    """The price catalog that was in force."""

    version: Text
    sha256: NotRequired[Text | None]


@with_config(_OPEN)
class Contract(TypedDict):
    """The contract prices that were in force."""

    sha256: Text


@with_config(_OPEN)
class CostLine(TypedDict):
    """One line of the bill: amount = quantity × rate ÷ per × multiplier."""

    unit: Text
    quantity: DecimalText
    rate: DecimalText
    per: DecimalText
    amount: DecimalText
    provider: Text
    source: Text
    multiplier: NotRequired[DecimalText | None]
    model: NotRequired[Text | None]
    quantity_source: NotRequired[Text]


@with_config(_OPEN)
class Event(TypedDict):
    """One call, priced: aso.event/1. Keys that are not known are kept."""

    schema: Literal["aso.event/1"]
    event_id: EventId
    revision: Small
    kind: Kind
    ts: Instant
    provider: Name
    outcome: Outcome
    usage_source: UsageSource

    revision_reason: NotRequired[Text | None]
    env: NotRequired[Text | None]
    api_key_id: NotRequired[Text | None]
    aso_version: NotRequired[Text]
    sdk: NotRequired[Sdk | None]

    publisher: NotRequired[Text | None]
    host: NotRequired[Text | None]
    endpoint: NotRequired[Text]
    operation: NotRequired[Text]
    model: NotRequired[Text | None]
    request_model: NotRequired[Text | None]
    generation_id: NotRequired[Text | None]
    stream: NotRequired[bool]
    service_tier: NotRequired[Text | None]
    attempts: NotRequired[Small]
    attempts_unknown: NotRequired[Small]

    http_status: NotRequired[Small | None]
    error_type: NotRequired[Text | None]

    prompt_tokens: NotRequired[Count | None]
    cache_read_tokens: NotRequired[Count | None]
    cache_write_tokens: NotRequired[Count | None]
    cache_write_5m_tokens: NotRequired[Count | None]
    cache_write_1h_tokens: NotRequired[Count | None]
    prompt_audio_tokens: NotRequired[Count | None]
    prompt_image_tokens: NotRequired[Count | None]
    completion_tokens: NotRequired[Count | None]
    reasoning_tokens: NotRequired[Count | None]
    completion_audio_tokens: NotRequired[Count | None]
    completion_image_tokens: NotRequired[Count | None]
    total_tokens: NotRequired[Count | None]
    web_search_requests: NotRequired[Count | None]
    units: NotRequired[Annotated[dict[Text, Count | DecimalText], Field(max_length=256)]]

    provider_cost: NotRequired[DecimalText | None]
    calculated_cost: NotRequired[DecimalText | None]
    total_cost_usd: NotRequired[DecimalText | None]
    upstream_cost: NotRequired[DecimalText | None]
    cost_source: NotRequired[CostSource]
    pricing_status: NotRequired[PricingStatus]
    pricing_matched: NotRequired[bool]
    pricing_model: NotRequired[Text | None]
    pricing_notes: NotRequired[Annotated[list[Text], Field(max_length=256)]]
    cost_lines: NotRequired[Annotated[list[CostLine], Field(max_length=1000)]]
    catalog: NotRequired[Catalog | None]
    contract: NotRequired[Contract | None]
    pricing_conditions: NotRequired[dict[str, Any] | None]

    prompt_chars: NotRequired[Count | None]
    completion_chars: NotRequired[Count | None]
    completion_bytes: NotRequired[Count | None]
    started_at_ms: NotRequired[Milliseconds]
    first_byte_at_ms: NotRequired[Milliseconds | None]
    ended_at_ms: NotRequired[Milliseconds]

    dims: NotRequired[Annotated[dict[Key, Value], Field(max_length=MAX_PAIRS)]]
    function: NotRequired[Text | None]
    trace_id: NotRequired[Text | None]
    span_id: NotRequired[Text | None]


@with_config(_OPEN)
class Batch(TypedDict):
    """What is posted: events, and an id that is the same for the same events."""

    schema: Literal["aso.batch/1"]
    batch_id: Text
    events: list[Event]
