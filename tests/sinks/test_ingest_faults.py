"""The ingest sink and an endpoint, or a way to it, that fails in the middle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aso.sinks import IngestSink
from aso.sinks.ingest import IngestError
from tests.events import event
from tests.sinks.ingest_server import KEY, IngestServer


@pytest.fixture
def sink(server: IngestServer) -> Iterator[IngestSink]:
    found = IngestSink(server.url, KEY, timeout_s=0.2)
    yield found
    found.close()


@pytest.mark.parametrize("fault", ["refuse", "drop", "lose", "cut", "hang"])
def test_without_a_whole_answer_the_batch_is_raised_and_counts_once(
    server: IngestServer, sink: IngestSink, fault: str
) -> None:
    server.faults = iter([fault])
    with pytest.raises(IngestError, match="gave no answer"):
        sink.send([event(1), event(2)])
    sink.send([event(1), event(2)])
    assert len(server.events) == 2


def test_an_answer_that_was_cut_does_not_hide_what_was_rejected(
    server: IngestServer, sink: IngestSink
) -> None:
    server.reject, server.faults = {event(1).event_id}, iter(["cut"])
    with pytest.raises(IngestError, match="the answer was cut"):
        sink.send([event(1)])
    sink.send([event(1)])
    assert sink.set_aside == 1
