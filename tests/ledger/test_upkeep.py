"""Compaction in the background: when it is due, and how it makes way."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from aso.ledger import Ledger
from aso.ledger.upkeep import DAY_MS, Upkeep, sealed_before
from tests.events import event

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

NOON_MS = 1_795_435_200_000  # 2026-11-23T12:00Z


def filled(path: Path, count: int) -> Path:
    with closing(Ledger(path)) as ledger:
        ledger.add([event(number, ended_at_ms=NOON_MS - 9 * DAY_MS) for number in range(count)])
    return path


def compacted(path: Path) -> int:
    with closing(Ledger(path)) as ledger:
        return sum(ledger.segments().values())


def looked(path: Path, upkeep: Upkeep) -> int:
    """Return how many rows are compacted after a look and what it started."""
    upkeep.look()
    assert upkeep._idle.acquire(timeout=30)
    upkeep._idle.release()
    return compacted(path)


def test_what_is_past_ends_with_the_day_before_yesterday() -> None:
    assert sealed_before(NOON_MS) == NOON_MS - DAY_MS // 2 - DAY_MS
    assert sealed_before(NOON_MS, days=0) == NOON_MS - DAY_MS // 2


def test_enough_past_rows_are_compacted_in_the_background(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db", 5)
    assert looked(path, Upkeep(path, enough=6, look_s=0)) == 0
    assert looked(path, Upkeep(path, enough=5, look_s=0)) == 5


def test_a_process_looks_only_now_and_then(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db", 5)
    assert looked(path, Upkeep(path, enough=1)) == 0


def test_a_compaction_that_is_stopped_has_changed_nothing_or_is_whole(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db", 2_000)
    upkeep = Upkeep(path, enough=1, look_s=0)
    upkeep.look()
    assert upkeep.stop(30)
    assert compacted(path) in (0, 2_000)
    assert looked(path, upkeep) == 2_000
