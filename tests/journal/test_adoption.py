from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from aso.journal import Journal, Record, adopt_and_read, survey
from aso.journal.drops import Drops
from tests.journal.processes import ORIGIN, SINK, drain, kill_round, start


def crashed(home: Path, count: int) -> None:
    start("crash", home, str(count)).communicate()


def numbered(first: int, end: int) -> list[bytes]:
    return [b"record %d" % number for number in range(first, end)]


def test_twenty_rounds_of_kill_9_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(9)
    for number in range(20):
        home = tmp_path / str(number)
        home.mkdir()
        seen, delivered, left = kill_round(home, 4, chance)
        assert seen - {*delivered, *left} == set()
        assert len({*left}) == len(left)
        assert len({*delivered}) == len(delivered)
        assert {len(payload) for payload in (*delivered, *left)} <= set(range(300, 700))
        assert survey(home / "journal" / "somewhere")["bytes"] == 0


def test_two_who_ask_for_the_same_dead_process_get_each_record_once(tmp_path: Path) -> None:
    for _ in range(3):
        crashed(tmp_path, 1000)
    moment = str(time.time() + 0.4)
    rivals = [start("adopt", tmp_path, moment) for _ in range(2)]
    lines = b"".join(rival.communicate()[0] for rival in rivals).splitlines()
    assert sorted(lines) == sorted(numbered(0, 1000) * 3)


def test_the_next_process_delivers_what_the_dead_one_did_not(
    tmp_path: Path, opened: Callable[..., Journal], folder: Path
) -> None:
    crashed(tmp_path, 3)
    journal = opened()
    reader = journal.reader(SINK)
    journal.append(b"mine")
    journal.maintain()
    assert [record.payload for record in reader.read(9)] == [*numbered(0, 3), b"mine"]
    reader.commit()
    journal.maintain()
    assert survey(folder) | {"bytes": 0} == {
        "path": str(folder), "bytes": 0, "living": 1, "dead": 0, "owed": {},
        "left": {}, "unattended": 0, "drops": Drops(),
    }  # fmt: skip


def test_a_living_process_is_not_adopted(journal: Journal, tmp_path: Path) -> None:
    journal.reader(SINK)
    journal.append(b"mine")
    assert drain(tmp_path) == []


def test_offsets_survive_the_process(opened: Callable[..., Journal], tmp_path: Path) -> None:
    first = opened()
    reader = first.reader(SINK)
    for payload in numbered(0, 10):
        first.append(payload)
    reader.read(4)
    reader.commit()
    reader.read(3)  # never committed: owed again
    first.close()
    assert drain(tmp_path) == numbered(4, 10)


def test_a_batch_is_taken_only_when_the_next_is_asked_for(tmp_path: Path, folder: Path) -> None:
    crashed(tmp_path, 10)
    batches = adopt_and_read(folder, SINK, limit=4)
    assert [len(next(batches)), len(next(batches))] == [4, 4]
    del batches
    assert drain(tmp_path) == numbered(4, 10)


def test_records_wait_for_every_sink_that_they_were_owed_to(
    opened: Callable[..., Journal], tmp_path: Path, folder: Path
) -> None:
    first = opened()
    first.reader(SINK)
    first.reader("ingest")
    first.append(b"for both")
    first.close()
    assert drain(tmp_path) == [b"for both"]
    assert survey(folder)["owed"] == {SINK: 0, "ingest": 1}
    assert list(adopt_and_read(folder, "ingest")) == [[Record(ORIGIN, b"for both", own=False)]]
    assert list(folder.iterdir()) == []


def test_a_sink_that_the_dead_did_not_know_is_owed_nothing(tmp_path: Path, folder: Path) -> None:
    crashed(tmp_path, 2)
    assert list(adopt_and_read(folder, "another")) == []
    assert drain(tmp_path) == numbered(0, 2)


def test_a_torn_tail_is_left_out_and_what_is_before_it_is_read(
    tmp_path: Path, folder: Path
) -> None:
    crashed(tmp_path, 5)
    (segment,) = [path for path in folder.glob("*.seg") if b"record 4" in path.read_bytes()]
    torn = segment.read_bytes().replace(b"record 4", b"record\0\0")
    segment.write_bytes(torn)
    assert drain(tmp_path) == numbered(0, 4)
    assert list(folder.iterdir()) == []


def test_what_is_no_segment_at_all_is_left_out(tmp_path: Path, folder: Path) -> None:
    crashed(tmp_path, 5)
    (owner,) = folder.glob("*.own")
    (folder / f"{owner.stem}-000009.seg").write_bytes(b"\0" * 5000)
    (folder / f"{owner.stem}-000010.seg").write_bytes(random.Random(1).randbytes(5000))
    assert drain(tmp_path) == numbered(0, 5)


def test_a_damaged_offset_means_everything_again(tmp_path: Path, folder: Path) -> None:
    crashed(tmp_path, 3)
    (owner,) = folder.glob("*.own")
    data = bytearray(owner.read_bytes())
    data[4] ^= 0xFF
    owner.write_bytes(data)
    assert drain(tmp_path) == numbered(0, 3)


def test_a_forked_child_writes_only_to_a_segment_of_its_own(
    journal: Journal, tmp_path: Path
) -> None:
    reader = journal.reader(SINK)
    journal.append(b"parent")
    if (child := os.fork()) == 0:
        journal.append(b"child")
        os._exit(0 if [record.payload for record in reader.read(9)] == [b"child"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    journal.append(b"parent again")
    assert [record.payload for record in reader.read(9)] == [b"parent", b"parent again"]
    assert drain(tmp_path) == [b"child"]


def test_a_dead_parent_is_adopted_while_its_child_lives(tmp_path: Path) -> None:
    parent = start("fork_and_die", tmp_path)
    child = int(parent.stdout.readline())
    parent.wait()
    assert drain(tmp_path) == [b"parent"]
    os.kill(child, signal.SIGKILL)
    parent.stdout.close()


def test_no_segment_goes_while_another_sink_is_owed_it(
    opened: Callable[..., Journal], tmp_path: Path, folder: Path
) -> None:
    first = opened()
    for name in (SINK, "ingest"):
        first.reader(name)
    for payload in numbered(0, 3000):
        first.append(payload.ljust(500))
    first.close()
    assert len(list(folder.glob("*.seg"))) > 1
    assert len(drain(tmp_path)) == 3000
    assert sum(map(len, adopt_and_read(folder, "ingest"))) == 3000


def test_segments_of_another_version_are_left_alone(tmp_path: Path, folder: Path) -> None:
    crashed(tmp_path, 3)
    for path in folder.glob("*.seg"):
        path.write_bytes(path.read_bytes().replace(b"ASOJRNL\x01", b"ASOJRNL\x02"))
    before = sorted(folder.iterdir())
    assert drain(tmp_path) == []
    assert sorted(folder.iterdir()) == before
