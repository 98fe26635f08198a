"""What aso adds to each chunk of a stream: parsed by the SDK, and raw, read by the caller.

    python -m benchmarks.streaming [streams]

Streams of 2,000 chunks, one chunk per read of the connection, bare and aso in turns; in CPU time of
the caller's thread, for on a shared machine the clock says more about the others. "parsed, alone"
replaces the SDK's own parsing, in whose noise ours drowns, by a generator of chunks that are there.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import openai

import aso
from aso.sinks import LedgerSink
from benchmarks.answers import REQUEST, streamed
from benchmarks.sdk import sync_client
from benchmarks.timing import expect_no_errors, heading, home

CHUNKS = 2_000
CLIENT = sync_client(streamed(CHUNKS))


def main() -> None:
    streams = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    heading(f"streams of {CHUNKS} chunks, CPU µs a chunk")
    with home():
        compare("raw", raw, streams)
        compare("parsed", parsed, streams)
        openai.Stream.__stream__ = ready_made()  # type: ignore[method-assign]
        compare("parsed, alone", parsed, streams)


def raw() -> None:
    """Read bytes, as proxies do."""
    streaming = CLIENT.chat.completions.with_streaming_response
    with streaming.create(**REQUEST, stream=True) as response:
        for _ in response.iter_bytes():
            pass


def parsed() -> None:
    """Read parsed chunks, as most callers do."""
    for _ in CLIENT.chat.completions.create(**REQUEST, stream=True):
        pass


def ready_made() -> Callable[[Any], Iterator[Any]]:
    """Return what takes the place of the SDK's generator: the same chunks, parsed beforehand."""
    chunks = list(CLIENT.chat.completions.create(**REQUEST, stream=True))

    def generate(self: Any) -> Iterator[Any]:
        yield from chunks
        self.response.close()

    return generate


def compare(title: str, run: Callable[[], None], streams: int) -> None:
    """Print what a chunk takes bare and with aso, and the median of the differences."""
    run()
    found: list[tuple[float, float]] = []
    for _ in range(streams):
        bare = _per_chunk(run)
        with aso.instrument(sinks=[LedgerSink()]):
            found.append((bare, _per_chunk(run)))
            expect_no_errors()
    bare, ours = (statistics.median(values) for values in zip(*found, strict=True))
    low, middle, high = statistics.quantiles([ours - bare for bare, ours in found], n=4)
    print(
        f"{title:14} bare {bare:7.3f}  aso {ours:7.3f}  added {middle:+.3f} "
        f"(the middle half of all streams: {low:+.3f} to {high:+.3f})",
        flush=True,
    )


def _per_chunk(run: Callable[[], None]) -> float:
    started = time.thread_time_ns()
    run()
    return (time.thread_time_ns() - started) / 1000 / CHUNKS


if __name__ == "__main__":
    main()
