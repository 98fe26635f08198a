"""The OTLP sink against real receivers on this machine: what arrives, what fails, what comes again."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from aso.errors import ConfigError
from aso.records import Usage
from aso.sinks import OtlpSink
from aso.sinks.otlp.answers import OtlpError
from tests.events import UNPRICED, event
from tests.sinks.otlp_receiver import GrpcReceiver, HttpReceiver, Receiver

ALL = ("spans", "metrics", "logs")
PATHS = {"spans": "/v1/traces", "metrics": "/v1/metrics", "logs": "/v1/logs"}
PROTOCOLS = {"http/protobuf": HttpReceiver, "grpc": GrpcReceiver}
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5.4",
    "gen_ai.response.model": "gpt-5.4",
    "server.address": "api.openai.com",
}
SPAN_ATTRIBUTES = {
    **CALL,
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 0,
    "gen_ai.usage.cost.amount": 0.0025,
    "gen_ai.usage.cost.currency": "USD",
    "gen_ai.usage.cost.source": "local",
    "aso.cost.total": "0.0025",
    "aso.cost.status": "priced",
    "aso.cost.source": "standard",
    "aso.catalog.version": "2026.11.23",
    "aso.event_id": event(1).event_id,
    "aso.revision": 0,
    "aso.kind": "call",
    "aso.outcome": "completed",
    "aso.provider": "openai",
    "aso.publisher": "openai",
    "aso.model": "gpt-5.4",
    "aso.endpoint": "chat/completions",
    "aso.operation": "chat",
    "aso.service_tier": "default",
    "aso.attempts": 1,
    "aso.usage.source": "provider",
    "aso.env": "test",
    "aso.dimension.team": "search",
    "http.response.status_code": 200,
}


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def receiver(protocol: str) -> Iterator[Receiver]:
    with PROTOCOLS[protocol]() as found:
        yield found


def sink_to(receiver: Receiver, protocol: str, *signals: str, **options: Any) -> Any:
    chosen: Any = {"protocol": protocol, "signals": signals or ALL, "timeout_s": 0.7, **options}
    return OtlpSink(receiver.url, **chosen)


def test_a_call_is_one_whole_span(receiver: Receiver, protocol: str) -> None:
    sink_to(receiver, protocol, "spans").send([event(1)])
    [span] = receiver.spans
    assert span.pop("resource")["telemetry.sdk.name"] == "opentelemetry"
    assert len(span.pop("span_id")) == 16
    assert span == {
        "name": "chat gpt-5.4",
        "kind": 3,  # CLIENT
        "trace_id": event(1).event_id.replace("-", ""),
        "parent": None,
        "start_ns": 1_795_420_800_000_000_000,
        "end_ns": 1_795_420_800_400_000_000,
        "status": 0,
        "attributes": SPAN_ATTRIBUTES,
        "scope": ("aso", "https://opentelemetry.io/schemas/1.41.0"),
    }


def test_calls_are_counted_by_the_conventions_histograms_and_cost(
    receiver: Receiver, protocol: str
) -> None:
    sink_to(receiver, protocol, "metrics").send([event(1), event(2)])
    tokens = tuple(4**power for power in range(14))
    seconds = tuple(pytest.approx(0.01 * 2**power) for power in range(14))
    told = {"aso.kind": "call", "aso.outcome": "completed", "aso.usage.source": "provider"}
    priced = {"aso.cost.status": "priced"}
    shown = ("name", "unit", "kind", "attributes", "value", "bounds")
    assert [tuple(point[key] for key in shown) for point in receiver.points] == [
        (
            "gen_ai.client.token.usage",
            "{token}",
            "histogram",
            {**CALL, "gen_ai.token.type": side},
            (2, total),
            tokens,
        )
        for side, total in (("input", 2000), ("output", 0))
    ] + [
        ("gen_ai.client.operation.duration", "s", "histogram", CALL, (2, 0.8), seconds),
        ("aso.cost", "{USD}", "sum", {**CALL, **priced}, 0.005, ()),
        ("aso.calls", "{call}", "sum", {**CALL, **told, **priced}, 2, ()),
    ]


def test_a_log_record_has_the_event_as_it_is_on_the_wire(receiver: Receiver, protocol: str) -> None:
    sink_to(receiver, protocol, "spans", "logs").send([event(1)])
    [log], [span] = receiver.logs, receiver.spans
    assert json.loads(log.pop("body")) == event(1).to_dict()
    assert log == {
        "event_name": "aso.event",
        "time_ns": 1_795_420_800_400_000_000,
        "severity": "INFO",
        "trace_id": span["trace_id"],
        "span_id": span["span_id"],
        "attributes": SPAN_ATTRIBUTES,
    }


def test_a_call_in_a_trace_is_a_child_of_the_span_it_was_made_in(
    receiver: Receiver, protocol: str
) -> None:
    sink_to(receiver, protocol, "spans").send([event(1, trace_id=TRACE, span_id=SPAN)])
    [span] = receiver.spans
    assert (span["trace_id"], span["parent"]) == (TRACE, SPAN)


def test_what_comes_again_is_the_same_span_and_a_later_revision_another(
    receiver: Receiver, protocol: str
) -> None:
    settled = event(1, revision=1, revision_reason="settled")
    sink_to(receiver, protocol, "spans").send([event(1)])
    sink_to(receiver, protocol, "spans").send([event(1), settled])
    first, again, later = receiver.spans
    assert again["span_id"] == first["span_id"] != later["span_id"]
    assert again["trace_id"] == first["trace_id"] == later["trace_id"]


def test_what_comes_again_is_not_counted_again(receiver: Receiver, protocol: str) -> None:
    sink = sink_to(receiver, protocol, "metrics")
    sink.send([event(1)])
    sink.send([event(1), event(2)])
    [cost] = receiver.latest("aso.cost")
    assert cost["value"] == 0.005


@pytest.mark.parametrize("signal", ALL)
def test_a_signal_that_is_refused_is_raised_and_the_others_do_not_go_twice(
    receiver: Receiver, protocol: str, signal: str
) -> None:
    sink = sink_to(receiver, protocol)
    receiver.refused = {PATHS[signal]}
    with pytest.raises(OtlpError, match=f"did not take {signal}"):
        sink.send([event(1)])
    receiver.refused = set()
    sink.send([event(1)])
    assert (len(receiver.spans), len(receiver.logs)) == (1, 1)
    assert [cost["value"] for cost in receiver.latest("aso.cost")] == [0.0025]


def test_sums_since_the_last_time_are_kept_until_they_are_taken(
    receiver: Receiver, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
    sink = sink_to(receiver, protocol, "metrics")
    receiver.refused = {"/v1/metrics"}
    with pytest.raises(OtlpError):
        sink.send([event(1)])
    receiver.refused = set()
    sink.send([event(1), event(2)])
    costs = [point["value"] for point in receiver.points if point["name"] == "aso.cost"]
    assert costs == [0.0025, 0.0025]


def test_a_batch_that_is_too_large_for_the_receiver_gets_through_in_parts(
    receiver: Receiver, protocol: str
) -> None:
    receiver.most_bytes = 10_000
    sink, batch = sink_to(receiver, protocol, "spans"), [event(number) for number in range(30)]
    for _ in range(6):
        try:
            sink.send(batch)
            break
        except OtlpError:
            continue
    ids = [span["attributes"]["aso.event_id"] for span in receiver.spans]
    assert ids == [one.event_id for one in batch]


def test_a_receiver_that_is_not_there_raises_for_the_shipper_to_try_again(protocol: str) -> None:
    nobody = Receiver()
    nobody.url = "http://127.0.0.1:9"
    with pytest.raises(OtlpError, match="did not take spans"):
        sink_to(nobody, protocol).send([event(1)])


def test_headers_are_sent_and_told_to_nobody(
    receiver: Receiver, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    sink = sink_to(receiver, protocol, "spans", headers={"X-Api-Key": "s3cret"})
    receiver.refused = {"/v1/traces"}
    with caplog.at_level(logging.DEBUG, "opentelemetry"), pytest.raises(OtlpError) as caught:
        sink.send([event(1)])
    assert receiver.requests[0][1]["x-api-key"] == "s3cret"
    assert "s3cret" not in f"{sink!r} {vars(sink)!r} {caught.value} {caplog.text}"


def test_the_environment_says_where_and_how(
    receiver: Receiver, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=finance")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop,team=a")
    sink = OtlpSink()
    sink.send([event(1)])
    sink.close()
    resource = receiver.spans[0]["resource"]
    assert (resource["service.name"], resource["team"]) == ("shop", "a")
    assert {headers["x-team"] for _, headers in receiver.requests} == {"finance"}
    assert sink.destination == f"otlp:{protocol}:{receiver.url}:spans+metrics"


def test_with_the_sdk_disabled_nothing_is_sent_and_it_is_said(
    receiver: Receiver,
    protocol: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    sink = sink_to(receiver, protocol)
    with caplog.at_level(logging.WARNING, "aso"):
        sink.send([event(1)])
        sink.send([event(2)])
    assert receiver.requests == []
    assert [one.getMessage() for one in caplog.records] == [
        "aso.otlp: OTEL_SDK_DISABLED is set: events are taken, and none is sent"
    ]


def test_an_unpriced_call_has_no_cost_anywhere(receiver: Receiver, protocol: str) -> None:
    sink_to(receiver, protocol, "spans", "metrics").send([event(1, cost=UNPRICED)])
    [span] = receiver.spans
    assert [name for name in span["attributes"] if "cost" in name] == [
        "aso.cost.status",
        "aso.cost.source",
    ]
    assert receiver.latest("aso.cost") == []
    assert receiver.latest("aso.calls")[0]["attributes"]["aso.cost.status"] == "unpriced"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"endpoint": "localhost:4318"}, "is not a URL that can be used: write https://host"),
        ({"endpoint": 4318}, "is not a URL that can be used"),
        ({"protocol": "http/json"}, "choose from"),
        ({"signals": ["traces"]}, "choose from"),
        ({"signals": []}, "no signals"),
        ({"signals": "spans"}, "a list of names"),
        ({"semconv": "both"}, "choose from"),
        ({"timeout_s": 0}, "over 0"),
        ({"usage": True}, "choose from"),
        ({"headers": {"key": 1}}, "no mapping"),
        ({"metric_dimensions": "team"}, "a list of names"),
        ({"colour": 1}, r"options \['colour'\]"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        OtlpSink(**arguments)


def test_without_opentelemetry_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"pip install 'aispendops\[otlp\]'"):
        OtlpSink()


@pytest.mark.parametrize(
    "url",
    [
        "http://user:s3cret@collector.example",
        "https://s3cret@collector.example",
        "https://collector.example/base?token=s3cret",
        "https://collector.example#s3cret",
        "https://user:s3c?s3cret@collector.example",
        "s3cret:4318",
    ],
)
def test_an_endpoint_with_credentials_is_refused_and_shows_none(url: str) -> None:
    with pytest.raises(ConfigError, match="without user, query or fragment.*headers=") as caught:
        OtlpSink(url)
    assert "s3c" not in str(caught.value)


def test_credentials_of_the_variables_url_are_not_in_its_place_in_the_journal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = "https://user:s3cret@collector.example:4318/base?key=s3cret"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    assert (
        OtlpSink().destination
        == "otlp:http/protobuf:https://collector.example:4318/base:spans+metrics"
    )


def test_equal_sinks_are_the_same_to_instrument() -> None:
    assert OtlpSink("http://a.example") == OtlpSink("http://a.example")
    assert OtlpSink("http://a.example") != OtlpSink("http://a.example", semconv="latest")


def test_who_makes_no_such_sink_loads_no_opentelemetry() -> None:
    code = (
        "import sys, aso; aso.sinks.OtlpSink; print([m for m in sys.modules if 'telemetry' in m])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_what_otlp_cannot_write_does_not_stop_what_comes_after(
    receiver: Receiver, protocol: str
) -> None:
    sink = sink_to(receiver, protocol)
    vast = Usage(input_tokens=1 << 80, output_tokens=3)
    sink.send([event(1, request_model="a\ud800", usage=vast), event(2)])
    span, _ = receiver.spans
    assert (span["name"], len(receiver.logs)) == ("chat a?", 2)
    assert span["attributes"]["gen_ai.usage.input_tokens"] == str(1 << 80)
    assert receiver.latest("aso.calls") != []
