"""One price with its lines, and the catalog: how long it takes, how large it is.

    python -m benchmarks.pricing [prices]

Prices are single calls of `aso.pricing.price` and of the `Pricer` that events use, after a warm-up;
beside each how many bytecodes it executes, which no other work on the machine changes.
The catalog is read, and one provider's part of it parsed, in fresh processes; their memory is what
the kernel counts as resident, before and after. CPU: of the process, whatever else runs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType
from typing import Any

from aso.pricing import Overlay, Pricer, bundled, load_overlay, price
from aso.records import Usage
from benchmarks.timing import each, heading, row

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
TWO = Usage(input_tokens=5400, output_tokens=910)
FOUR = Usage(
    input_tokens=5400,
    output_tokens=910,
    cache_read_input_tokens=1200,
    reasoning_output_tokens=768,
)
NAMES = {"prompt_tokens": 5400, "completion_tokens": 910}
CALLS: Mapping[str, tuple[Any, str, str, Mapping[str, Any]]] = {
    "2 lines": (TWO, "openai", "gpt-4o-2024-08-06", {}),
    "4 lines": (FOUR, "openai", "gpt-5.4-2026-03-05", {"service_tier": "default"}),
    "4 lines, flex": (FOUR, "openai", "gpt-5.4-2026-03-05", {"service_tier": "flex"}),
    "4 lines × 1.1": (FOUR, "openai", "gpt-5.4-2026-03-05", {"data_residency": "eu"}),
    "in a peak": (FOUR, "deepseek", "deepseek-v4-pro", {}),
    "a mapping": (NAMES, "openai", "gpt-4o-2024-08-06", {}),
    "with searches": (FOUR._replace(web_search_requests=2), "openai", "gpt-5.4-2026-03-05", {}),
}
CONTRACT = load_overlay({"openai:*": {"multiplier": "0.85"}})


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("prices", nargs="?", type=int, default=50_000)
    arguments.add_argument("--child", action="store_true")
    chosen = arguments.parse_args()
    if chosen.child:
        print(json.dumps(loaded()))
        return
    heading(f"prices; load average {os.getloadavg()[0]:.1f}")
    for name, call in CALLS.items():
        for said, run in (("Pricer", by_pricer(*call)), ("price()", by_price(*call))):
            show(name, said, run, chosen.prices)
    usage, provider, model, conditions = CALLS["4 lines"]
    show(
        "a contract",
        "Pricer",
        by_pricer(usage, provider, model, conditions, CONTRACT),
        chosen.prices,
    )
    runs = [json.loads(run_child()) for _ in range(9)]
    for key in runs[0]:
        found = [run[key] for run in runs]
        print(f"{key:24} median {statistics.median(found):6.2f}  least {min(found):6.2f}")


def show(name: str, said: str, run: Callable[[], object], prices: int) -> None:
    each(run, 2000)
    print(f"{name:14} {said:8} {bytecodes(run):5}  µs  {row(each(run, prices))}", flush=True)


def bytecodes(run: Callable[[], object]) -> int:
    """Return how many bytecodes a call executes."""
    counted = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal counted
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return trace

    sys.settrace(trace)
    run()
    sys.settrace(None)
    return counted


def by_pricer(
    usage: Any,
    provider: str,
    model: str,
    conditions: Mapping[str, Any],
    overlay: Overlay | None = None,
) -> Callable[[], object]:
    pricer = Pricer(overlay=overlay)
    return lambda: pricer.price(
        usage, provider=provider, model=model, at=NOW, conditions=conditions
    )


def by_price(
    usage: Any, provider: str, model: str, conditions: Mapping[str, Any]
) -> Callable[[], object]:
    return lambda: price(usage, provider=provider, model=model, at=NOW, **conditions)


def run_child() -> str:
    command = [sys.executable, "-m", "benchmarks.pricing", "--child"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def loaded() -> dict[str, float]:
    """Return what reading the catalog costs, and the first price of one and of all providers."""
    before, started = resident_mb(), time.process_time_ns()
    catalog = bundled()
    read = time.process_time_ns()
    price(TWO, provider="openai", model="gpt-4o", at=NOW)
    first, with_one = time.process_time_ns(), resident_mb()
    for provider in catalog.providers:
        catalog.models(provider)
    return {
        "read, ms CPU": (read - started) / 1e6,
        "first price, ms CPU": (first - read) / 1e6,
        "resident with one, MB": with_one - before,
        "all providers, ms CPU": (time.process_time_ns() - first) / 1e6,
        "resident with all, MB": resident_mb() - before,
    }


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
