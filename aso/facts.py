"""What the call path writes down about one call: raw facts, in a compact record of the journal.

Nothing here is interpreted or priced; `event.build` derives the event later, off the call path.
Field order is the record's layout: append new fields at the end, never reorder (docs/adr/0004).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aso.parsing import parsed


class Origin(NamedTuple):
    """What is the same for every record of a process: kept once, in the segment's header."""

    env: str | None
    api_key_id: str | None
    aso_version: str
    prices: str | None = None  # sha256 of the contract prices in force


class Facts(NamedTuple):
    """One call as seen; plain JSON values only. Times are milliseconds since the epoch.

    ``usage`` is the provider's own object, untouched. ``extra`` holds the few other values of the
    answer or the request that counting and pricing need (never text that anyone wrote).
    """

    kind: str
    event_id: str
    revision: int
    revision_reason: str | None
    started_at_ms: int
    first_byte_at_ms: int | None
    ended_at_ms: int
    sdk: tuple[str, str] | None
    provider: str
    host: str | None
    endpoint: str
    operation: str
    wire: str | None
    request_model: str | None
    model: str | None
    generation_id: str | None
    stream: bool
    service_tier: str | None
    attempts: int
    attempts_unknown: int
    outcome: str
    http_status: int | None
    error_type: str | None
    usage: Mapping[str, Any] | None
    extra: Mapping[str, Any] | None
    complete: bool
    prompt_chars: int | None
    completion_chars: int | None
    completion_bytes: int | None
    dims: Mapping[str, str]
    function: str | None
    trace_id: str | None
    span_id: str | None


def decode(payload: bytes) -> Facts:
    """Return the facts of a journal record.

    Raises:
        ValueError: the record is not one of ours.
    """
    values, needed = parsed(payload), len(Facts._fields)
    count = len(values) if _is_list(values) else 0
    if count < needed:
        raise ValueError(f"a record of {count} fields; {needed} are needed")
    return Facts._make(values[:needed])


def _is_list(value: object) -> bool:
    return isinstance(value, list)
