"""Run every benchmark, one after the other, each in a process of its own.

python -m benchmarks [--quick] [name ...]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

# Name → arguments of a quick run. journal_append, kill9, kill9_shipping, ingest_soak and ingest_outage stand by
# themselves; serve_throughput and serve_reports, too.
ALL = {
    "call_path": ["5000"],
    "whole_call": ["2"],
    "instructions": [],
    "opcodes": [],
    "streaming": ["10"],
    "process_cpu": ["4000"],
    "end_to_end": ["10000"],
    "importing": ["3"],
    "memory": ["5000", "1000"],
    "delivery": ["2000"],
    "endpoint_down": ["50000", "8MiB"],
    "shipping": ["5000"],
    "pricing": ["5000"],
    "crowds": ["500"],
    "report_million": ["--rows", "50000"],
    "report_ten_million": ["--rows", "100000"],
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="fewer calls, rougher numbers")
    arguments.add_argument("names", nargs="*", help=f"some of: {' '.join(ALL)}")
    chosen = arguments.parse_args()
    failed: list[str] = []
    for name in chosen.names or ALL:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        done = subprocess.run(command + (ALL[name] if chosen.quick else []), check=False)
        failed += [name] if done.returncode else []
        print(flush=True)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
