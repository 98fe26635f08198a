"""One file, several processes; a file that is taken away, broken, or from tomorrow."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from aso.ledger import Ledger, LedgerError
from aso.sinks import LedgerSink
from tests.events import event

_WRITER = """
import sys
from pathlib import Path
from aso.sinks import LedgerSink
from tests.events import event
sink = LedgerSink(Path(sys.argv[1]))
for first in range(0, 400, 20):
    sink.send([event(number) for number in range(first, first + 40)])
sink.close()
"""


def count(path: Path) -> int:
    ledger = Ledger(path)
    try:
        return sum(1 for _ in ledger.events())
    finally:
        ledger.close()


def test_processes_that_write_the_same_events_at_once_write_each_once(tmp_path: Path) -> None:
    path = tmp_path / "home" / "ledger.db"
    command = [sys.executable, "-c", _WRITER, str(path)]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [("", 0)] * 4
    assert count(path) == 420


_OPENED = "import sys; from pathlib import Path; from aso.ledger import Ledger; "
_OPENED += "Ledger(Path(sys.argv[1])).close()"


@pytest.mark.skipif(os.name != "posix", reason="about POSIX's locks")
def test_a_second_connection_of_a_process_does_not_drop_the_locks_of_the_first(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    first, second = Ledger(path), Ledger(path)
    first.add([event(1)])
    log = path.with_name("ledger.db-wal").stat().st_ino
    subprocess.run([sys.executable, "-c", _OPENED, str(path)], check=True)
    assert path.with_name("ledger.db-wal").stat().st_ino == log  # it was not the last to close
    first.close()
    second.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_writes_by_a_connection_of_its_own(tmp_path: Path) -> None:
    sink = LedgerSink(tmp_path / "ledger.db")
    sink.send([event(1)])
    child = os.fork()
    if child == 0:
        sink.send([event(2)])
        sink.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    sink.send([event(3)])
    sink.close()
    assert count(sink.path) == 3


def test_a_file_that_was_removed_is_made_again(tmp_path: Path) -> None:
    sink = LedgerSink(tmp_path / "ledger.db")
    sink.send([event(1)])
    for file in tmp_path.iterdir():
        file.unlink()
    sink.send([event(2)])
    sink.close()
    assert count(sink.path) == 1


def test_a_file_that_is_no_ledger_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but somebody's notes" * 20)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"notes.txt cannot be used: .* file made by aso"):
        Ledger(path)
    assert path.read_bytes() == before


def test_a_ledger_of_a_later_version_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(LedgerError, match="has version 9, this aso knows 2: upgrade"):
        Ledger(path)


def test_a_late_lower_revision_does_not_take_the_place_of_a_higher_one(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.add([event(1, revision=2)])
    ledger.add([event(1, revision=0), event(1, revision=1)])
    assert [one.revision for one in ledger.events()] == [2]
    assert [one.revision for one in ledger.events(all_revisions=True)] == [0, 1, 2]
    ledger.close()


_FULL = """
import resource, sys
from pathlib import Path
from aso.ledger import LedgerError
from aso.sinks import LedgerSink
from tests.events import event
sink, batch = LedgerSink(Path(sys.argv[1])), [event(number) for number in range(500)]
sink.send(batch[:1])
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, unlimited[1]))
try:
    sink.send(batch)
except LedgerError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
sink.send(batch)
sink.close()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on a file's size")
def test_a_batch_that_found_no_room_is_there_once_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    command = [sys.executable, "-c", _FULL, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "cannot be used" in done.stdout
    assert "on a disk with room" in done.stdout
    assert count(path) == 500
