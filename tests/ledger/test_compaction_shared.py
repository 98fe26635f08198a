"""One process writes, two compact, one reads: what is read is whole at every moment."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from aso.ledger import Ledger
from aso.report import parse_grouping, spend

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

# Events of forty days in no order; some come again, some are revised. Ends after so many batches.
_WRITER = """
import random, sys
from contextlib import closing
from pathlib import Path
from aso.ledger import Ledger
from tests.events import event

DAY_MS, FIRST_MS = 86_400_000, 1_795_392_000_000
chance, count = random.Random(7), 0

def one(number, revision):
    ended_ms = FIRST_MS + number * 7919 % 40 * DAY_MS + number
    name = f"{number:08x}-0000-7000-8000-000000000000"
    return event(0)._replace(event_id=name, revision=revision, ended_at_ms=ended_ms)

with closing(Ledger(Path(sys.argv[1]))) as ledger:
    for _ in range(int(sys.argv[2])):
        new = [one(number, 0) for number in range(count, count + 15)]
        count += 15
        again = [one(chance.randrange(count), 0) for _ in range(3)]
        ledger.add([*new, *again, *(one(chance.randrange(count), 1) for _ in range(2))])
        print(count, flush=True)
"""
_COMPACTOR = """
import random, sys
from pathlib import Path
import pyarrow.parquet
from aso.ledger.compaction import compact

print("ready", flush=True)
while True:
    days = random.randrange(40)
    compact(Path(sys.argv[1]), before_ms=1_795_392_000_000 + days * 86_400_000, largest=100)
"""


def started(program: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, str(path), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def calls(path: Path) -> int:
    with closing(Ledger(path)) as ledger:
        return spend(ledger, parse_grouping("model")).total.calls


@pytest.mark.slow
def test_a_reader_sees_each_event_once_while_others_write_and_compact(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    compactors = [started(_COMPACTOR, path) for _ in range(2)]
    assert [one.stdout and one.stdout.readline() for one in compactors] == ["ready\n"] * 2
    writer = started(_WRITER, path, "150")
    assert writer.stdout is not None
    for written in map(int, writer.stdout):
        if written % 150 == 0:
            assert written <= calls(path) <= 150 * 15
    assert writer.wait() == 0
    for one in compactors:
        assert one.poll() is None  # it has not failed
        one.kill()
        one.communicate()
    with closing(Ledger(path)) as ledger:
        keys = [(one.event_id, one.revision) for one in ledger.events(all_revisions=True)]
        assert ledger.segments()
    assert len(keys) == len(set(keys))
    assert calls(path) == 150 * 15
