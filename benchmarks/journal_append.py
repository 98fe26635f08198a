"""What one append costs on the call path, idle and beside threads that compute.

Run: ``python benchmarks/journal_append.py [records]``. A keeper thread tidies meanwhile, as in a
program. Prints µs: median, p99, p99.9 and the maximum, and the interpreter.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

from aso.facts import Origin
from aso.journal import Journal, Reader, open_journal

ORIGIN = Origin("benchmark", None, "0")
PAUSE = 200  # turns of a loop between two records: what stands for the caller's own work


def measure(append: Callable[[bytes], object], payload: bytes, records: int) -> str:
    """Return the percentiles of ``records`` appends, in µs."""
    clock, taken = time.perf_counter_ns, []
    for _ in range(records):
        started = clock()
        append(payload)
        taken.append(clock() - started)
        for _ in range(PAUSE):
            pass
    taken.sort()
    at = {
        name: taken[min(len(taken) - 1, int(len(taken) * share))] / 1000 for name, share in SHARES
    }
    return "  ".join(f"{name} {value:9.2f}" for name, value in at.items())


SHARES = (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0))


def burn(stop: threading.Event) -> None:
    """Compute, without ever waiting."""
    value = 0
    while not stop.is_set():
        for _ in range(1000):
            value = (value * 31 + 7) & 0xFFFF


def beside(busy: int, run: Callable[[], str]) -> str:
    """Return what ``run`` returns beside ``busy`` threads that compute."""
    stop = threading.Event()
    threads = [threading.Thread(target=burn, args=(stop,), daemon=True) for _ in range(busy)]
    for thread in threads:
        thread.start()
    try:
        return run()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def main() -> None:
    """Measure the journal on the disk and in memory, and a write(2) for comparison."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    print(sys.version)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_HOME")) as folder:
        disk = open_journal(Path(folder), "benchmark", ORIGIN)
        memory = open_journal(None, None, ORIGIN)
        for journal in (disk, memory):
            threading.Thread(
                target=_keep, args=(journal, journal.reader("sink")), daemon=True
            ).start()
        plain = os.open(Path(folder) / "plain", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        ways: dict[str, Callable[[bytes], object]] = {
            "journal, disk": disk.append,
            "journal, memory": memory.append,
            "write(2)": partial(os.write, plain),
            "deque": deque[bytes](maxlen=10_000).append,
        }
        for busy, (name, append), size in product((0, 1, 4), ways.items(), (500, 2000)):
            count = records if busy == 0 else min(records, 3000)
            payload = bytes(range(100)) * (size // 100)
            got = beside(busy, partial(measure, append, payload, count))
            print(f"busy {busy}  {name:16} {size:5} B  {got}", flush=True)


def _keep(journal: Journal, reader: Reader) -> None:
    while True:
        time.sleep(0.25)
        while reader.read(500):
            reader.commit()
        journal.maintain()


if __name__ == "__main__":
    main()
