"""Kill -9 at every step of a compaction: each event is there once, and the next one finishes it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from aso.ledger import Ledger
from aso.ledger.compaction import compact
from aso.ledger.settling import folder_of
from aso.records import Event
from tests.events import event

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

DAY_MS = 86_400_000
STEPS = 10  # of those there are; which, differs from run to run
FIRST_MS = 1_795_392_000_000  # 2026-11-23T00:00Z
BOUNDARY_MS = FIRST_MS + 3 * DAY_MS
# Counts what is asked of SQLite, of the system and of pyarrow's file; dies before one of them.
_KILLED = """
import os, signal, sys
from pathlib import Path
from aso.ledger.compaction import compact

path, boundary, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
ASKED = {"execute", "executemany", "fsync", "open", "close", "replace", "unlink", "mkdir", "flock"}
steps = 0

def count(frame, event, argument):
    global steps
    is_asked = event == "c_call" and argument.__name__ in ASKED
    steps += is_asked or (event == "call" and frame.f_code.co_name == "write_table")
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)

compact(path.with_name("empty.db"), before_ms=0)  # loads what is loaded when it is needed
sys.setprofile(count)
compact(path, before_ms=boundary, largest=20)
sys.setprofile(None)
print(steps)
"""


def filled(path: Path) -> list[Event]:
    """Make a ledger with a segment, events that come again, a later revision of a compacted one."""
    old = [event(number, ended_at_ms=FIRST_MS + number) for number in range(10)]
    new = [event(number, ended_at_ms=FIRST_MS + DAY_MS + number) for number in range(10, 50)]
    late = [old[3]._replace(revision=1, ended_at_ms=FIRST_MS + DAY_MS), *old[5:8]]
    with closing(Ledger(path)) as ledger:
        ledger.add(old)
        compact(path, before_ms=FIRST_MS + DAY_MS)
        ledger.add([*new, *late, event(99, ended_at_ms=BOUNDARY_MS)])
    return [*old, *new, late[0], event(99, ended_at_ms=BOUNDARY_MS)]


def killed(path: Path, step: int) -> tuple[int, str]:
    command = [sys.executable, "-c", _KILLED, str(path), str(BOUNDARY_MS), str(step)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def keys(path: Path, *, all_revisions: bool) -> list[tuple[str, int]]:
    with closing(Ledger(path)) as ledger:
        return sorted(
            (one.event_id, one.revision) for one in ledger.events(all_revisions=all_revisions)
        )


@pytest.mark.slow
def test_a_compaction_that_is_killed_at_any_step_loses_and_doubles_nothing(tmp_path: Path) -> None:
    filled(tmp_path / "counted.db")
    code, steps = killed(tmp_path / "counted.db", -1)
    assert code == 0
    stride = max(int(steps) // STEPS, 1)
    for step in range(random.randint(1, stride), int(steps) + 1, stride):
        path = tmp_path / f"killed-{step}.db"
        expected = sorted((one.event_id, one.revision) for one in filled(path))
        assert killed(path, step)[0] == -signal.SIGKILL
        latest = [key for key in expected if key != (event(3).event_id, 0)]
        assert keys(path, all_revisions=True) == expected, step
        assert keys(path, all_revisions=False) == latest, step
        compact(path, before_ms=BOUNDARY_MS)
        assert keys(path, all_revisions=False) == latest, step
        expect_tidy(path)


def expect_tidy(path: Path) -> None:
    with closing(Ledger(path)) as ledger:
        assert {one.name for one in folder_of(path).iterdir()} == set(ledger.segments())
        assert (sum(ledger.segments().values()), ledger.recent_count()) == (51, 1)
