"""One process into `aso serve` on this machine: events a second, from the call to the server's disk.

    python -m benchmarks.end_to_end [calls]

The SDK's own work is replaced by nothing (as in call_path): calls are made as fast as they go, and
delivered by the IngestSink meanwhile. The clock stops when the server has everything, and its own report
must say so. Three shares of the client's CPU per event: all of it; what is behind the calls (they are
made first, then delivered from the journal: reading, usage, price and sending); and sending alone, of events that are there.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable

import aso
from aso.records import Event
from aso.sinks import IngestSink, MemorySink
from benchmarks.call_path import stubbed_call
from benchmarks.serve_throughput import cpu_s, serving
from benchmarks.timing import expect_no_errors, heading, home

ROUND = 20_000  # calls that are made before any of them is delivered
BATCH = 500


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    heading("from the call to the disk of aso serve, one process")
    call = stubbed_call()
    events = sample(call)
    size = len(json.dumps(events[0].to_dict(), separators=(",", ":")))
    with home(), tempfile.TemporaryDirectory() as folder, serving(folder) as (url, key, pid):
        print(f"{calls:,} calls, {size:,} bytes an event")
        warm_up(call, url, key)
        server, wall, cpu = cpu_s(pid), time.perf_counter(), time.process_time()
        with aso.instrument(sinks=[IngestSink(url, key)]) as handle:
            for _ in range(calls):
                call()
            if not handle.flush(120):
                raise SystemExit("not all was delivered in two minutes")
            expect_no_errors()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        server = cpu_s(pid) - server
        expect_calls(url, key, calls + BATCH)
        print(f"end to end                     {calls / wall:8,.0f} events/s")
        print(f"client CPU per event, all      {cpu / calls * 1e6:8.1f} µs")
        behind = min(delivered(call, url, key) for _ in range(3))
        print(f"client CPU behind the call     {behind:8.1f} µs")
        print(f"client CPU of sending alone    {min(sent(events, url, key)):8.1f} µs")
        print(f"server CPU per event           {server / calls * 1e6:8.1f} µs")


def sample(call: Callable[[], object]) -> list[Event]:
    """Return the events of a batch."""
    sink = MemorySink()
    with home(), aso.instrument(sinks=[sink]) as handle:
        for _ in range(BATCH):
            call()
        handle.flush(60)
    return sink.events


def warm_up(call: Callable[[], object], url: str, key: str) -> None:
    """Load what is loaded once, on both sides."""
    with aso.instrument(sinks=[IngestSink(url, key)]) as handle:
        for _ in range(BATCH):
            call()
        handle.flush(60)


def delivered(call: Callable[[], object], url: str, key: str) -> float:
    """Return the CPU of all that follows a call, in µs an event: its record waits in the journal."""
    with aso.instrument(sinks=[IngestSink(url, key, max_batch_age_s=60)]) as handle:
        started = time.process_time_ns()
        for _ in range(ROUND):
            call()
        handle.flush(60)
        whole = time.process_time_ns() - started
        expect_no_errors()
    with aso.instrument(sinks=[]):
        started = time.process_time_ns()
        for _ in range(ROUND):
            call()
        return (whole - (time.process_time_ns() - started)) / 1000 / ROUND


def sent(events: list[Event], url: str, key: str) -> list[float]:
    """Return the CPU of sending in µs an event, of twenty batches; the server knows them already."""
    sink, taken = IngestSink(url, key), list[float]()
    for _ in range(20):
        started = time.process_time_ns()
        sink.send(events)
        taken.append((time.process_time_ns() - started) / 1000 / len(events))
    sink.close()
    return taken


def expect_calls(url: str, key: str, calls: int) -> None:
    """Refuse the numbers where the server counts anything else.

    Raises:
        SystemExit: an event was lost or doubled.
    """
    request = urllib.request.Request(f"{url}/v1/report?by=", headers={"X-ASO-API-Key": key})
    with urllib.request.urlopen(request) as answer:
        found = json.load(answer)["total"]["calls"]
    if found != calls:
        raise SystemExit(f"the server has {found:,} calls of {calls:,}")


if __name__ == "__main__":
    main()
