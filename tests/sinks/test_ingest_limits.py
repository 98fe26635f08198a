"""The ingest sink at its edges: limits, odd answers, secrets, and whom it trusts."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from aso.errors import ConfigError
from aso.sinks import IngestSink
from aso.sinks.ingest import IngestError
from tests.events import event
from tests.sinks.ingest_server import KEY, IngestServer


def sent(server: IngestServer) -> list[int]:
    return [len(batch["events"]) for batch in server.batches]


def test_a_request_has_at_most_so_many_events(server: IngestServer) -> None:
    IngestSink(server.url, KEY, max_batch_events=3).send([event(number) for number in range(7)])
    assert (sent(server), len(server.events)) == ([3, 3, 1], 7)


def test_a_request_has_at_most_so_many_bytes(server: IngestServer) -> None:
    IngestSink(server.url, KEY, max_batch_bytes=1).send([event(number) for number in range(3)])
    assert (sent(server), len(server.events)) == ([1, 1, 1], 3)


def test_the_part_that_was_taken_is_not_sent_again_with_the_rest(server: IngestServer) -> None:
    sink = IngestSink(server.url, KEY, max_batch_events=1)
    server.faults = iter([None, "503"])
    with pytest.raises(IngestError):
        sink.send([event(1), event(2)])
    sink.send([event(1), event(2)])
    assert (sent(server), len(server.events)) == ([1, 1, 1], 2)


def test_the_same_events_in_a_later_batch_are_sent(server: IngestServer) -> None:
    sink = IngestSink(server.url, KEY)
    sink.send([event(1)])
    sink.send([event(1)])
    assert sent(server) == [1, 1]


@pytest.mark.parametrize(
    "rejected", [None, "all", 3, ["first"], [{"event_id": None}], {"error": 1}]
)
def test_an_odd_answer_is_taken_for_what_its_status_says(
    server: IngestServer, rejected: Any
) -> None:
    server.answers = [(202, {}, {"accepted": 1, "rejected": rejected}), (202, {}, [])]
    sink = IngestSink(server.url, KEY)
    sink.send([event(1)])
    sink.send([event(2)])
    assert (sink.set_aside, sink.dropped) == (0, 0)


def test_a_redirect_is_not_followed(server: IngestServer) -> None:
    server.answers = [(307, {"Location": f"{server.url}/elsewhere"}, {})]
    with pytest.raises(IngestError, match="answered 307"):
        IngestSink(server.url, KEY).send([event(1)])
    assert len(server.batches) == 1


def test_a_date_to_wait_for_is_understood(server: IngestServer) -> None:
    later = datetime.now(timezone.utc) + timedelta(seconds=90)
    server.answers = [(503, {"Retry-After": format_datetime(later, usegmt=True)}, {})]
    with pytest.raises(IngestError) as caught:
        IngestSink(server.url, KEY).send([event(1)])
    assert 80 < caught.value.retry_after_s <= 90


def test_a_date_to_wait_for_counts_from_the_endpoint_s_own_clock(server: IngestServer) -> None:
    now = datetime(2031, 5, 1, tzinfo=timezone.utc)  # theirs or ours is years off
    said = [format_datetime(now + timedelta(seconds=s), usegmt=True) for s in (0, 90)]
    server.answers = [(503, {"Date": said[0], "Retry-After": said[1]}, {})]
    with pytest.raises(IngestError) as caught:
        IngestSink(server.url, KEY).send([event(1)])
    assert caught.value.retry_after_s == 90


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(("told", "pause_s"), [({}, 900), ({"Retry-After": "1800"}, 1800)])
def test_no_entry_is_a_long_pause_and_longer_where_the_endpoint_says(
    server: IngestServer, status: int, told: dict[str, str], pause_s: float
) -> None:
    server.answers = [(status, told, {"error": "AISpendOps: no"})]
    with pytest.raises(IngestError, match=f"sending stops for {pause_s // 60} minutes") as caught:
        IngestSink(server.url, KEY).send([event(1)])
    assert caught.value.retry_after_s == pause_s


def test_a_word_to_wait_for_is_not(server: IngestServer) -> None:
    server.answers = [(429, {"Retry-After": "soon"}, {})]
    with pytest.raises(IngestError) as caught:
        IngestSink(server.url, KEY).send([event(1)])
    assert not hasattr(caught.value, "retry_after_s")


def test_the_endpoint_s_path_is_kept(server: IngestServer) -> None:
    IngestSink(f"{server.url}/eu/", KEY).send([event(1)])
    assert server.batches[0]["path"] == "/eu/v1/events"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_has_a_connection_of_its_own(server: IngestServer) -> None:
    sink = IngestSink(server.url, KEY)
    sink.send([event(1)])
    child = os.fork()
    if child == 0:
        sink.send([event(2)])
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    sink.send([event(3)])
    assert (len(server.events), len(server.connections)) == (3, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 3}, r"options \['timeout'\]: choose from \['timeout_s', .*'allow_insecure', "),
        ({"timeout_s": "3"}, r"timeout_s='3': a number of at least 0.001 .* leave it out for 10.0"),
        ({"timeout_s": float("nan")}, "timeout_s=nan"),
        ({"max_batch_events": 0}, "max_batch_events=0: a number of at least 1 is needed"),
        ({"max_batch_bytes": True}, "max_batch_bytes=True"),
    ],
)
def test_a_wrong_option_says_what_would_be_right(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        IngestSink("https://ingest.example", KEY, **options)


def test_http_to_another_machine_needs_to_be_wanted() -> None:
    with pytest.raises(ConfigError, match="allow_insecure=True"):
        IngestSink("http://collector.internal", KEY)
    assert IngestSink("http://collector.internal", KEY, allow_insecure=True).endpoint
