"""A program with OpenTelemetry of its own: its providers, its trace, its GenAI instrumentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import opentelemetry._logs._internal as otel_logs
import opentelemetry.metrics._internal as otel_metrics
import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, InMemoryLogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

import aso
from aso.sinks import OtlpSink
from aso.sinks.otlp.answers import OtlpError
from tests.events import event
from tests.openai_sdk.scripted import CHUNKS, COMPLETION, MESSAGES, MODEL, Script, ask, client, sse
from tests.sinks.otlp_receiver import HttpReceiver

CONVENTION = {"gen_ai.client.token.usage", "gen_ai.client.operation.duration"}


class Program(NamedTuple):
    """What a program has set up."""

    tracers: TracerProvider
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader
    logs: InMemoryLogRecordExporter

    def spans(self, scope: str = "aso") -> list[Any]:
        self.tracers.force_flush()
        found = self.exporter.get_finished_spans()
        return [span for span in found if scope in span.instrumentation_scope.name]

    def metrics(self) -> dict[str, list[str]]:
        """Return the names of metrics → by which instrumentations."""
        found: dict[str, list[str]] = {}
        data: Any = self.reader.get_metrics_data()
        for scoped in [one for part in data.resource_metrics for one in part.scope_metrics]:
            for metric in scoped.metrics:
                found.setdefault(metric.name, []).append(scoped.scope.name)
        return found


def set_up(monkeypatch: pytest.MonkeyPatch, **options: Any) -> Program:
    found = Program(
        TracerProvider(
            resource=Resource({"service.name": "shop"}), shutdown_on_exit=False, **options
        ),
        InMemorySpanExporter(),
        InMemoryMetricReader(),
        InMemoryLogRecordExporter(),
    )
    loggers = LoggerProvider(shutdown_on_exit=False)
    found.tracers.add_span_processor(BatchSpanProcessor(found.exporter))
    loggers.add_log_record_processor(BatchLogRecordProcessor(found.logs))
    meters = MeterProvider([found.reader], shutdown_on_exit=False)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", found.tracers)
    monkeypatch.setattr(otel_metrics, "_METER_PROVIDER", meters)
    monkeypatch.setattr(otel_logs, "_LOGGER_PROVIDER", loggers)
    return found


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    found = set_up(monkeypatch)
    yield found
    found.tracers.shutdown()


@pytest.fixture
def instrumented(program: Program) -> Iterator[Program]:
    """The program with OpenTelemetry's own instrumentation of the OpenAI SDK."""
    OpenAIInstrumentor().instrument()
    yield program
    OpenAIInstrumentor().uninstrument()


def call(program: Program, script: Script, *, stream: bool = False, **options: Any) -> Any:
    """Make a call inside a span of the program's; return that span."""
    with aso.instrument(sinks=[OtlpSink(**options)]) as running:
        with program.tracers.get_tracer("shop").start_as_current_span("order") as span:
            if stream:
                made = client(script).chat.completions.create(
                    model=MODEL, messages=MESSAGES, stream=True
                )
                assert len(list(made)) == len(CHUNKS)
            else:
                ask(client(script))
        assert running.flush()
    return span


def test_a_call_joins_the_programs_trace_through_its_own_provider(program: Program) -> None:
    order = call(program, Script(COMPLETION))
    [span] = program.spans()
    assert (span.name, span.parent.span_id) == ("chat gpt-4o-mini", order.context.span_id)
    assert span.context.trace_id == order.context.trace_id
    assert span.resource.attributes == {"service.name": "shop"}
    assert span.attributes["gen_ai.usage.input_tokens"] == 11
    assert span.attributes["aso.cost.total"] == "0.00001485"
    assert program.metrics() == {name: ["aso"] for name in (*CONVENTION, "aso.cost", "aso.calls")}


def test_all_signals_go_through_the_programs_providers(program: Program) -> None:
    OtlpSink(signals=["spans", "metrics", "logs"]).send([event(1), event(1)])
    [log, _], [span, _] = program.logs.get_finished_logs(), program.spans()
    assert log.log_record.trace_id == span.context.trace_id
    assert log.log_record.span_id == span.context.span_id


def test_the_programs_sampler_loses_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    program = set_up(monkeypatch, sampler=ALWAYS_OFF)
    order = call(program, Script(COMPLETION))
    [span] = program.spans()
    assert span.context.trace_id == order.get_span_context().trace_id
    program.tracers.shutdown()


def test_a_provider_that_is_shut_down_keeps_no_event(program: Program) -> None:
    sink = OtlpSink(signals=["spans"])
    program.tracers.shutdown()
    with pytest.raises(OtlpError, match="is it shut down"):
        sink.send([event(1)])


def test_an_endpoint_goes_before_the_programs_providers(program: Program) -> None:
    with HttpReceiver() as receiver:
        OtlpSink(receiver.url, signals=["spans"]).send([event(1)])
        [span] = receiver.spans
    assert program.spans() == []
    assert span["resource"]["service.name"] == "shop"


def test_the_programs_metrics_are_flushed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpReceiver() as receiver:
        exporter = OTLPMetricExporter(f"{receiver.url}/v1/metrics")
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
        meters = MeterProvider([reader], shutdown_on_exit=False)
        monkeypatch.setattr(otel_metrics, "_METER_PROVIDER", meters)
        sink = OtlpSink(signals=["metrics"])
        sink.send([event(1)])
        assert receiver.points == []
        sink.close()
        assert [cost["value"] for cost in receiver.latest("aso.cost")] == [0.0025]
        meters.shutdown()


def test_a_signal_that_leads_nowhere_holds_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = set_up(monkeypatch)
    monkeypatch.setattr(otel_metrics, "_METER_PROVIDER", None)
    with caplog.at_level("WARNING", "aso"):
        OtlpSink().send([event(1)])
    assert len(program.spans()) == 1
    [said] = [one.getMessage() for one in caplog.records]
    assert said.startswith("aso.otlp: metrics are not sent")


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_genai_instrumentation_tells_is_not_told_twice(
    instrumented: Program, *, stream: bool
) -> None:
    call(instrumented, Script(sse(CHUNKS) if stream else COMPLETION), stream=stream)
    [theirs], [ours] = instrumented.spans("genai"), instrumented.spans()
    assert ours.parent.span_id == theirs.context.span_id
    assert (ours.name, ours.kind) == ("cost gpt-4o-mini-2024-07-18", trace.SpanKind.INTERNAL)
    told = [name for name in ours.attributes if name.startswith("gen_ai.")]
    assert told == [f"gen_ai.usage.cost.{name}" for name in ("amount", "currency", "source")]
    metrics = instrumented.metrics()
    assert metrics["aso.cost"] == ["aso"]
    assert [name for name in metrics if len(metrics[name]) > 1] == []


def test_metrics_are_not_doubled_where_the_trace_is_not_sampled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = set_up(monkeypatch)
    OpenAIInstrumentor().instrument()
    sink = OtlpSink()
    try:
        with aso.instrument(sinks=[sink]) as running:
            ask(client(Script(COMPLETION)))
            running.flush()
            program.tracers.sampler = ALWAYS_OFF
            with program.tracers.get_tracer("shop").start_as_current_span("order"):
                ask(client(Script(COMPLETION)))
            running.flush()
    finally:
        OpenAIInstrumentor().uninstrument()
    metrics = program.metrics()
    assert [name for name in metrics if len(metrics[name]) > 1] == []


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ("always", {"gen_ai.client.token.usage", "gen_ai.client.operation.duration"}),
        ("never", set()),
    ],
)
def test_a_program_may_say_itself_whether_usage_is_told(
    program: Program, usage: str, told: set[str]
) -> None:
    call(program, Script(COMPLETION), usage=usage)
    assert program.metrics().keys() - {"aso.cost", "aso.calls"} == told


def test_an_agents_span_around_a_call_does_not_tell_its_usage(program: Program) -> None:
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": MODEL}
    tracer = program.tracers.get_tracer("agents")
    with aso.instrument(sinks=[OtlpSink()]) as running:
        with tracer.start_as_current_span("invoke_agent shop", attributes=attributes):
            ask(client(Script(COMPLETION)))
        running.flush()
    [span] = program.spans()
    assert span.attributes["gen_ai.usage.output_tokens"] == 22


def test_an_http_clients_span_in_between_hides_no_genai_span(program: Program) -> None:
    tracer = program.tracers.get_tracer("other")
    llm = {"openinference.span.kind": "LLM"}
    with aso.instrument(sinks=[OtlpSink()]) as running:
        with tracer.start_as_current_span("ChatCompletion", attributes=llm):
            with tracer.start_as_current_span("POST", kind=trace.SpanKind.CLIENT):
                ask(client(Script(COMPLETION)))
        running.flush()
    [span] = program.spans()
    assert span.name.startswith("cost ")


def test_our_own_requests_are_in_no_trace_and_are_no_calls(program: Program) -> None:
    RequestsInstrumentor().instrument()
    try:
        with HttpReceiver() as receiver:
            hosts = {"127.0.0.1": "openai"}  # where a test's provider may be, too
            with aso.instrument(sinks=[OtlpSink(receiver.url)], hosts=hosts) as running:
                ask(client(Script(COMPLETION)))
                assert running.flush()
                assert running.flush()
                assert aso.stats().events == 1
    finally:
        RequestsInstrumentor().uninstrument()
    assert program.spans("") == []
