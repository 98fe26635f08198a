"""Whole calls through the real SDK on a transport that answers at once: bare and aso, in turns.

    python -m benchmarks.whole_call [seconds per row]

Blocks of calls alternate, bare and aso, so that both see the same machine; ``uninstrument()`` gives
the SDK its own functions back, so a bare block is bare. The ratio is of the CPU time of the calling
thread, the median over neighbouring blocks; ``±`` is half the range that holds the middle half of
the same ratios between bare and bare: what this machine cannot tell apart.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import aso
from aso.sinks import LedgerSink
from benchmarks.answers import REQUEST, whole
from benchmarks.clients import CALLS
from benchmarks.sdk import async_client, sync_client
from benchmarks.timing import each, expect_no_errors, heading, home, percentile

SIZES = {"1 KB": 1_000, "1 MB": 1_000_000, "20 MB": 20_000_000}
AT_ONCE = 50
BLOCK_S = 0.1


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 12.0
    heading("whole calls through the real SDK, µs")
    with home():
        for title, size in SIZES.items():
            compare(f"sync, {title}", sync_calls(size), seconds)
            compare(f"async, {title}", async_calls(size), seconds)
            if size < SIZES["20 MB"]:
                compare(f"async, {AT_ONCE} at once, {title}", crowds(size), seconds)
        for name, make in CALLS.items():
            compare(f"{name}, 1 KB", partial(each, make(SIZES["1 KB"])), seconds)


def sync_calls(size: int) -> Callable[[int], list[int]]:
    """Return a function that makes so many calls, one after the other, and times each."""
    client = sync_client(whole(size))
    return partial(each, lambda: client.chat.completions.create(**REQUEST))


def async_calls(size: int) -> Callable[[int], list[int]]:
    """Return the same in an event loop."""
    client, loop = async_client(whole(size)), asyncio.new_event_loop()

    async def run(times: int) -> list[int]:
        taken: list[int] = []
        for _ in range(times):
            started = time.perf_counter_ns()
            await client.chat.completions.create(**REQUEST)
            taken.append(time.perf_counter_ns() - started)
        return taken

    return lambda times: loop.run_until_complete(run(times))


def crowds(size: int) -> Callable[[int], list[int]]:
    """Return the same with 50 calls at once: the time of all of them, by their number."""
    client, loop = async_client(whole(size)), asyncio.new_event_loop()

    async def run(times: int) -> list[int]:
        taken: list[int] = []
        for _ in range(max(1, times // AT_ONCE)):
            started = time.perf_counter_ns()
            calls = (client.chat.completions.create(**REQUEST) for _ in range(AT_ONCE))
            await asyncio.gather(*calls)
            taken.append((time.perf_counter_ns() - started) // AT_ONCE)
        return taken

    return lambda times: loop.run_until_complete(run(times))


def compare(title: str, calls: Callable[[int], list[int]], seconds: float) -> None:
    """Print medians, the ratio and what the machine resolves."""
    calls(2)
    each_ns = statistics.median(calls(5))
    block = max(2, int(BLOCK_S * 1e9 / each_ns))
    taken: dict[str, list[int]] = {"bare": [], "aso": []}
    spent: list[tuple[int, int, int]] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline or len(spent) < 4:
        before = _cpu_of(calls, block, taken["bare"])
        with aso.instrument(sinks=[LedgerSink()]):
            calls(2)  # the first call of a session starts the threads
            ours = _cpu_of(calls, block, taken["aso"])
            expect_no_errors()
        spent.append((before, ours, _cpu_of(calls, block, taken["bare"])))
    ratios = [2 * ours / (before + after) for before, ours, after in spent]
    noise = [after / before for before, _, after in spent]
    quarters = statistics.quantiles(noise, n=4)
    print(f"{title:24} bare {_row(taken['bare'])}   aso {_row(taken['aso'])}", end="   ")
    print(
        f"ratio {statistics.median(ratios):.3f} ± {(quarters[2] - quarters[0]) / 2:.3f}", flush=True
    )


def _cpu_of(calls: Callable[[int], list[int]], block: int, taken: list[int]) -> int:
    """Make a block of calls, note what each took, and return the thread's CPU time in ns."""
    started = time.thread_time_ns()
    taken += calls(block)
    return time.thread_time_ns() - started


def _row(taken: list[int]) -> str:
    return " / ".join(f"{percentile(taken, share):9,.0f}" for share in (0.5, 0.99, 0.999))


if __name__ == "__main__":
    main()
