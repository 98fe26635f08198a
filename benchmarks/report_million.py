"""How long `aso report` takes over a million events, and what writing one of them costs.

    python -m benchmarks.report_million [--rows 1000000] [--ledger kept-for-the-next-run.db]

The events are written as the background thread writes them: in batches of 500, one transaction
each. Two in a hundred are estimated, one is unpriced, one in two hundred has a second revision.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from aso.ledger import Ledger
from aso.records import Cost, CostLine, Event, Usage
from aso.report import formats, parse_grouping, spend

BATCH = 500
END_MS = 1_795_435_200_000  # 2026-11-23T12:00Z
SPACING_MS = 2_592  # a million events in 30 days
MODELS = (
    ("openai", "gpt-5.4", "2.5", "15"),
    ("openai", "gpt-5.4-mini", "0.25", "2"),
    ("groq", "llama-3.3-70b-versatile", "0.59", "0.79"),
    ("deepseek", "deepseek-chat", "0.28", "0.42"),
    ("xai", "grok-4", "3", "15"),
)
TEAMS = [f"team-{n}" for n in range(20)]
APPS = [f"app-{n}" for n in range(50)]
GROUPINGS = (
    "",
    "provider",
    "provider,model",
    "team",
    "team,model",
    "day",
    "hour",
    "function",
    "env",
    "operation",
    "team,app,model,day",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--ledger", type=Path)
    chosen = arguments.parse_args()
    print(
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.ledger or Path(folder) / "ledger.db"
        is_new = not path.exists()
        ledger = Ledger(path)
        if is_new:
            _fill(ledger, chosen.rows)
        _report(ledger)
        ledger.close()


def _fill(ledger: Ledger, rows: int) -> None:
    cpu, wall = [], []
    for batch in batches(rows):
        began, began_wall = time.process_time(), time.perf_counter()
        ledger.add(batch)
        cpu.append((time.process_time() - began) / len(batch) * 1e6)
        wall.append((time.perf_counter() - began_wall) / len(batch) * 1e6)
    size = ledger.path.stat().st_size / rows
    print(
        f"write: {rows:,} events in batches of {BATCH}; per event CPU median "
        f"{statistics.median(cpu):.1f} µs, wall median {statistics.median(wall):.1f} µs, "
        f"wall p99 {statistics.quantiles(wall, n=100)[98]:.1f} µs; {size:.0f} bytes on disk"
    )


def _report(ledger: Ledger) -> None:
    print(f"seconds, wall / CPU (load average {os.getloadavg()[0]:.1f}):")
    print(f"{'aso report --by':<24} {'groups':>8} {'plain':>16} {'--latency':>16}")
    for by in GROUPINGS:
        took = []
        for with_latency in (False, True):
            began, began_cpu = time.perf_counter(), time.process_time()
            found = spend(ledger, parse_grouping(by), with_latency=with_latency)
            formats.as_json(found)
            wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
            took.append(f"{wall:.2f} / {cpu:.2f}")
        print(f"{by or '(total)':<24} {len(found.lines):>8,} {took[0]:>16} {took[1]:>16}")
    print(f"calls {found.total.calls:,}, cost {found.total.cost} USD")
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def batches(rows: int) -> Iterator[list[Event]]:
    chance = random.Random(20261123)
    kinds = [sample_kind(chance) for _ in range(2_000)]
    for first in range(0, rows, BATCH):
        yield [sample_event(number, rows, kinds, chance) for number in range(first, first + BATCH)]


def sample_event(number: int, rows: int, kinds: list[Event], chance: random.Random) -> Event:
    ended = END_MS - (rows - number) * SPACING_MS
    kind = kinds[chance.randrange(len(kinds))]
    took = int(chance.lognormvariate(7, 0.8))
    is_second = number % 200 == 199
    name = number - 1 if is_second else number
    return kind._replace(
        event_id=f"0192{name:08x}-0000-7000-8000-{name * 2654435761 % 2**48:012x}"[:36],
        revision=int(is_second),
        started_at_ms=ended - took,
        first_byte_at_ms=ended - took * 2 // 3,
        ended_at_ms=ended,
    )


def sample_kind(chance: random.Random) -> Event:
    provider, model, rate_in, rate_out = chance.choice(MODELS)
    tokens = chance.randrange(50, 20_000), chance.randrange(1, 4_000)
    lines = [
        _line("input_tokens", tokens[0], rate_in, provider, model),
        _line("output_tokens", tokens[1], rate_out, provider, model),
    ]
    total = sum((line.amount for line in lines), Decimal(0))
    is_priced = chance.random() > 0.01
    return Event(
        event_id="",
        revision=0,
        revision_reason=None,
        kind="call",
        env="production",
        api_key_id=None,
        aso_version="0.1.0",
        sdk_name="openai",
        sdk_version="3.54.0",
        provider=provider,
        publisher=provider,
        host=f"api.{provider}.com",
        endpoint="chat/completions",
        operation="chat",
        model=model,
        request_model=model,
        generation_id=f"chatcmpl-{chance.getrandbits(120):030x}",
        stream=chance.random() < 0.5,
        service_tier="default",
        attempts=1,
        attempts_unknown=0,
        outcome="completed",
        http_status=200,
        error_type=None,
        usage=Usage(
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            source="estimate" if chance.random() < 0.02 else "provider",
        ),
        cost=_cost(total, lines) if is_priced else Cost(),
        prompt_chars=tokens[0] * 4,
        completion_chars=tokens[1] * 4,
        completion_bytes=tokens[1] * 5,
        started_at_ms=0,
        first_byte_at_ms=None,
        ended_at_ms=0,
        dims={"team": chance.choice(TEAMS), "app": chance.choice(APPS), "env": "production"},
        function=chance.choice(("rerank", "answer", "index", None)),
        trace_id=None,
        span_id=None,
    )


def _line(unit: str, quantity: int, rate: str, provider: str, model: str) -> CostLine:
    return CostLine(
        unit=unit,
        quantity=quantity,
        rate=Decimal(rate),
        per=1_000_000,
        multiplier=None,
        amount=quantity * Decimal(rate) / 1_000_000,
        model=model,
        provider=provider,
        source="catalog",
    )


def _cost(total: Decimal, lines: list[CostLine]) -> Cost:
    return Cost(
        total=total,
        calculated_cost=total,
        status="priced",
        source="standard",
        lines=lines,
        pricing_matched=True,
        pricing_model=lines[0].model,
        catalog_version="2026-11-23",
        catalog_sha256="c0ffee" * 10 + "beef",
    )


if __name__ == "__main__":
    main()
