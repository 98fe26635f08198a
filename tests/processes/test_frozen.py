"""Processes that are frozen between two calls, as a cloud does with its functions."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator

import pytest

from tests.processes.running import MAX_S, Started, start
from tests.sinks.ingest_server import KEY, IngestServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP here")


@pytest.fixture
def ingest() -> Iterator[IngestServer]:
    with IngestServer() as server:
        yield server


def started(role: str, server: IngestServer, *arguments: str) -> Started:
    delivery = {"ASO_API_KEY": KEY, "ASO_ENDPOINT": server.url}
    return start(role, "", *arguments, program="records", **delivery)


def arrived(server: IngestServer) -> list[str]:
    """Return the ids in the order of their coming; one that came twice is there twice."""
    return [event["generation_id"] for batch in server.batches for event in batch["events"]]


def kept(server: IngestServer) -> list[str]:
    """Return the ids that the endpoint keeps: what came twice is there once."""
    return [event["generation_id"] for event in server.events.values()]


def wait_for(server: IngestServer, count: int) -> None:
    deadline = time.monotonic() + MAX_S
    while len(server.events) < count and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_flush_before_each_freeze_has_everything_out_in_time(ingest: IngestServer) -> None:
    lines = []
    with started("function", ingest, "10") as process:
        for number in range(3):
            lines.append(process.ask())
            assert process.stdout.readline() == "True\n"
            process.send_signal(signal.SIGSTOP)
            assert arrived(ingest) == lines, f"while frozen after {number}"
            process.send_signal(signal.SIGCONT)
        process.stdin.close()
    assert arrived(ingest) == lines


def test_frozen_without_a_flush_it_delivers_when_it_goes_on(ingest: IngestServer) -> None:
    with started("answer", ingest) as process:
        lines = [process.ask(), process.ask()]
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGCONT)
        wait_for(ingest, 2)
        process.stdin.close()
    assert arrived(ingest) == lines


def test_frozen_and_killed_it_leaves_everything_to_the_next(ingest: IngestServer) -> None:
    ingest.faults = iter(["hang"] * 99)
    with started("answer", ingest) as process:
        lines = [process.ask(), process.ask()]
        process.send_signal(signal.SIGSTOP)
        process.kill()
    ingest.faults = iter(())
    with started("function", ingest, "10") as process:
        lines.append(process.ask())
        process.stdin.close()
    assert sorted(kept(ingest)) == sorted(lines)


def test_a_budget_that_is_over_is_said_and_nothing_is_lost(ingest: IngestServer) -> None:
    ingest.faults = iter(["503"] * 99)
    with started("function", ingest, "0.3") as process:
        line = process.ask()
        assert process.stdout.readline() == "False\n"
        ingest.faults = iter(())
        wait_for(ingest, 1)
        process.stdin.close()
    assert kept(ingest) == [line]
