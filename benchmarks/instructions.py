"""Instructions that one call executes, with aso and bare: the ratio, without any noise of a clock.

    python -m benchmarks.instructions [--size 1024] [stubbed] [CLIENT ...]

Counted by valgrind (callgrind), which must be installed. Each number is the difference of a run
with more and one with fewer calls, so that imports and warming up drop out. All threads count: the
shipper's work is in "aso"; "caller" leaves it out: records wait in a journal that nobody reads.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys

from benchmarks.timing import heading, home

FEW, MANY = 50, 250


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", type=int, default=1024)
    arguments.add_argument("works", nargs="*", default=["openai"], metavar="stubbed | CLIENT")
    arguments.add_argument("--child", nargs=3, metavar=("WORK", "MODE", "CALLS"))
    chosen = arguments.parse_args()
    if chosen.child:
        work, mode, calls = chosen.child
        run(work, mode, int(calls), chosen.size)
        return
    heading("instructions per call, counted by callgrind")
    print("bare; caller: what the caller's thread executes; aso: with the shipper's work")
    for work in chosen.works:
        counts = {mode: per_call(work, mode, chosen.size) for mode in ("bare", "caller", "aso")}
        for mode, count in counts.items():
            print(f"{work:12} {mode:7} {count:12,.0f}  {count / counts['bare']:8.4f} x", flush=True)


def per_call(work: str, mode: str, size: int) -> float:
    """Return the instructions of one call."""
    few, many = (counted(work, mode, calls, size) for calls in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def counted(work: str, mode: str, calls: int, size: int) -> int:
    """Return the instructions of a whole process that makes so many calls."""
    command = [
        *("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"),
        *(sys.executable, "-m", "benchmarks.instructions", "--size", str(size)),
        *("--child", work, mode, str(calls)),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1])


def run(work: str, mode: str, calls: int, size: int) -> None:
    """Make the calls; in the mode ``caller`` the shipper's threads do not run meanwhile."""
    call = _call(work, size)
    with home():
        if mode != "bare":
            _instrument(is_shipping=mode == "aso")
        for _ in range(calls):
            call()
        if mode == "aso":
            import aso

            aso.flush(600)
        sys.stdout.flush()
    os._exit(0)


def _instrument(*, is_shipping: bool) -> None:
    import _thread

    import aso
    from aso.sinks import LedgerSink

    if not is_shipping:  # as where no thread can be started: records wait in the journal
        _thread.start_new_thread = _refuse  # type: ignore[assignment]
    aso.instrument(sinks=[LedgerSink()])


def _refuse(*_: object) -> int:
    raise RuntimeError("no threads")


def _call(work: str, size: int):
    if work == "stubbed":
        from benchmarks.call_path import stubbed_call

        return stubbed_call()
    from benchmarks.clients import CALLS

    return CALLS[work](size)


if __name__ == "__main__":
    main()
