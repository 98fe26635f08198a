from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aso.journal import Journal, Record, open_journal
from aso.journal.layout import checksum, pack_head, read_records
from aso.journal.segment import Segment
from tests.journal.processes import ORIGIN


def payloads(records: list[Record]) -> list[bytes]:
    return [record.payload for record in records]


def test_records_come_back_in_order_with_their_origin(journal: Journal) -> None:
    reader = journal.reader("ledger")
    for number in range(3):
        journal.append(b"%d" % number)
    assert reader.read(10) == [Record(ORIGIN, b"%d" % number, own=True) for number in range(3)]


def test_nothing_is_read_twice_and_commit_ends_pending(journal: Journal) -> None:
    reader = journal.reader("ledger")
    journal.append(b"a")
    journal.append(b"b")
    assert payloads(reader.read(1)) == [b"a"]
    assert payloads(reader.read(9)) == [b"b"]
    assert reader.pending() == 2
    reader.commit()
    assert (reader.pending(), reader.read(9)) == (0, [])


def test_a_mark_is_reached_by_committing_what_was_before_it(journal: Journal) -> None:
    reader = journal.reader("ledger")
    journal.append(b"before")
    mark = journal.mark()
    journal.append(b"after")
    assert not reader.has(mark)
    reader.read(1)
    reader.commit()
    assert reader.has(mark)


def test_many_segments_are_one_sequence_and_go_when_delivered(
    journal: Journal, folder: Path
) -> None:
    reader = journal.reader("ledger")
    for number in range(5000):
        journal.append(b"%08d" % number * 100)
    assert len(list(folder.glob("*.seg"))) > 2
    assert payloads(reader.read(9999)) == [b"%08d" % number * 100 for number in range(5000)]
    reader.commit()
    journal.maintain()
    assert journal.state()["segments"] == 1


def test_unread_segments_survive_upkeep(journal: Journal) -> None:
    reader = journal.reader("ledger")
    for number in range(3000):
        journal.append(b"%08d" % number * 100)
        if number % 500 == 0:
            journal.maintain()
    journal.maintain()
    assert len(reader.read(9999)) == 3000


def test_a_record_larger_than_a_segment_gets_one_of_its_size(journal: Journal) -> None:
    reader = journal.reader("ledger")
    large = bytes(range(256)) * 16_000  # 4 MB
    journal.append(b"small")
    journal.append(large)
    journal.append(b"small again")
    assert payloads(reader.read(9)) == [b"small", large, b"small again"]


def test_an_empty_payload_is_nothing(journal: Journal) -> None:
    reader = journal.reader("ledger")
    journal.append(b"")
    journal.append(b"a")
    assert payloads(reader.read(9)) == [b"a"]


def test_a_payload_beyond_the_largest_is_dropped_and_counted(journal: Journal) -> None:
    journal.append(bytes(9 << 20))
    assert journal.dropped == 1


def test_a_reader_that_is_not_durable_starts_now(journal: Journal) -> None:
    journal.append(b"before")
    reader = journal.reader("tail", durable=False)
    journal.append(b"after")
    assert payloads(reader.read(9)) == [b"after"]


def test_eight_threads_lose_and_tear_nothing(journal: Journal) -> None:
    reader = journal.reader("ledger")
    stop = threading.Event()

    def write(name: int) -> None:
        for number in range(20_000):
            journal.append(b"%d-%d-" % (name, number) + b"x" * (number % 90))

    def keep() -> None:
        while not stop.wait(0.01):
            journal.maintain()

    keeper = threading.Thread(target=keep)
    writers = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in [keeper, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    keeper.join()
    found = sorted(payload.rstrip(b"x") for payload in payloads(reader.read(200_000)))
    expected = sorted(b"%d-%d-" % (name, n) for name in range(8) for n in range(20_000))
    assert (found == expected, journal.state()["torn"], journal.dropped) == (True, 0, 0)


def test_a_finalizer_may_append_while_its_thread_appends(journal: Journal) -> None:
    reader = journal.reader("ledger")

    class Abandoned:
        def __init__(self) -> None:
            self.itself = self  # only the collector can free it

        def __del__(self) -> None:
            journal.append(b"finalizer" * 50)

    before = gc.get_threshold()
    gc.set_threshold(5)  # so that the collector runs all the time, also while we append
    try:
        for _ in range(2000):
            Abandoned()
            journal.append(b"caller" * 50)
    finally:
        gc.set_threshold(*before)
    gc.collect()
    found = payloads(reader.read(9999))
    assert {kind: found.count(kind * 50) for kind in (b"finalizer", b"caller")} == {
        b"finalizer": 2000,
        b"caller": 2000,
    }


def test_what_comes_after_close_is_kept_for_the_next_process(
    opened: Callable[..., Journal],
) -> None:
    first = opened()
    first.reader("ledger")
    first.close()
    first.append(b"late")
    first.close()
    second = opened()
    reader = second.reader("ledger")
    second.maintain()
    assert reader.read(9) == [Record(ORIGIN, b"late", own=False)]


def test_the_first_record_of_a_process_is_told_once(journal: Journal) -> None:
    told: list[int] = []
    journal.listen(lambda: told.append(1))
    assert told == []
    for _ in range(3000):
        journal.append(b"x" * 500)
    assert told == [1]


def test_memory_is_asked_for_or_the_last_resort(tmp_path: Path) -> None:
    asked = open_journal(tmp_path, "d", ORIGIN, durability="memory")
    homeless = open_journal(None, "d", ORIGIN)
    volatile = open_journal(tmp_path, None, ORIGIN)
    assert [journal.state()["fallback"] for journal in (asked, homeless, volatile)] == [
        "durability is memory",
        "no home directory",
        "no sink keeps its place",
    ]
    assert list(tmp_path.iterdir()) == []


def test_memory_is_bounded_and_what_it_lets_go_is_counted(tmp_path: Path) -> None:
    journal = open_journal(None, None, ORIGIN)
    reader = journal.reader("tail", durable=False)
    for number in range(40_000):
        journal.append(b"%08d" % number * 64)
    found = payloads(reader.read(99_999))
    assert found == [b"%08d" % number * 64 for number in range(journal.dropped, 40_000)]
    assert 12_000_000 < sum(map(len, found)) < 17_000_000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=9000), max_size=8), st.data())
def test_a_cut_anywhere_leaves_every_record_before_it(
    written: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(pack_head(len(each), checksum(each)) + each for each in written)
    cut = data.draw(st.integers(0, len(whole)))
    found, end, _ = read_records(whole[:cut].ljust(len(whole) + 16, b"\0"), 0, 99)
    assert found == written[: len(found)]
    assert len(found) == len(written) or end + len(written[len(found)]) + 8 > cut


def test_memory_takes_the_largest_record_that_there_is() -> None:
    journal = open_journal(None, None, ORIGIN)
    reader = journal.reader("tail", durable=False)
    journal.append(b"a")
    journal.append(bytes(8 << 20))
    assert (len(reader.read(9)), journal.dropped) == (1, 1)
    journal.append(bytes((8 << 20) - 8))
    assert (len(reader.read(9)), journal.dropped) == (1, 1)


def test_what_memory_held_undelivered_at_the_end_is_counted() -> None:
    journal = open_journal(None, None, ORIGIN)
    reader = journal.reader("tail", durable=False)
    for number in range(5):
        journal.append(b"%d" % number)
    reader.read(2)
    reader.commit()
    journal.close()
    assert journal.dropped == 3


def test_every_folder_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home" / ".aso"
    open_journal(home, "ledger", ORIGIN).close()
    made = [home.parent, home, home / "journal", home / "journal" / "ledger"]
    assert [oct(path.stat().st_mode & 0o777) for path in made] == ["0o700"] * 4


def test_a_thread_that_loses_the_race_for_the_next_segment_has_a_spare_again(
    tmp_path: Path,
) -> None:
    head = Segment.nothing()
    winner, loser = (Segment.create(ORIGIN, tmp_path / name, 4096) for name in "ab")
    assert (head.follow(winner), head.follow(loser)) == (winner, winner)
    assert (winner.ordinal, loser.ordinal) == (1, 0)
    assert Segment.load(tmp_path / "b") is None  # nobody takes it for the first one


class DeletedMeanwhile(Segment):
    """As another thread sees it that counts, while this one deletes what is over a bound."""

    def read(self, offset: int, limit: int) -> tuple[list[bytes], int]:
        found = super().read(offset, limit)
        self.discard()
        return found


def test_a_segment_that_is_deleted_while_it_is_counted_holds_nothing(tmp_path: Path) -> None:
    segment = DeletedMeanwhile.create(ORIGIN, tmp_path / "a", 4096)
    segment.write(pack_head(6, checksum(b"record")) + b"record")
    segment.seal()
    assert (segment.count(), segment.count()) == (0, 0)
