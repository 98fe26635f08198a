"""History moved into segments: each event once, whole, whatever arrives later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aso.ledger import Ledger, LedgerError, settling
from aso.ledger.compaction import Compacted, compact
from aso.ledger.settling import folder_of
from aso.records import Event
from tests.events import event

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

DAY_MS = 86_400_000
FIRST_MS = 1_795_392_000_000  # 2026-11-23T00:00Z
BOUNDARY_MS = FIRST_MS + 3 * DAY_MS


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "ledger.db")
    yield found
    found.close()


def of_day(number: int, day: int, **changes: Any) -> Event:
    return event(number, ended_at_ms=FIRST_MS + day * DAY_MS + number, **changes)


def keys(ledger: Ledger, *, all_revisions: bool = False) -> list[tuple[str, int]]:
    found = ledger.events(all_revisions=all_revisions)
    return [(one.event_id[-1], one.revision) for one in found]


def test_what_was_compacted_comes_back_whole_and_in_order(ledger: Ledger) -> None:
    kept = [of_day(number, number // 2) for number in range(10)]
    ledger.add(kept)
    assert compact(ledger.path, before_ms=BOUNDARY_MS) == Compacted(rows=6, segments=1)
    assert list(ledger.documents()) == [one.to_dict() for one in kept]
    assert (list(ledger.segments().values()), ledger.recent_count()) == ([6], 4)


def test_segments_have_no_more_rows_than_they_should(ledger: Ledger) -> None:
    ledger.add([of_day(number, 0) for number in range(10)])
    assert compact(ledger.path, before_ms=BOUNDARY_MS, largest=4) == Compacted(10, 3)
    assert list(ledger.segments().values()) == [4, 4, 2]


def test_a_second_compaction_moves_only_what_is_new(ledger: Ledger) -> None:
    ledger.add([of_day(1, 0), of_day(2, 4)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    assert compact(ledger.path, before_ms=BOUNDARY_MS) == Compacted()
    ledger.add([of_day(3, 1)])
    assert compact(ledger.path, before_ms=BOUNDARY_MS) == Compacted(rows=1, segments=1)
    assert keys(ledger) == [("1", 0), ("3", 0), ("2", 0)]


def test_an_event_that_comes_again_after_it_was_compacted_is_there_once(ledger: Ledger) -> None:
    ledger.add([of_day(1, 0), of_day(2, 1)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    ledger.add([of_day(1, 0), of_day(3, 1)])
    assert keys(ledger) == keys(ledger, all_revisions=True) == [("1", 0), ("2", 0), ("3", 0)]
    assert compact(ledger.path, before_ms=BOUNDARY_MS).rows == 1
    assert keys(ledger, all_revisions=True) == [("1", 0), ("2", 0), ("3", 0)]


def test_a_call_that_is_settled_later_and_seen_again_at_another_time_is_there_once(
    ledger: Ledger,
) -> None:
    first = of_day(1, 0)._replace(event_id="9f86d081-884c-8d65-9a2f-eaa0c55ad015")
    ledger.add([first, of_day(2, 0)])  # the newest row is not deleted: it would repel the repeat
    compact(ledger.path, before_ms=BOUNDARY_MS)
    ledger.add([first._replace(ended_at_ms=BOUNDARY_MS + DAY_MS)])
    assert [one.event_id[-1] for one in ledger.events()] == ["5", "2"]


@pytest.mark.parametrize("is_compacted", [False, True])
def test_a_later_revision_of_a_compacted_event_takes_its_place(
    ledger: Ledger, *, is_compacted: bool
) -> None:
    ledger.add([of_day(1, 0), of_day(2, 1)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    ledger.add([of_day(1, 2, revision=1)])
    if is_compacted:
        assert compact(ledger.path, before_ms=BOUNDARY_MS).rows == 1
    assert keys(ledger) == [("2", 0), ("1", 1)]
    assert keys(ledger, all_revisions=True) == [("1", 0), ("2", 0), ("1", 1)]


@pytest.mark.parametrize("is_compacted", [False, True])
def test_a_lower_revision_that_comes_late_does_not_count(
    ledger: Ledger, *, is_compacted: bool
) -> None:
    ledger.add([of_day(1, 1, revision=2)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    ledger.add([of_day(1, 0), of_day(1, 5, revision=1), of_day(1, 5, revision=2)])
    if is_compacted:
        compact(ledger.path, before_ms=BOUNDARY_MS + 9 * DAY_MS)
    assert keys(ledger) == [("1", 2)]
    assert keys(ledger, all_revisions=True) == [("1", 0), ("1", 2), ("1", 1)]


def test_a_compacted_event_whose_later_revision_is_not_does_not_count(ledger: Ledger) -> None:
    ledger.add([of_day(1, 0), of_day(1, 5, revision=1), of_day(2, 0)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    assert keys(ledger) == [("2", 0), ("1", 1)]


def test_a_revision_may_be_added_while_events_are_read(ledger: Ledger) -> None:
    ledger.add([of_day(number, number) for number in range(6)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    for one in ledger.events():
        ledger.add([one._replace(revision=1, revision_reason="reprice")])
    assert keys(ledger) == [(str(number), 1) for number in range(6)]


def test_many_late_rows_are_compared_in_parts(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "_AT_ONCE", 2)
    kept = [of_day(number, 0) for number in range(5)]
    ledger.add(kept)
    compact(ledger.path, before_ms=BOUNDARY_MS)
    ledger.add([*kept, *(one._replace(revision=1) for one in kept)])
    assert keys(ledger) == [(str(number), 1) for number in range(5)]
    assert len(keys(ledger, all_revisions=True)) == 10


def test_events_may_be_read_twice_by_turns(ledger: Ledger) -> None:
    ledger.add([of_day(number, number) for number in range(6)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    pairs = list(zip(ledger.events(), ledger.events(), strict=True))
    assert [one.event_id[-1] for one, other in pairs if one == other] == list("012345")


def test_numbers_are_not_used_again_so_that_tail_misses_nothing(ledger: Ledger) -> None:
    ledger.add([of_day(1, 0), of_day(2, 0)])
    [(last, _)] = ledger.newest(1)
    compact(ledger.path, before_ms=BOUNDARY_MS)
    ledger.add([of_day(3, 0)])
    assert [one.event_id[-1] for _, one in ledger.added_after(last)] == ["3"]


def test_a_query_of_sqlite_alone_is_refused_where_it_would_miss_history(ledger: Ledger) -> None:
    ledger.add([of_day(1, 0)])
    assert list(ledger.query("SELECT COUNT(*) FROM latest")) == [(1,)]
    compact(ledger.path, before_ms=BOUNDARY_MS)
    with pytest.raises(LedgerError, match="compacted in part.*ask sources"):
        list(ledger.query("SELECT COUNT(*) FROM latest"))


def test_a_segment_that_is_missing_is_said(ledger: Ledger) -> None:
    ledger.add([of_day(1, 0)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    for path in folder_of(ledger.path).iterdir():
        path.unlink()
    with pytest.raises(LedgerError, match="history cannot be read.*put back what is missing"):
        list(ledger.events())


def test_segments_are_their_owner_s_alone(ledger: Ledger) -> None:
    ledger.add([of_day(1, 0)])
    compact(ledger.path, before_ms=BOUNDARY_MS)
    folder = folder_of(ledger.path)
    modes = [oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())]
    assert modes == ["0o700", "0o600"]
