"""How long `aso report` takes over ten million compacted events, and whether the sum is exact.

    python -m benchmarks.report_ten_million [--rows 10000000] [--folder kept-for-the-next-run]

Segments are written by the compaction's own writer, 500,000 rows each, from rows made here: about
1 GB of disk and 0.5 GB of memory. Two in a hundred are estimated, one is unpriced, one in two
hundred has a second revision. 20,000 newer events are in SQLite beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pydantic_core import to_json

from aso.ledger import Ledger
from aso.ledger.database import Database
from aso.ledger.parquet import SELECTED, write_segment
from aso.ledger.rows import document_of, joined, row_of
from aso.ledger.schema import COLUMNS, DERIVED
from aso.ledger.settling import folder_of
from aso.records import Event
from aso.report import formats, parse_grouping, spend
from benchmarks.report_million import END_MS, sample_event, sample_kind
from benchmarks.timing import pace

SEGMENT_ROWS = 500_000
BATCH = 5_000
RECENT = 20_000
DAYS = 30
DAY_MS = 86_400_000
GROUPINGS = ("team,model,day", "provider,model", "team", "month", "team,app,model,day")
DIMS = ["app", "env", "team"]
TIMES = 5
_ROW = (*COLUMNS, *DERIVED)
Row = tuple[Any, ...]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=10_000_000)
    arguments.add_argument("--folder", type=Path)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_HOME")) as temporary:
        folder = chosen.folder or Path(temporary)
        path = folder / "ledger.db"
        is_new = not path.exists()
        print(
            f"DuckDB {duckdb.__version__}, pyarrow {pa.__version__}, {os.cpu_count()} cores, "
            f"{pace():.1f} CPU ns a turn of an empty loop, "
            f"{shutil.disk_usage(temporary).free / 1e9:.0f} GB free"
        )
        if is_new:
            (folder / "expected.txt").write_text(str(_fill(path, chosen.rows)))
        with closing(Ledger(path)) as ledger:
            _report(ledger, Decimal((folder / "expected.txt").read_text()))


def _fill(path: Path, rows: int) -> Decimal:
    """Write the history; return the exact sum of what counts."""
    chance, atto = random.Random(20261126), 0
    kinds = [sample_kind(chance) for _ in range(2_000)]
    with closing(Ledger(path)) as ledger, closing(Database(path)) as database:
        folder_of(path).mkdir(mode=0o700)
        began = time.perf_counter()
        for first in range(0, rows, SEGMENT_ROWS):
            made = _Made(first, min(first + SEGMENT_ROWS, rows), rows, kinds, chance)
            _keep(database, made)
            atto += made.atto
        took = time.perf_counter() - began
        recent = [
            sample_event(number, 2 * RECENT, kinds, chance) for number in range(0, 2 * RECENT, 2)
        ]
        recent = [one._replace(event_id=f"09{one.event_id[2:]}", revision=0) for one in recent]
        ledger.add([one._replace(ended_at_ms=END_MS + DAY_MS) for one in recent])
    size = sum(one.stat().st_size for one in folder_of(path).iterdir())
    print(f"write: {rows:,} events in {took:.0f} s; {size / rows:.0f} bytes each on disk")
    sum_of_recent = sum((one.cost.total or Decimal(0) for one in recent), Decimal(0))
    return joined(0, atto) + sum_of_recent


class _Made:
    """The rows of one segment, made as they are asked for; what they cost, and who is superseded."""

    def __init__(
        self, first: int, last: int, rows: int, kinds: list[Event], chance: random.Random
    ) -> None:
        self.numbers = range(first, last)
        self.atto = 0
        self.superseded: list[tuple[str, int]] = []  # event, row of the segment
        self.first_ms, self.last_ms = _ended_ms(first, rows), _ended_ms(last, rows)
        self._rows = rows
        self._chance = chance
        self._templates = [_template(kind) for kind in kinds]

    def batches(self) -> Iterator[list[Row]]:
        for first in range(self.numbers.start, self.numbers.stop, BATCH):
            numbers = range(first, min(first + BATCH, self.numbers.stop))
            yield [self._row(number) for number in numbers]

    def _row(self, number: int) -> Row:
        template, atto = self._templates[self._chance.randrange(len(self._templates))]
        is_second = number % 200 == 199
        name = number - is_second
        event_id = (
            f"0192{name >> 16:04x}-{name & 0xFFFF:04x}-7000-8000-{name * 2654435761 % 2**48:012x}"
        )
        ended = _ended_ms(number, self._rows)
        if number % 200 == 198:
            self.superseded.append((event_id, number - self.numbers.start))
        else:
            self.atto += atto
        day = time.strftime("%Y-%m-%d", time.gmtime(ended // 1000))
        changed = (event_id, int(is_second), template[2], ended, ended - 2_000, ended - 1_500)
        return (*changed, *template[6:-2], day, template[-1])


def _ended_ms(number: int, rows: int) -> int:
    return END_MS - (rows - number) * DAYS * DAY_MS // rows


def _template(kind: Event) -> tuple[Row, int]:
    row = dict(zip(_ROW, row_of(kind, to_json), strict=True))
    row |= {"stream": int(kind.stream), "day": "", "document": document_of(kind, to_json)}
    atto = (row["cost_nano"] or 0) * 10**9 + (row["cost_atto"] or 0)
    return tuple(row[name] for name in SELECTED), atto


def _keep(database: Database, made: _Made) -> None:
    name = f"{made.numbers.start:09d}.parquet"
    rows = write_segment(folder_of(database.path) / name, made.batches(), DIMS)
    segment = (name, rows, made.first_ms, made.last_ms, json.dumps(DIMS))
    with database.transaction() as connection:
        database.run("INSERT INTO segments VALUES (?, ?, ?, ?, ?)", segment)
        places = [(name, row) for _, row in made.superseded]
        connection.executemany("INSERT INTO superseded VALUES (?, ?)", places)
        connection.executemany(
            "INSERT INTO revised VALUES (?, ?)", [(k, 1) for k, _ in made.superseded]
        )
        database.run("UPDATE compaction SET before_ms = ?", (made.last_ms,))


def _report(ledger: Ledger, expected: Decimal) -> None:
    rows = sum(ledger.segments().values())
    print(
        f"{rows:,} compacted, {ledger.recent_count():,} in SQLite; seconds, wall, of all threads CPU:"
    )
    for by in GROUPINGS:
        taken: list[float] = []
        cpu: list[float] = []
        for _ in range(TIMES):
            began, began_cpu = time.perf_counter(), time.process_time()
            found = spend(ledger, parse_grouping(by))
            formats.as_json(found)
            taken.append(time.perf_counter() - began)
            cpu.append(time.process_time() - began_cpu)
            if found.total.cost != expected:
                raise SystemExit(f"{found.total.cost} is not {expected}")
        load = os.getloadavg()[0]
        said = " ".join(f"{one:.2f}" for one in sorted(taken))
        print(
            f"{by:<20} {len(found.lines):>8,} groups  {said}  CPU {min(cpu):.2f}  (load {load:.1f})"
        )
    print(
        f"calls {found.total.calls:,}, cost {found.total.cost} USD, as expected to the last digit"
    )
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
