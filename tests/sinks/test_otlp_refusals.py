"""What a receiver of OTLP will never take: set aside, said, and in nobody's way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from aso import environment
from aso.sinks import OtlpSink
from aso.sinks.ingest_spool import Spool
from aso.sinks.otlp.answers import OtlpError
from tests.events import event
from tests.sinks.otlp_receiver import GrpcReceiver, HttpReceiver, Receiver

PROTOCOLS = {"http/protobuf": (HttpReceiver, 400), "grpc": (GrpcReceiver, 3)}
WHY = "a span cannot be read"


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def receiver(protocol: str) -> Iterator[Receiver]:
    with PROTOCOLS[protocol][0]() as found:
        yield found


def sink_to(receiver: Receiver, protocol: str, *signals: str) -> Any:
    chosen: Any = {"protocol": protocol, "signals": signals or ("spans",), "timeout_s": 0.7}
    return OtlpSink(receiver.url, **chosen)


def set_aside() -> list[tuple[str, int, str]]:
    """Return number, status and reason of what is in the spool."""
    home = environment.home()
    assert home is not None
    refused = [kept.refused for kept in Spool.of(home).kept()]
    return [(one.document["event_id"][-4:], one.status, one.reason) for one in refused]


@pytest.mark.parametrize("bad", [{0}, {6}, {2, 3}, {0, 1, 5}])
@pytest.mark.parametrize("signal", ["spans", "logs"])
def test_events_that_spoil_their_batch_are_found_and_the_others_delivered(
    receiver: Receiver, protocol: str, signal: str, bad: set[int]
) -> None:
    receiver.bad = {event(number).event_id for number in bad}
    sink = sink_to(receiver, protocol, signal)
    sink.send([event(number) for number in range(7)])
    status = PROTOCOLS[protocol][1]
    assert set_aside() == [(f"{number:04x}", status, WHY) for number in sorted(bad)]
    assert len(receiver.spans) + len(receiver.logs) == 7 - len(bad)
    assert (sink.set_aside, sink.dropped) == (len(bad), 0)


def test_what_one_signal_may_not_say_another_may(receiver: Receiver, protocol: str) -> None:
    receiver.answers = {"/v1/traces": 400}
    sink_to(receiver, protocol, "spans", "logs").send([event(1)])
    assert [one[0] for one in set_aside()] == ["0001"]
    assert len(receiver.logs) == 1


def test_an_event_that_several_signals_may_not_say_is_one_that_is_set_aside(
    receiver: Receiver, protocol: str
) -> None:
    receiver.answers = {"/v1/traces": 400, "/v1/logs": 400}
    sink = sink_to(receiver, protocol, "spans", "logs")
    sink.send([event(1)])
    sink.send([event(2)])
    assert ([one[0] for one in set_aside()], sink.set_aside) == (["0001", "0002"], 2)


def test_measurements_that_are_refused_hold_nothing_up(receiver: Receiver, protocol: str) -> None:
    receiver.answers = {"/v1/metrics": 400}
    sink = sink_to(receiver, protocol, "metrics")
    sink.send([event(1)])
    receiver.answers = {}
    sink.send([event(2)])
    assert [one[0] for one in set_aside()] == ["0001"]
    assert [cost["value"] for cost in receiver.latest("aso.cost")] == [0.005]  # sums hold both


def test_a_receiver_that_refuses_all_does_not_empty_the_journal(
    receiver: Receiver, protocol: str
) -> None:
    receiver.answers = {"/v1/traces": 400}
    sink = sink_to(receiver, protocol)
    with pytest.raises(OtlpError, match="refused 10 .* one after the other"):
        sink.send([event(number) for number in range(40)])
    assert len(set_aside()) == 10
    receiver.answers = {}
    sink.send([event(number) for number in range(40)])
    assert len(receiver.spans) == 30


@pytest.mark.parametrize("status", [401, 403])
def test_without_entry_all_is_kept_and_sending_stops_for_a_while(
    receiver: Receiver, protocol: str, status: int
) -> None:
    receiver.answers = {"/v1/traces": status}
    with pytest.raises(OtlpError, match="does not let us in.*headers") as caught:
        sink_to(receiver, protocol).send([event(1)])
    assert (caught.value.retry_after_s, set_aside(), receiver.spans) == (900.0, [], [])


def test_where_nobody_takes_the_signal_all_is_kept(receiver: Receiver, protocol: str) -> None:
    receiver.answers = {"/v1/traces": 404}
    with pytest.raises(OtlpError, match="takes no spans there.*signals="):
        sink_to(receiver, protocol).send([event(1)])
    assert set_aside() == []


def test_what_a_receiver_rejects_of_a_request_it_took_is_counted_and_said(
    receiver: Receiver, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.rejects = 2
    sink = sink_to(receiver, protocol)
    with caplog.at_level(logging.WARNING, "aso"):
        sink.send([event(number) for number in range(5)])
    assert (sink.set_aside, sink.dropped, len(receiver.requests)) == (2, 2, 1)
    assert [one.getMessage() for one in caplog.records] == [
        f"aso.otlp: 2 events of a batch were refused, and are lost: {WHY}"
    ]


def test_measurements_that_are_rejected_are_said_and_are_no_events(
    receiver: Receiver, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.rejects = 2
    sink = sink_to(receiver, protocol, "metrics")
    with caplog.at_level(logging.WARNING, "aso"):
        sink.send([event(1)])
    assert (sink.set_aside, sink.dropped) == (0, 0)
    assert f"2 measurements were refused: {WHY}" in caplog.text


def test_an_answer_that_is_no_message_is_understood_by_its_status() -> None:
    with HttpReceiver() as receiver:
        receiver.page = b"<html>no</html>"
        sink_to(receiver, "http/protobuf").send([event(1)])
        receiver.answers = {"/v1/traces": 400}
        sink_to(receiver, "http/protobuf").send([event(2)])
    assert set_aside() == [("0002", 400, "Bad Request")]
