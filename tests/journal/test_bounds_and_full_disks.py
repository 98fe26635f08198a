from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aso.journal import Journal, Watch, folder_of, open_journal
from aso.journal.bounds import Bounds
from tests.journal.processes import DESTINATION, ORIGIN, SINK, drain, start


@pytest.fixture
def full_files() -> Iterator[Callable[[int], None]]:
    """Let no file grow beyond a size, as a full disk would; Python ignores SIGXFSZ."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def mounted(where: Path, options: str) -> Iterator[None]:
    """Have a small file system there; skip the test where mounting is not allowed."""
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(where)]
    if os.name == "nt" or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make the folder, such that nobody can write there; root needs a file system for that."""
    folder.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        with mounted(folder, "ro,mode=700"):
            yield
    else:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)


def test_a_full_disk_at_the_start_means_memory(
    opened: Callable[..., Journal], full_files: Callable[[int], None]
) -> None:
    full_files(100_000)
    journal = opened()
    reader = journal.reader(SINK)
    journal.append(b"a")
    state = journal.state()
    full_files(resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    assert [record.payload for record in reader.read(9)] == [b"a"]
    assert state["fallback"] == "OSError: File too large"


def test_a_disk_that_fills_up_later_costs_no_record_and_no_signal(
    journal: Journal, full_files: Callable[[int], None]
) -> None:
    reader = journal.reader(SINK)
    journal.append(b"%08d" % 0 * 64)
    full_files(100_000)
    for number in range(1, 3000):
        journal.append(b"%08d" % number * 64)
        if number % 100 == 0:
            journal.maintain()
    full_files(resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    found = [record.payload for record in reader.read(9999)]
    assert found == [b"%08d" % number * 64 for number in range(3000)]
    assert journal.dropped == 0


def test_what_only_memory_took_is_dropped_where_another_process_delivers(
    journal: Journal,
    tmp_path: Path,
    full_files: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aso.journal.live._RETRY_S", 0.0)
    journal.owe(SINK)
    watch = Watch(tmp_path, max_bytes=1 << 30, max_age_s=3600)
    reader = watch.reader(SINK)
    for number in range(4000):
        if number in {500, 2500}:
            full_files(100_000 if number == 500 else resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        journal.append(b"%08d" % number * 64)
    watch.look()
    found = [record.payload for record in reader.read(9999)]
    reader.commit()
    journal.maintain()
    watch.close()
    assert (found[0], found[-1]) == (b"%08d" % 0 * 64, b"%08d" % 3999 * 64)
    assert (len(found) + journal.dropped, journal.owing()) == (4000, 0)
    assert journal.dropped > 0


def test_a_really_full_file_system_costs_no_record(tmp_path: Path) -> None:
    with mounted(tmp_path, "size=700k"):
        journal = open_journal(tmp_path, DESTINATION, ORIGIN)
        reader = journal.reader(SINK)
        for number in range(4000):
            journal.append(b"%08d" % number * 64)
        assert "No space left" in str(journal.state()["fallback"])
        assert len(reader.read(9999)) == 4000
        reader.commit()
        journal.close()


def test_a_home_that_cannot_be_made_means_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    journal = open_journal(tmp_path / "file", DESTINATION, ORIGIN)
    reader = journal.reader(SINK)
    journal.append(b"a")
    assert "Not a directory" in journal.state()["fallback"]
    assert [record.payload for record in reader.read(9)] == [b"a"]


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_a_read_only_home_means_memory(tmp_path: Path, folder: Path) -> None:
    with read_only(folder):
        journal = open_journal(tmp_path, DESTINATION, ORIGIN)
        reader = journal.reader(SINK)
        journal.append(b"a")
        assert journal.state()["fallback"] in {
            "PermissionError: Permission denied",
            "OSError: Read-only file system",
        }
        assert [record.payload for record in reader.read(9)] == [b"a"]


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_nobody_else_may_look(journal: Journal, folder: Path) -> None:
    journal.append(b"a")
    modes = {path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert (folder.stat().st_mode & 0o777, modes) == (0o700, {0o600})


def test_over_the_bound_the_oldest_go_and_are_counted(opened: Callable[..., Journal]) -> None:
    journal = opened(max_bytes=4 << 20)
    reader = journal.reader(SINK)
    for number in range(20_000):
        journal.append(b"%08d" % number * 64)
    journal.maintain()
    found = [record.payload for record in reader.read(99_999)]
    assert 0 < journal.dropped < 20_000
    assert found == [b"%08d" % number * 64 for number in range(journal.dropped, 20_000)]


def test_what_had_to_go_is_not_pending_but_what_is_in_hand_is(
    opened: Callable[..., Journal],
) -> None:
    journal = opened(max_bytes=4 << 20)
    reader = journal.reader(SINK)
    journal.append(b"%08d" % 0 * 64)
    in_hand = reader.read(1)
    for number in range(1, 20_000):
        journal.append(b"%08d" % number * 64)
    journal.maintain()
    assert reader.pending() + journal.dropped == 20_000
    left = reader.read(99_999)
    assert len(in_hand) + len(left) == reader.pending()
    reader.commit()
    assert reader.pending() == 0


def test_what_is_in_hand_is_not_dropped_because_it_was_not_counted_yet(
    opened: Callable[..., Journal],
) -> None:
    journal = opened(max_bytes=4 << 20)
    journal.reader("counts", durable=False)  # behind the sink, as the shipper's may be
    reader = journal.reader(SINK)
    for number in range(20_000):
        journal.append(b"%08d" % number * 64)
    reader.read(500)
    journal.maintain()
    assert reader.pending() + journal.dropped == 20_000


def test_what_was_in_hand_at_the_end_and_had_to_go_is_dropped(
    opened: Callable[..., Journal], tmp_path: Path
) -> None:
    journal = opened(max_bytes=4 << 20)
    reader = journal.reader(SINK)
    journal.append(b"in hand")
    reader.read(1)
    for number in range(20_000):
        journal.append(b"%08d" % number * 64)
    journal.maintain()
    journal.close()
    assert len(drain(tmp_path)) + journal.dropped == 20_001


def test_the_dead_are_let_go_before_the_living(
    tmp_path: Path, opened: Callable[..., Journal]
) -> None:
    start("crash", tmp_path, "5").communicate()
    journal = opened(max_bytes=300 << 10)
    reader = journal.reader("another sink")
    journal.append(b"mine")
    journal.maintain()
    assert (journal.dropped, [record.payload for record in reader.read(9)]) == (5, [b"mine"])
    assert drain(tmp_path) == []


def test_after_a_week_the_dead_are_let_go(tmp_path: Path, opened: Callable[..., Journal]) -> None:
    start("crash", tmp_path, "5").communicate()
    for path in folder_of(tmp_path, DESTINATION).iterdir():
        os.utime(path, (time.time() - 8 * 86400,) * 2)
    journal = opened()
    reader = journal.reader(SINK)
    journal.append(b"mine")
    journal.maintain()
    assert (journal.dropped, [record.payload for record in reader.read(9)]) == (5, [b"mine"])


def test_what_is_in_hand_of_the_dead_is_let_go_after_its_time_as_well(
    tmp_path: Path, folder: Path
) -> None:
    start("crash", tmp_path, "5").communicate()
    watch = Watch(tmp_path, max_bytes=1 << 30, max_age_s=3600)
    reader = watch.reader(SINK)
    watch.look()
    (chain,) = watch.chains()
    for path in folder.iterdir():
        os.utime(path, (time.time() - 8 * 86400,) * 2)
    Bounds(folder, 1 << 30, 7 * 86400).keep_age([chain])
    assert (chain.lost, reader.read(9), chain.evict()) == (5, [], 0)
    watch.close()
    assert (watch.dropped, list(folder.glob("*.seg"))) == (5, [])
