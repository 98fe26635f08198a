"""JSON text → the events of a batch that can be kept, and what is wrong with each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, cast

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic_core import to_json
from typing_extensions import TypedDict

from aso.semconv import instant_text, printable
from aso.serve.limits import Limits
from aso.serve.refusal import RefusedError
from aso.serve.schema.answers import Rejected
from aso.serve.schema.event import Batch, Event, EventId, Text

_SHOWN = 120
_SECOND_MS = 1000
_NUL = b"\\u0000"


@with_config(ConfigDict(extra="ignore", strict=True))
class _Envelope(TypedDict):
    """A batch whose events are yet to be looked at, one by one."""

    schema: str
    batch_id: Text
    events: list[dict[str, Any]]


_BATCH = TypeAdapter(Batch)
_ENVELOPE = TypeAdapter(_Envelope)
_EVENT = TypeAdapter(Event)
_EVENT_ID = TypeAdapter[str](EventId)
_INSTANT = TypeAdapter[datetime](AwareDatetime)


class Taken(NamedTuple):
    """What of a batch can be kept, ready for the store, and what cannot."""

    events: list[dict[str, Any]]
    rejected: list[Rejected]


def batch_of(text: bytes, limits: Limits) -> Taken:
    """Return the events of a batch.

    One that is wrong does not stop the others: it is named by its id. Where it has none that can be
    named, the batch is refused, so that who sent it does not take it for accepted.

    Raises:
        RefusedError: 400 where this is no batch, 413 where it has too many events.
    """
    documents, is_checked = _parsed(text)
    if len(documents) > limits.max_batch_events:
        message = f"The batch has {len(documents):,} events, more than {limits.max_batch_events:,}"
        raise RefusedError(413, f"{message}: send it in parts")
    taken = Taken([], [])
    wrong = _Wrong(
        is_checked=is_checked,
        has_nul=_NUL in text,
        largest=limits.max_event_bytes if len(text) > limits.max_event_bytes else None,
    )
    for place, one in enumerate(documents):
        if (found := wrong.with_event(one, place)) is None:
            taken.events.append(one)
        else:
            taken.rejected.append({"event_id": one["event_id"], "error": found})
    return taken


class _Wrong(NamedTuple):
    """What is yet to be looked at in each event, after the batch was looked at as a whole."""

    is_checked: bool
    has_nul: bool
    largest: int | None

    def with_event(self, document: dict[str, Any], place: int) -> str | None:
        """Return why an event cannot be kept; None: it can."""
        found = None if self.is_checked else _misshapen(document, place)
        if found is None and self.largest is not None:
            found = _too_large(document, self.largest)
        if found is None and self.has_nul:
            found = _unkept(document)
        return found or _contradiction(document)


def _parsed(text: bytes) -> tuple[list[dict[str, Any]], bool]:
    """Return the events, and whether each has the form of one."""
    try:
        batch: Any = _BATCH.validate_json(text)
    except ValidationError:
        return _unchecked(text), False
    return batch["events"], True


def _unchecked(text: bytes) -> list[dict[str, Any]]:
    try:
        found = _ENVELOPE.validate_json(text)
    except ValidationError as error:
        raise RefusedError(400, f"The body is no batch: {_said(error)}") from None
    if found["schema"] != "aso.batch/1":
        raise RefusedError(400, "The body is no batch: its schema must be aso.batch/1")
    return found["events"]


def _misshapen(document: dict[str, Any], place: int) -> str | None:
    """Return what is wrong with the form of an event."""
    try:
        _EVENT_ID.validate_python(document.get("event_id"), strict=True)
    except ValidationError:
        raise RefusedError(
            400, f"Event {place} of the batch has no event_id that is a UUID"
        ) from None
    try:
        _EVENT.validate_python(document)
    except ValidationError as error:
        return _said(error)
    return None


def _contradiction(document: dict[str, Any]) -> str | None:
    """Say when the call ended and started, where it was left out; return what cannot be."""
    ended = document.get("ended_at_ms")
    if ended is None or instant_text(ended) != document["ts"]:
        said = _instant_of(document["ts"])
        if said is None:
            return "ts: there is no such instant"
        if ended is not None and not -_SECOND_MS < said - ended < _SECOND_MS:
            return "ts: is not the instant of ended_at_ms"
        document["ended_at_ms"] = ended = said if ended is None else ended
    document.setdefault("started_at_ms", ended)
    total = document.get("total_tokens")
    if total is not None:
        prompt, completion = document.get("prompt_tokens"), document.get("completion_tokens")
        if total != (prompt or 0) + (completion or 0):
            return "total_tokens: is not the sum of prompt_tokens and completion_tokens"
    return None


def _instant_of(text: str) -> int | None:
    try:
        return int(_INSTANT.validate_strings(text).timestamp() * _SECOND_MS)
    except (ValidationError, OverflowError):
        return None


def _too_large(document: dict[str, Any], largest: int) -> str | None:
    size = len(to_json(document))
    return f"it has {size:,} bytes, at most {largest:,} are kept" if size > largest else None


def _unkept(document: dict[str, Any]) -> str | None:
    has_nul = any("\0" in text for text in _texts(document))
    return "it has the character U+0000, which not every store can keep" if has_nul else None


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(cast("dict[str, Any]", value).items()))
    elif isinstance(value, (list, tuple)):
        for one in cast("list[Any]", value):
            yield from _texts(one)


def _said(error: ValidationError) -> str:
    """Return where and what is wrong first; never what was sent there."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return printable(f"{where}: {first['msg']}" if where else first["msg"])[:_SHOWN]
