"""The ingest sink against a real server on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aso.errors import ConfigError
from aso.sinks import IngestSink
from aso.sinks.ingest import IngestError
from tests.events import event
from tests.sinks.ingest_server import KEY, IngestServer


@pytest.fixture
def sink(server: IngestServer) -> Iterator[IngestSink]:
    found = IngestSink(server.url, KEY, timeout_s=2)
    yield found
    found.close()


def test_a_batch_is_sent_whole_as_the_protocol_says(server: IngestServer, sink: IngestSink) -> None:
    sink.send([event(1), event(2)])
    [batch] = server.batches
    assert (batch["path"], batch["schema"]) == ("/v1/events", "aso.batch/1")
    assert batch["events"] == [event(1).to_dict(), event(2).to_dict()]
    assert batch["headers"]["X-ASO-API-Key"] == KEY
    assert batch["headers"]["Content-Encoding"] == "gzip"


def test_the_same_batch_has_the_same_id_and_is_counted_once(
    server: IngestServer, sink: IngestSink
) -> None:
    sink.send([event(1)])
    sink.send([event(1)])
    assert server.batches[0]["batch_id"] == server.batches[1]["batch_id"]
    assert len(server.events) == 1


def test_the_connection_is_kept(server: IngestServer, sink: IngestSink) -> None:
    for number in range(3):
        sink.send([event(number)])
    assert len(server.connections) == 1


def test_a_connection_that_the_server_closed_is_opened_again(
    server: IngestServer, sink: IngestSink
) -> None:
    sink.send([event(1)])
    server.answers = [(0, {}, None)]
    sink.send([event(2)])
    assert len(server.events) == 2


def test_an_endpoint_that_asks_to_wait_is_waited_for(
    server: IngestServer, sink: IngestSink
) -> None:
    server.answers = [(429, {"Retry-After": "7"}, {"error": "AISpendOps: slow down"})]
    with pytest.raises(IngestError, match="429: AISpendOps: slow down") as caught:
        sink.send([event(1)])
    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
def test_a_refusal_is_raised_and_the_batch_can_be_sent_again(
    server: IngestServer, sink: IngestSink, status: int
) -> None:
    server.answers = [(status, {}, {"detail": "no"})]
    with pytest.raises(IngestError, match=f"answered {status}: no reason given"):
        sink.send([event(1)])
    sink.send([event(1)])
    assert len(server.events) == 1


def test_a_batch_that_is_too_large_goes_in_halves(server: IngestServer, sink: IngestSink) -> None:
    server.max_events = 2
    sink.send([event(number) for number in range(7)])
    assert len(server.events) == 7


def test_an_endpoint_that_is_down_raises_for_the_shipper_to_try_again() -> None:
    sink = IngestSink("http://127.0.0.1:9", KEY, timeout_s=1)
    with pytest.raises(IngestError, match="gave no answer: .*refused"):
        sink.send([event(1)])


@pytest.mark.parametrize(
    ("endpoint", "key", "message"),
    [
        ("https://ingest.example", "sk-not-ours", "not of the form aso_k_"),
        ("http://ingest.example", KEY, "http"),
        ("ingest.example", KEY, "URL|url"),
        (None, KEY, "endpoint"),
        ("https://ingest.example", None, "key"),
    ],
)
def test_a_wrong_destination_is_refused_and_no_secret_is_told(
    endpoint: str | None, key: str | None, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        IngestSink(endpoint, key)
    assert "s3cret" not in str(caught.value)
    assert "sk-not" not in str(caught.value)


def test_its_place_in_the_journal_does_not_name_the_secret() -> None:
    sink = IngestSink("https://ingest.example/base/", KEY)
    assert sink.destination == "ingest:https://ingest.example/base:abc"
    assert "s3cret" not in repr(vars(sink))
