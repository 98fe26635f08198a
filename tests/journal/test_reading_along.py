"""What a living process journals is delivered by another one: once, whoever dies in between."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aso.journal import Journal, Watch, drops, survey
from tests.journal.processes import SINK, drain, killed, start


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Callable[..., Watch]]:
    """Watch the test's home; whatever is still watched is let go at the end."""
    made: list[Watch] = []

    def one(**bounds: float) -> Watch:
        made.append(Watch(tmp_path, **{"max_bytes": 1 << 30, "max_age_s": 3600, **bounds}))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for watch in made:
        watch.close()


def taken(watch: Watch, name: str = SINK) -> list[bytes]:
    """Look, and take all that is owed to a sink."""
    reader = watch.reader(name)
    watch.look()
    found = []
    while records := reader.read(500):
        found += [record.payload for record in records]
        reader.commit()
    return found


def numbered(first: int, end: int) -> list[bytes]:
    return [b"%08d" % number * 64 for number in range(first, end)]


def test_what_a_living_process_leaves_to_others_is_read_as_it_comes(
    journal: Journal, watching: Callable[..., Watch]
) -> None:
    journal.owe(SINK)
    watch = watching()
    reader = watch.reader(SINK)
    for payload in (b"a", b"b"):
        journal.append(payload)
        watch.look()
        assert [record.payload for record in reader.read(9)] == [payload]


def test_a_process_that_delivers_by_itself_is_left_alone(
    journal: Journal, watching: Callable[..., Watch]
) -> None:
    journal.reader(SINK)
    journal.append(b"mine")
    assert taken(watching()) == []


def test_of_two_who_read_along_one_gets_it(
    journal: Journal, watching: Callable[..., Watch]
) -> None:
    journal.owe(SINK)
    journal.append(b"a")
    first, second = watching(), watching()
    first.reader(SINK)
    first.look()
    assert (taken(second), taken(first)) == ([], [b"a"])


def test_what_is_owed_to_another_sink_is_not_touched(
    journal: Journal, watching: Callable[..., Watch]
) -> None:
    journal.owe(SINK)
    journal.append(b"a")
    assert taken(watching(), "another") == []
    assert taken(watching()) == [b"a"]


def test_each_sink_has_its_own_place(journal: Journal, watching: Callable[..., Watch]) -> None:
    journal.owe(SINK)
    journal.owe("ingest")
    journal.append(b"a")
    watch = watching()
    slow = watch.reader("ingest")
    assert taken(watch) == [b"a"]
    assert journal.owing() == 1
    slow.read(9)
    slow.commit()
    assert journal.owing() == 0


def test_the_process_deletes_what_another_has_delivered(
    journal: Journal, watching: Callable[..., Watch], folder: Path
) -> None:
    journal.owe(SINK)
    for payload in numbered(0, 3000):
        journal.append(payload)
    journal.maintain()
    assert (journal.state()["segments"] > 2, journal.owing()) == (True, 3000)
    assert taken(watching()) == numbered(0, 3000)
    journal.maintain()
    assert (journal.state()["segments"], journal.owing()) == (1, 0)


def test_a_process_that_ends_leaves_nothing_where_all_is_delivered(
    journal: Journal, watching: Callable[..., Watch], folder: Path
) -> None:
    journal.owe(SINK)
    journal.append(b"a")
    watch = watching()
    assert taken(watch) == [b"a"]
    journal.close()
    watch.look()
    assert (list(folder.iterdir()), watch.chains()) == ([], [])


def test_what_a_process_appends_to_its_end_is_read_after_it(
    journal: Journal, watching: Callable[..., Watch], folder: Path
) -> None:
    journal.owe(SINK)
    journal.append(b"a")
    watch = watching()
    assert taken(watch) == [b"a"]
    journal.append(b"b")
    journal.close()
    assert taken(watch) == [b"b"]
    watch.look()
    assert list(folder.iterdir()) == []


def test_nobody_adopts_what_another_has_in_hand(tmp_path: Path) -> None:
    writer = start("leave", tmp_path, "w")
    writer.stdout.readline()
    watch = Watch(tmp_path, max_bytes=1 << 30, max_age_s=3600)
    reader = watch.reader(SINK)
    watch.look()
    in_hand = [record.payload for record in reader.read(1)]
    writer.kill()
    writer.communicate()
    assert (len(in_hand), drain(tmp_path)) == (1, [])
    watch.close()
    assert drain(tmp_path)[0] == in_hand[0]  # not committed: owed again


def test_a_forked_child_leaves_its_own_to_others_too(
    journal: Journal, watching: Callable[..., Watch]
) -> None:
    journal.owe(SINK)
    journal.append(b"parent")
    if (child := os.fork()) == 0:
        journal.append(b"child")
        os._exit(0)
    os.waitpid(child, 0)
    assert sorted(taken(watching())) == [b"child", b"parent"]


def test_eight_threads_that_fill_segments_are_followed_without_loss(
    journal: Journal, watching: Callable[..., Watch]
) -> None:
    journal.owe(SINK)
    watch = watching()

    def write(name: int) -> None:
        for number in range(2_000):
            journal.append(b"%d-%05d-" % (name, number) * 50)

    writers = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in writers:
        thread.start()
    found = []
    while any(thread.is_alive() for thread in writers):
        found += taken(watch)
        journal.maintain()
    found += taken(watch)
    assert sorted(found) == [b"%d-%05d-" % (name, n) * 50 for name in range(8) for n in range(2000)]


def test_rounds_of_kill_9_of_writers_and_readers_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(5)
    for number in range(3):
        home = tmp_path / str(number)
        home.mkdir()
        reader = start("read_along", home, "r")
        found = killed(home, ["leave", "leave"], chance)
        reader.send_signal(signal.SIGKILL)
        reader.communicate()
        delivered = [
            line for path in home.glob("delivered-*") for line in path.read_bytes().split()
        ]
        left = [*found.left, *drain(home)]
        assert found.seen - {*delivered, *left} == set()
        # A batch that was delivered, and not noted when its reader was killed, comes once again.
        assert len({*delivered}) == len(delivered)
        assert len({*left}) == len(left)
        assert len({*delivered} & {*left}) <= 500


def test_over_the_bound_its_process_drops_the_oldest_and_counts_them(
    opened: Callable[..., Journal], watching: Callable[..., Watch]
) -> None:
    journal = opened(max_bytes=4 << 20)
    journal.owe(SINK)
    watch = watching()
    assert taken(watch) == []
    for payload in numbered(0, 20_000):
        journal.append(payload)
    journal.maintain()
    assert journal.dropped > 0
    assert taken(watch) == numbered(journal.dropped, 20_000)


def test_who_watches_keeps_the_bounds_for_the_dead_and_notes_what_went(
    tmp_path: Path, watching: Callable[..., Watch], folder: Path
) -> None:
    start("crash", tmp_path, "5").communicate()
    for path in folder.iterdir():
        os.utime(path, (time.time() - 60,) * 2)
    watch = watching(max_age_s=30)
    watch.look()
    watch.close()
    assert (watch.dropped, drain(tmp_path)) == (5, [])
    assert drops.noted(folder)[2:] == (5, 0, 0)


def test_the_survey_counts_what_a_living_process_leaves_to_others(
    journal: Journal, folder: Path, watching: Callable[..., Watch]
) -> None:
    journal.owe(SINK)
    journal.append(b"a")
    before = survey(folder)
    taken(watching())
    assert [before["left"], survey(folder)["left"]] == [{SINK: 1}, {SINK: 0}]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can be another user")
def test_what_is_another_users_is_said(
    journal: Journal, tmp_path: Path, watching: Callable[..., Watch]
) -> None:
    journal.owe(SINK)
    journal.append(b"a")
    watch = watching()
    os.seteuid(65534)
    found = taken(watch)
    os.seteuid(0)
    assert (found, watch.closed) == ([], {tmp_path / "journal"})
    assert taken(watch) == [b"a"]
    assert watch.closed == set()
