"""Opcodes that one call executes in the caller's thread, bare and with aso: no clock, whatever the load.

    python -m benchmarks.opcodes [--functions 20] [CLIENT ...]

Counted by ``sys.settrace``, Python code alone: what C does for an opcode is in `instructions`. No thread
of ours runs; the records wait in the journal.
"""

from __future__ import annotations

import _thread
import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.timing import heading, home

WARM, CALLS = 20, 3


def main() -> None:
    from benchmarks.clients import CALLS as CLIENTS

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--functions", type=int, default=0, help="of ours, the longest first")
    arguments.add_argument("works", nargs="*", default=[], metavar="CLIENT")
    chosen = arguments.parse_args()
    heading("opcodes per call, of the caller's thread")
    for work in chosen.works or [name for name in CLIENTS if name != "litellm"]:
        if os.fork() == 0:  # each in a process of its own: what was hooked before counts, too
            compare(work, CLIENTS[work](1024), chosen.functions)
            sys.stdout.flush()
            os._exit(0)
        os.wait()


def compare(work: str, call: Callable[[], Any], functions: int) -> None:
    """Print what a call takes bare and with aso, and where the difference is."""
    import aso

    with home():
        bare = counted(call)
        _thread.start_new_thread = _refuse  # type: ignore[assignment]
        aso.instrument(sinks=[])
        ours = counted(call)
    total, added = bare.total() / CALLS, (ours.total() - bare.total()) / CALLS
    print(f"{work:14} bare {total:8,.0f}  added {added:6,.0f}  {1 + added / total:.4f} x")
    ours.subtract(bare)
    for name, count in ours.most_common(functions):
        print(f"  {count / CALLS:8,.0f}  {name}")


def counted(call: Callable[[], Any]) -> Counter[str]:
    """Return the opcodes of some calls, by function, once everything is warm."""
    counts: Counter[str] = Counter()

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        del event, argument
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        where = Path(frame.f_code.co_filename).name
        name = f"{where} {getattr(frame.f_code, 'co_qualname', frame.f_code.co_name)}"

        def count(frame: FrameType, event: str, argument: object) -> Any:
            del frame, argument
            counts[name] += event == "opcode"
            return count

        return count

    for _ in range(WARM):
        call()
    sys.settrace(trace)
    for _ in range(CALLS):
        call()
    sys.settrace(None)
    return counts


def _refuse(*_: object) -> int:
    raise RuntimeError("no threads")


if __name__ == "__main__":
    main()
