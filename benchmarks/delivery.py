"""The call path with each sink, healthy or dead, beside the call path without any.

    python -m benchmarks.delivery [calls]

The SDK's own work is replaced by nothing (as in call_path). The ways are measured in turns, in one run,
a call every 0.5 ms: as fast as a loop can, no program calls. Wall clock of single calls, and the CPU time
of the caller's thread. "none" is aso without sinks, whose journal is in memory; "bare" is without aso.
The endpoints are processes of their own: one takes everything, one takes connections and says nothing,
on a third port nobody listens.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import aso
from aso.sinks import IngestSink, LedgerSink, Sink
from benchmarks.call_path import stubbed_call
from benchmarks.process_cpu import KEY, endpoint
from benchmarks.timing import heading, home, percentile

ROUNDS = 10
PAUSE_S = 0.0005
SILENT = """
import socket, time
server = socket.create_server(("127.0.0.1", 0), backlog=512)
print(server.getsockname()[1], flush=True)
time.sleep(3600)
"""
Way = Callable[[], AbstractContextManager[object]]


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    heading("one call, by where its event goes; µs")
    call = stubbed_call()
    with home(), endpoint() as healthy, endpoint(SILENT) as hanging, refused() as refusing:
        ways: dict[str, Way] = {
            "bare": nullcontext,
            "none": lambda: aso.instrument(sinks=[]),
            "ledger": into(LedgerSink),
            "ingest, healthy": into(lambda: IngestSink(healthy, KEY)),
            "ingest, refusing": into(lambda: IngestSink(refusing, KEY)),
            "ingest, hanging": into(lambda: IngestSink(hanging, KEY)),
            "left to aso ship": lambda: left_to_ship(refusing),
        }
        taken = measured(call, ways, calls // ROUNDS)
    print(f"{'':18}    p50     p99   × none   caller's CPU   × none, by rounds")
    for name, (wall, cpu) in taken.items():
        print(f"{name:18} {row(wall, cpu, *taken['none'])}")


def measured(
    call: Callable[[], object], ways: dict[str, Way], times: int
) -> dict[str, tuple[list[int], list[float]]]:
    """Return, of each way, what single calls took (ns) and the caller's CPU a call (µs) by round."""
    taken: dict[str, tuple[list[int], list[float]]] = {name: ([], []) for name in ways}
    for number in range(ROUNDS + 1):
        for name, way in ways.items():
            with way():
                wall, cpu = paced(call, times)
                if number:  # the first round loads what is loaded when needed
                    taken[name][0].extend(wall)
                    taken[name][1].append(cpu)
    return taken


def paced(call: Callable[[], object], times: int) -> tuple[list[int], float]:
    wall: list[int] = []
    clock, cpu_clock, cpu = time.perf_counter_ns, time.thread_time_ns, 0
    for _ in range(times):
        time.sleep(PAUSE_S)
        started, cpu_started = clock(), cpu_clock()
        call()
        cpu += cpu_clock() - cpu_started
        wall.append(clock() - started)
    return wall, cpu / times / 1000


def row(wall: list[int], cpu: list[float], none: list[int], none_cpu: list[float]) -> str:
    ratios = sorted(mine / other for mine, other in zip(cpu, none_cpu, strict=True))
    middle, low, high = (ratios[len(ratios) * part // 4] for part in (2, 1, 3))
    return (
        f"{percentile(wall, 0.5):6.1f} {percentile(wall, 0.99):7.1f} "
        f"{percentile(wall, 0.5) / percentile(none, 0.5):8.2f} {sorted(cpu)[len(cpu) // 2]:14.1f}   "
        f"{middle:.2f} ({low:.2f} to {high:.2f})"
    )


def into(sink: Callable[[], Sink]) -> Way:
    return lambda: Closing(sink())


class Closing:
    """Instrument into a sink; at the end give up what a dead one does not take."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def __enter__(self) -> None:
        aso.instrument(sinks=[self._sink])

    def __exit__(self, *exc: object) -> None:
        aso.shutdown(0.1)


@contextmanager
def left_to_ship(url: str) -> Iterator[None]:
    os.environ["ASO_DELIVERY"] = "ship"
    try:
        with Closing(IngestSink(url, KEY)):
            yield
    finally:
        del os.environ["ASO_DELIVERY"]


@contextmanager
def refused() -> Iterator[str]:
    """Hold a port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


if __name__ == "__main__":
    main()
