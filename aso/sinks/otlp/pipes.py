"""Where a signal goes: through the program's own OpenTelemetry providers, else through one of ours.

Through the program's: its processors and exporters, its resource, and its promises: what is handed
over is delivered, and what its queue loses is lost. Through ours: delivered when it was taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from aso.sinks.otlp.answers import Heard, OtlpError, OtlpRefusedError
from aso.sinks.otlp.exporters import Held, exporter_for, send
from aso.sinks.otlp.providers import is_users, users_provider
from aso.sinks.otlp.settings import SCOPE, Settings, Signal
from aso.version import __version__

_FLUSH_MS = 10_000


class Pipe(NamedTuple):
    """``source``: the tracer, meter or logger. ``flush`` raises where something was not taken.

    ``heard``: what the receiver said, where it is ours to ask.
    """

    source: Any
    flush: Callable[[], None]
    close: Callable[[], None]
    heard: Heard | None = None


def open_pipe(
    signal: Signal, settings: Settings, resource: Resource, ids: IdGenerator, schema: str | None
) -> Pipe:
    """Return the pipe of one signal, in this process; ``resource`` is for those of ours."""
    is_theirs = is_users(signal, settings)
    if signal == "spans":
        return (
            _users_spans(ids, schema) if is_theirs else _own_spans(settings, resource, ids, schema)
        )
    if signal == "metrics":
        return _users_metrics(schema) if is_theirs else _own_metrics(settings, resource, schema)
    return _users_logs(schema) if is_theirs else _own_logs(settings, resource, schema)


def _users_spans(ids: IdGenerator, schema: str | None) -> Pipe:
    """A twin of the program's provider: its processors and resource, our ids, and no sampling.

    What was spent is not sampled; its sampler decided on the trace when the call was made.
    """
    theirs = users_provider("spans")
    twin = TracerProvider(
        sampler=ALWAYS_ON,
        resource=theirs.resource,
        shutdown_on_exit=False,
        active_span_processor=theirs._active_span_processor,  # noqa: SLF001 — it has no other name
        id_generator=ids,
    )
    tracer = twin.get_tracer(SCOPE, __version__, schema_url=schema)
    return Pipe(tracer, _flushed(theirs, "spans"), _nothing)


def _own_spans(
    settings: Settings, resource: Resource, ids: IdGenerator, schema: str | None
) -> Pipe:
    heard = Heard("spans")
    held = Held(exporter_for("spans", settings, heard), "spans", heard)
    provider = TracerProvider(
        sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False, id_generator=ids
    )
    stand_in: Any = held
    provider.add_span_processor(SimpleSpanProcessor(stand_in))
    tracer = provider.get_tracer(SCOPE, __version__, schema_url=schema)
    return Pipe(tracer, held.flush, held.shutdown, heard)


def _users_metrics(schema: str | None) -> Pipe:
    """The program's reader exports at its own interval; what is left is flushed at the end."""
    theirs = users_provider("metrics")
    meter = theirs.get_meter(SCOPE, __version__, schema_url=schema)
    return Pipe(meter, _nothing, _flushed(theirs, "metrics"))


def _own_metrics(settings: Settings, resource: Resource, schema: str | None) -> Pipe:
    heard = Heard("metrics")
    exporter = exporter_for("metrics", settings, heard)
    reader = InMemoryMetricReader(
        exporter._preferred_temporality,  # noqa: SLF001 — as OTEL_EXPORTER_OTLP_METRICS_* say; what a reader asks
        exporter._preferred_aggregation,  # noqa: SLF001
    )
    provider = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    meter = provider.get_meter(SCOPE, __version__, schema_url=schema)
    return Pipe(meter, Collected(reader, exporter, heard).flush, exporter.shutdown, heard)


def _users_logs(schema: str | None) -> Pipe:
    theirs = users_provider("logs")
    logger = theirs.get_logger(SCOPE, __version__, schema_url=schema)
    return Pipe(logger, _flushed(theirs, "logs"), _nothing)


def _own_logs(settings: Settings, resource: Resource, schema: str | None) -> Pipe:
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor

    heard = Heard("logs")
    held = Held(exporter_for("logs", settings, heard), "logs", heard)
    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    stand_in: Any = held
    provider.add_log_record_processor(SimpleLogRecordProcessor(stand_in))
    logger = provider.get_logger(SCOPE, __version__, schema_url=schema)
    return Pipe(logger, held.flush, held.shutdown, heard)


class Collected:
    """What a reader collected, until the other side has taken it: a difference is collected once."""

    def __init__(self, reader: InMemoryMetricReader, exporter: Any, heard: Heard) -> None:
        self._reader = reader
        self._exporter = exporter
        self._heard = heard
        self._unsent: Any = None

    def flush(self) -> None:
        """Send what was not taken before, and what came since.

        Raises:
            OtlpError: it was not taken; of OtlpRefusedError, nothing is kept.
        """
        self._send()
        self._unsent = self._reader.get_metrics_data()
        self._send()

    def _send(self) -> None:
        if self._unsent is not None and self._unsent.resource_metrics:
            try:
                send(self._exporter, self._unsent, "metrics", self._heard)
            except OtlpRefusedError:
                self._unsent = None
                raise
        self._unsent = None


def _flushed(provider: Any, signal: Signal) -> Callable[[], None]:
    def flush() -> None:
        if provider.force_flush(_FLUSH_MS) is False:
            raise OtlpError(
                f"the program's OpenTelemetry provider did not flush {signal}: is it shut down? "
                "The events are kept and sent again"
            )

    return flush


def _nothing() -> None:
    """Nothing to do."""
