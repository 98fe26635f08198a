"""Memory over 100,000 calls and 10,000 streams that are dropped half read: flat, or a leak.

    python -m benchmarks.memory [calls] [streams]

The real SDK, the ledger as sink. Resident memory is read ten times over each run, after a
collection; the slope is taken over the second half, for caches and pools fill up first. The number of
the interpreter's allocated blocks tells a leak (it grows with every call) from fragmentation.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

import aso
from aso.sinks import LedgerSink
from benchmarks.answers import REQUEST, streamed, whole
from benchmarks.sdk import sync_client
from benchmarks.timing import expect_no_errors, heading, home

LOOKS = 10


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    streams = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    heading("memory of the process, MB")
    plain, stream = sync_client(whole(1_000)), sync_client(streamed(20))

    def call() -> None:
        plain.chat.completions.create(**REQUEST)

    def dropped() -> None:
        next(iter(stream.chat.completions.create(**REQUEST, stream=True)))

    with home():
        for name, run, times in (("calls", call, calls), ("abandoned streams", dropped, streams)):
            watch(f"{name}, bare", run, times // 10)
            with aso.instrument(sinks=[LedgerSink()]):
                watch(name, run, times)
                expect_no_errors()


def watch(title: str, run: Callable[[], None], times: int) -> None:
    """Print memory ten times over the run, and its growth over the second half."""
    looks, blocks = [_resident()], [sys.getallocatedblocks()]
    for _ in range(LOOKS):
        for _ in range(times // LOOKS):
            run()
        aso.flush(60)
        looks.append(_resident())
        blocks.append(sys.getallocatedblocks())
    grown = (looks[-1] - looks[LOOKS // 2]) * 1e6 / (times / 2)
    row = " ".join(f"{look:.1f}" for look in looks)
    print(f"{title:24} {times:7} times: {row}   second half: {grown:+.1f} bytes each")
    print(f"{'blocks':24} {' '.join(map(str, blocks))}", flush=True)


def _resident() -> float:
    gc.collect()
    with open("/proc/self/statm") as file:  # noqa: PTH123 — not a file of anyone's
        return int(file.read().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
