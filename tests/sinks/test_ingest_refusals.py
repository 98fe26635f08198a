"""What the endpoint will not take: set aside with its reason, and never in the way of the others."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from aso import environment
from aso.sinks import IngestSink
from aso.sinks.ingest import IngestError
from aso.sinks.ingest_spool import Spool
from tests.events import event
from tests.sinks.ingest_server import KEY, IngestServer


@pytest.fixture
def sink(server: IngestServer) -> Iterator[IngestSink]:
    found = IngestSink(server.url, KEY, timeout_s=2)
    yield found
    found.close()


def spool() -> Spool:
    home = environment.home()
    assert home is not None
    return Spool.of(home)


def reasons() -> dict[str, tuple[int, str]]:
    """Return status and reason of all that was set aside, by the event's number."""
    return {
        kept.refused.document["event_id"][-4:]: (kept.refused.status, kept.refused.reason)
        for kept in spool().kept()
    }


def test_a_rejected_event_is_set_aside_with_its_reason(
    server: IngestServer, sink: IngestSink
) -> None:
    server.reject = {event(1).event_id}
    sink.send([event(1), event(2)])
    assert reasons() == {"0001": (202, "bad event")}
    assert (sink.set_aside, sink.dropped, len(server.events)) == (1, 0, 1)


@pytest.mark.parametrize("poison", [{0}, {6}, {2, 3}, {0, 1, 5}, set(range(7))])
def test_events_that_spoil_their_batch_are_found_and_the_others_delivered(
    server: IngestServer, sink: IngestSink, poison: set[int]
) -> None:
    server.poison = {event(number).event_id for number in poison}
    sink.send([event(number) for number in range(7)])
    why = (400, "AISpendOps: an event cannot be read")
    assert reasons() == {f"{number:04x}": why for number in poison}
    assert len(server.events) == 7 - len(poison)


def test_an_event_that_is_too_large_alone_is_set_aside(
    server: IngestServer, sink: IngestSink
) -> None:
    server.max_events = 0
    sink.send([event(1)])
    assert reasons() == {"0001": (413, "a single event is larger than the endpoint takes")}


def test_a_bad_request_from_what_is_no_ingest_endpoint_sets_nothing_aside(
    server: IngestServer, sink: IngestSink
) -> None:
    server.answers = [(400, {}, "<html>")]
    with pytest.raises(IngestError, match="is it an AI SpendOps ingest endpoint"):
        sink.send([event(1)])
    assert reasons() == {}


def test_an_endpoint_that_refuses_everything_gets_ten_events_a_time(
    server: IngestServer, sink: IngestSink
) -> None:
    batch = [event(number) for number in range(25)]
    server.poison = {one.event_id for one in batch}
    for kept in (10, 20):
        with pytest.raises(IngestError, match="refused 10 events one after the other"):
            sink.send(batch)
        assert len(reasons()) == kept
    sink.send(batch)
    assert (len(reasons()), sink.set_aside, sink.dropped) == (25, 25, 0)


def test_an_event_refused_again_is_there_once_with_the_newest_reason(
    server: IngestServer, sink: IngestSink
) -> None:
    server.reject = {event(1).event_id}
    sink.send([event(1)])
    server.poison = {event(1).event_id}
    sink.send([event(1)])
    assert reasons() == {"0001": (400, "AISpendOps: an event cannot be read")}


def test_each_reason_is_said_once(
    server: IngestServer, sink: IngestSink, caplog: pytest.LogCaptureFixture
) -> None:
    server.reject = {event(1).event_id, event(2).event_id}
    with caplog.at_level(logging.WARNING, "aso"):
        sink.send([event(1), event(2), event(3)])
    assert [record.message for record in caplog.records] == [
        "aso.ingest: an event was refused and set aside (aso spool show): bad event"
    ]


def test_what_is_set_aside_is_whole_and_readable_by_its_owner_alone(
    server: IngestServer, sink: IngestSink
) -> None:
    server.reject = {event(1).event_id}
    sink.send([event(1)])
    [kept] = spool().kept()
    assert (kept.destination, kept.refused.document) == (sink.destination, event(1).to_dict())
    assert stat.S_IMODE(spool().path.stat().st_mode) == 0o600


def test_beyond_its_bound_the_oldest_go_and_are_counted(server: IngestServer) -> None:
    sink = IngestSink(server.url, KEY, max_spool_bytes=32 << 10)
    server.reject = {event(number).event_id for number in range(20)}
    for number in range(20):
        sink.send([event(number)])
    kept = sorted(reasons())
    assert (sink.set_aside, sink.dropped) == (20, 20 - len(kept))
    assert 2 < len(kept) < 12
    assert kept[-1] == "0013"
    assert spool().path.stat().st_size < 64 << 10


def test_where_nothing_can_be_kept_it_is_dropped_counted_and_said(
    server: IngestServer, sink: IngestSink, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "aso-home").write_text("a file where the folder would be")
    server.reject = {event(1).event_id}
    sink.send([event(1), event(2)])
    assert (sink.set_aside, sink.dropped, len(server.events)) == (1, 1, 1)
    assert "an event that was refused is lost" in caplog.text


def test_a_spool_of_a_newer_version_is_left_alone(server: IngestServer, sink: IngestSink) -> None:
    with spool()._opened() as file:
        file.execute("PRAGMA user_version = 2")
    server.reject = {event(1).event_id}
    sink.send([event(1)])
    assert sink.dropped == 1
