"""What `aso ship` takes to deliver for a living process that only journals.

    python -m benchmarks.shipping [calls]

The calls are made first, as in call_path; then one `aso ship --once`, a process of its own, reads them along
and delivers to an endpoint that accepts everything. Its CPU time is the whole process's, start included.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

import aso
from benchmarks.call_path import stubbed_call
from benchmarks.process_cpu import KEY, endpoint
from benchmarks.timing import heading, home


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    heading(f"aso ship --once, {calls:,} events of a living process")
    call = stubbed_call()
    with home() as folder, endpoint() as url:
        os.environ.update(ASO_DELIVERY="ship", ASO_API_KEY=KEY, ASO_ENDPOINT=url)
        with aso.instrument():
            for _ in range(calls):
                call()
            shipped(folder, calls)
            if left := aso.stats().pending:
                raise SystemExit(f"{left:,} of {calls:,} were not delivered")


def shipped(folder: str, calls: int) -> None:
    """Ship, and print what it took."""
    command = [sys.executable, "-m", "aso", "ship", "--watch", folder, "--once", "--timeout", "600"]
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter() - started
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(done.stdout.splitlines()[-1])
    print(
        f"wall {wall:.1f} s, CPU {cpu:.2f} s: {cpu / calls * 1e6:.1f} µs an event; "
        f"resident at most {after.ru_maxrss / 1024:.1f} MiB"
    )


if __name__ == "__main__":
    main()
