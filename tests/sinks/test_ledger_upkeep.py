"""The ledger's sink and the compaction behind it: neither waits for the other, also in a fork."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path

import pytest

from aso.ledger import Ledger, LedgerError
from aso.ledger.upkeep import Upkeep
from aso.sinks.ledger import LedgerSink
from tests.events import event

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

LONG_AGO_MS = 1_790_000_000_000
_LEFT_TO_PARENT = 3


class Eager(LedgerSink):
    """Looks with every batch, and compacts a single row."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._upkeep = Upkeep(path, enough=1, look_s=0)


def keys(path: Path) -> list[str]:
    with closing(Ledger(path)) as ledger:
        return [one.event_id for one in ledger.events(all_revisions=True)]


def test_events_are_written_while_others_are_compacted(tmp_path: Path) -> None:
    sink, sent = Eager(tmp_path / "ledger.db"), [event(number) for number in range(600)]
    old = [one._replace(ended_at_ms=LONG_AGO_MS + n) for n, one in enumerate(sent)]
    for first in range(0, 600, 20):
        sink.send(old[first : first + 20])
        sink.send(old[max(first - 20, 0) : first + 20])  # again, some compacted meanwhile
    assert sink._upkeep._idle.acquire(timeout=30)
    sink._upkeep._idle.release()
    sink.close()
    with closing(Ledger(sink.path)) as ledger:
        assert ledger.segments()
    assert keys(sink.path) == [one.event_id for one in old]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_fork_in_the_middle_of_a_compaction_loses_and_doubles_nothing(tmp_path: Path) -> None:
    sink = Eager(tmp_path / "ledger.db")
    sink.send([event(number, ended_at_ms=LONG_AGO_MS + number) for number in range(500)])
    child = os.fork()
    if child == 0:
        status = _LEFT_TO_PARENT
        with suppress(LedgerError):  # where the compaction did not end in time for the fork
            sink.send([event(500, ended_at_ms=LONG_AGO_MS + 500)])
            status = 0
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sink.send([event(501, ended_at_ms=LONG_AGO_MS + 501)])
    sink.close()
    expected = [*range(500), *([500] if status == 0 else []), 501]
    assert status in (0, _LEFT_TO_PARENT)
    assert keys(sink.path) == [event(number).event_id for number in expected]
