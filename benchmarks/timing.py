"""Percentiles of single calls, a place on the disk for the journal, and what machine this is."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import aso

SHARES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


def each(
    run: Callable[[], object], times: int, between: Callable[[], object] | None = None
) -> list[int]:
    """Return what each of ``times`` runs took, in ns; ``between`` two runs is not counted."""
    clock = time.perf_counter_ns
    taken: list[int] = []
    for _ in range(times):
        started = clock()
        run()
        taken.append(clock() - started)
        if between is not None:
            between()
    return taken


def percentile(taken: Sequence[int], share: float) -> float:
    """Return one percentile in µs."""
    ranked = sorted(taken)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] / 1000


def row(taken: Sequence[int]) -> str:
    """Return the percentiles of what single runs took, in µs."""
    return "  ".join(f"{name} {percentile(taken, share):10.2f}" for name, share in SHARES.items())


def added(with_aso: Sequence[int], bare: Sequence[int]) -> str:
    """Return the difference of each percentile, in µs."""
    return "  ".join(
        f"{name} {percentile(with_aso, share) - percentile(bare, share):+10.2f}"
        for name, share in SHARES.items()
    )


@contextmanager
def home() -> Iterator[str]:
    """Make the folder of journal and ledger: on the disk, unless BENCHMARK_HOME says where."""
    folder = tempfile.mkdtemp(prefix="aso-benchmark-", dir=os.environ.get("BENCHMARK_HOME"))
    os.environ["ASO_HOME"] = folder
    try:
        yield folder
    finally:
        del os.environ["ASO_HOME"]
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def busy(threads: int) -> Iterator[None]:
    """Compute in so many other threads meanwhile, without ever waiting."""
    stop = threading.Event()
    burning = [threading.Thread(target=_burn, args=(stop,), daemon=True) for _ in range(threads)]
    for thread in burning:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in burning:
            thread.join()


def _burn(stop: threading.Event) -> None:
    value = 0
    while not stop.is_set():
        for _ in range(1000):
            value = (value * 31 + 7) & 0xFFFF


def heading(title: str) -> None:
    """Print what is measured, on which interpreter, SDK and machine."""
    import openai

    build = " ".join(platform.python_build())
    print(f"# {title}")
    print(
        f"{platform.python_implementation()} {platform.python_version()} ({build}, "
        f"{platform.python_compiler()}), openai {openai.__version__}, {platform.machine()}, "
        f"{os.cpu_count()} cores, {sys.platform}; {pace():.1f} CPU ns a turn of an empty loop"
    )


def pace() -> float:
    """Return what says most about a machine that others use too: how fast it is right now."""
    started = time.thread_time_ns()
    for _ in range(1_000_000):
        pass
    return (time.thread_time_ns() - started) / 1_000_000


def expect_no_errors() -> None:
    """Refuse to measure what fails: an error of ours is swallowed, and often fast.

    Raises:
        SystemExit: an event was lost.
    """
    counts = aso.stats()
    if counts.internal_errors or counts.dropped:
        raise SystemExit(f"the numbers are worth nothing: {counts}")
