"""From the journal to the endpoint: batches, pauses, keys, and what is counted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import pytest

import aso
from aso.sinks import IngestSink
from tests.sinks.ingest_server import KEY, IngestServer

ALWAYS_503 = iter(lambda: "503", None)


def call() -> str:
    """Make an event; return its id as the endpoint gets it."""
    return str(aso.record(provider="openai", model="gpt-5.4", usage={"prompt_tokens": 7}).event_id)


def sizes(server: IngestServer) -> list[int]:
    return [len(batch["events"]) for batch in server.batches]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_events_gather_until_the_first_of_them_is_old_enough(server: IngestServer) -> None:
    aso.instrument(sinks=[IngestSink(server.url, KEY, max_batch_age_s=2)])
    for _ in range(20):
        call()
        time.sleep(0.02)
    assert sizes(server) == []
    until(lambda: sizes(server) == [20])


def test_a_full_batch_does_not_wait_for_its_age(server: IngestServer) -> None:
    aso.instrument(sinks=[IngestSink(server.url, KEY, max_batch_age_s=60, max_batch_events=5)])
    for _ in range(12):
        call()
    until(lambda: sizes(server) == [5, 5])
    assert aso.flush()
    assert sizes(server) == [5, 5, 2]


def test_a_key_that_is_refused_stops_sending_and_is_said_once(
    server: IngestServer, caplog: pytest.LogCaptureFixture
) -> None:
    aso.instrument("aso_k_abc.wrong-s3cret", server.url)
    with caplog.at_level(logging.DEBUG):
        call()
        until(lambda: caplog.records)
        started = time.monotonic()
        assert not aso.flush(5)
        assert time.monotonic() - started < 1, "there is nothing to wait for"
    [record] = [record for record in caplog.records if record.name == "aso"]
    assert "sending stops for 15 minutes or until there is a new key" in record.message
    assert "is the key active, and of this endpoint? (key abc)" in record.message
    assert "s3cret" not in caplog.text
    assert (sizes(server), aso.stats().pending, aso.stats().dropped) == ([1], 1, 0)


def test_a_new_key_of_the_same_id_delivers_what_was_kept_at_once(server: IngestServer) -> None:
    aso.instrument("aso_k_abc.old-secret", server.url)
    kept = call()
    until(lambda: sizes(server) == [1])
    aso.uninstrument()
    aso.instrument(KEY, server.url)
    new = call()
    until(lambda: {identity for identity, _ in server.events} == {kept, new})


def test_after_failures_one_event_asks_whether_the_endpoint_is_back(server: IngestServer) -> None:
    server.faults = iter(["503"] * 4)
    aso.instrument(sinks=[IngestSink(server.url, KEY, max_batch_age_s=60)])
    for _ in range(6):
        call()
    while len(server.batches) < 4:
        aso.flush(0.05)
    assert aso.flush()
    assert sizes(server) == [6, 6, 6, 1, 1, 5]


def test_what_is_set_aside_is_neither_delivered_nor_dropped_nor_pending(
    server: IngestServer,
) -> None:
    aso.instrument(sinks=[IngestSink(server.url, KEY, max_batch_age_s=60)])
    server.poison = {call()}
    call()
    assert aso.flush()
    found = aso.stats()
    assert (found.events, found.delivered, found.dropped, found.pending) == (2, 1, 0, 0)


def test_what_cannot_be_kept_is_counted_as_dropped(server: IngestServer) -> None:
    aso.instrument(sinks=[IngestSink(server.url, KEY, max_spool_bytes=0, max_batch_age_s=60)])
    server.poison = {call()}
    call()
    assert aso.flush()
    found = aso.stats()
    assert (found.events, found.delivered, found.dropped, found.pending) == (2, 1, 1, 0)


def test_a_clock_that_jumps_changes_nothing(
    server: IngestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    aso.instrument(KEY, server.url)
    server.faults = iter(["503"])
    before = call()
    until(lambda: sizes(server) == [1])
    really = time.time
    monkeypatch.setattr("time.time", lambda: really() + 40 * 365 * 86400)
    monkeypatch.setattr("time.time_ns", lambda: int(really() - 40 * 365 * 86400) * 10**9)
    after = call()
    until(lambda: {identity for identity, _ in server.events} == {before, after})
