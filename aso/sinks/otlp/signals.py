"""Events → spans, metrics, logs. Each has ``give`` (hand events to its pipe) and ``pipe``."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from aso.records import Event
from aso.sinks.otlp.attributes import FIRST_TOO_LARGE, dims, of_call, of_span, writable
from aso.sinks.otlp.conventions import Convention, error_type, operation_name
from aso.sinks.otlp.instrumented import Told
from aso.sinks.otlp.pipes import Pipe

_NS_PER_MS = 1_000_000
_REMEMBERED = 20_000
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


def trace_id_of(event: Event) -> int:
    """Return the trace that the call was made in; else the event's id, which is as long."""
    return int(event.trace_id or event.event_id.replace("-", ""), 16)


def span_id_of(event: Event) -> int:
    """Return the same id for the same revision of the same event, whoever sends it."""
    key = f"{event.event_id}.{event.revision}".encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") or 1


class Ids(IdGenerator):
    """Gives the next span the ids of ``event``."""

    event: Event

    def generate_span_id(self) -> int:
        """Return the span's id."""
        return span_id_of(self.event)

    def generate_trace_id(self) -> int:
        """Return the trace's id, where there is no parent."""
        return trace_id_of(self.event)


class Spans:
    """A span for each event, from its start to its end, in the trace that the call was made in."""

    most = 200  # events in one request: some receivers take no more than a megabyte
    is_apart = True  # of a request, each event could be one of its own

    def __init__(self, pipe: Pipe, convention: Convention, told: Told, ids: Ids) -> None:
        self.pipe = pipe
        self._convention = convention
        self._told = told
        self._ids = ids

    def give(self, events: Sequence[Event]) -> None:
        """Make the spans."""
        for event in events:
            told = self._told(event)
            self._ids.event = event
            span = self.pipe.source.start_span(
                _name(event, told=told),
                context=_parent(event),
                kind=SpanKind.INTERNAL if told else SpanKind.CLIENT,
                attributes=of_span(event, self._convention, told=told),
                start_time=event.started_at_ms * _NS_PER_MS,
            )
            if error_type(event) is not None:
                span.set_status(Status(StatusCode.ERROR))
            span.end(event.ended_at_ms * _NS_PER_MS)


class Metrics:
    """What each event adds, once; attributes of few values each."""

    most = 1 << 30
    is_apart = False

    def __init__(
        self, pipe: Pipe, convention: Convention, told: Told, dimensions: Sequence[str]
    ) -> None:
        self.pipe = pipe
        self._told = told
        self._dimensions = dimensions
        self._counted: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._instruments = [(one, _recorder(pipe.source, one)) for one in convention.instruments]

    def give(self, events: Sequence[Event]) -> None:
        """Count what was not counted: a price that was computed anew is no second cost."""
        for event in events:
            if self._is_new(event) and event.revision_reason in {None, "settled"}:
                self._count(event)

    def _is_new(self, event: Event) -> bool:
        key = key_of(event)
        if key in self._counted:
            return False
        self._counted[key] = None
        if len(self._counted) > _REMEMBERED:
            self._counted.popitem(last=False)
        return True

    def _count(self, event: Event) -> None:
        call, operation, told = of_call(event), operation_name(event), self._told(event)
        chosen = dims(event, self._dimensions)
        for instrument, record in self._instruments:
            if instrument.measures(operation) and (instrument.is_ours or not told):
                more = chosen if instrument.is_ours else {}
                for amount, attributes in instrument.measure(event):
                    if amount < FIRST_TOO_LARGE:
                        record(amount, {**call, **attributes, **more})


class Logs:
    """A record for each event: its wire form, beside the attributes of its span."""

    most = 200
    is_apart = True

    def __init__(self, pipe: Pipe, convention: Convention, told: Told) -> None:
        self.pipe = pipe
        self._convention = convention
        self._told = told

    def give(self, events: Sequence[Event]) -> None:
        """Make the records."""
        for event in events:
            context = SpanContext(trace_id_of(event), span_id_of(event), True, _SAMPLED)  # noqa: FBT003
            self.pipe.source.emit(
                timestamp=event.ended_at_ms * _NS_PER_MS,
                context=set_span_in_context(NonRecordingSpan(context), Context()),
                severity_text=_severity(event)[0],
                severity_number=_severity(event)[1],
                body=json.dumps(event.to_dict(), separators=(",", ":")),
                attributes=of_span(event, self._convention, told=self._told(event)),
                event_name="aso.event",
            )


def key_of(event: Event) -> tuple[str, int]:
    """Return what is the same for an event that comes again."""
    return event.event_id, event.revision


def _name(event: Event, *, told: bool) -> str:
    what = "cost" if told else operation_name(event)
    model = event.model if told else (event.request_model or event.model)
    return str(writable(f"{what} {model}" if model else what))


def _parent(event: Event) -> Context:
    if event.trace_id is None or event.span_id is None:
        return Context()
    parent = SpanContext(trace_id_of(event), int(event.span_id, 16), True, _SAMPLED)  # noqa: FBT003
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _recorder(meter: Any, instrument: Any) -> Callable[..., None]:
    about = {"unit": instrument.unit, "description": instrument.description}
    if not instrument.bounds:
        add: Callable[..., None] = meter.create_counter(instrument.name, **about).add
        return add
    bounds: Iterable[float] = list(instrument.bounds)
    histogram = meter.create_histogram(
        instrument.name, **about, explicit_bucket_boundaries_advisory=bounds
    )
    record: Callable[..., None] = histogram.record
    return record


def _severity(event: Event) -> tuple[str, Any]:
    from opentelemetry._logs import SeverityNumber

    if error_type(event) is not None:
        return "WARN", SeverityNumber.WARN
    return "INFO", SeverityNumber.INFO
