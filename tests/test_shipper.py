from __future__ import annotations

import _thread
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import aso
from aso.guard import Guard
from aso.journal import Journal, Record, folder_of, open_journal
from aso.shipper import Shipper, Tally
from tests.journal.processes import DESTINATION, ORIGIN, SINK, as_event, drain


class Sink:
    """Takes what it gets, unless it is told to fail or to wait."""

    destination: str | None = SINK

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.errors: list[Exception] = []
        self.tried: list[float] = []
        self.gate = threading.Event()
        self.gate.set()
        self.closed = 0

    @property
    def got(self) -> list[bytes]:
        return [payload for batch in self.batches for payload in batch]

    def send(self, events: Sequence[Any]) -> None:
        self.tried.append(time.monotonic())
        self.gate.wait(10)
        if self.errors:
            raise self.errors.pop(0)
        self.batches.append([event.payload for event in events])

    def close(self) -> None:
        self.closed += 1


class OtherSink(Sink):
    destination = "other"


class VolatileSink(Sink):
    destination = None


class GatheringSink(Sink):
    max_batch_events = 3
    max_batch_age_s = 60.0


class KeepingSink(Sink):
    set_aside = dropped = 0

    def send(self, events: Sequence[Any]) -> None:
        self.set_aside += 1
        self.dropped += 1
        super().send(events[1:])


class BusyError(Exception):
    retry_after_s = 0.6


class ClosedError(Exception):
    retry_after_s = 60


class Delivery:
    """A journal, its shipper and what they need."""

    def __init__(self, home: Path, sinks: Sequence[Sink], **options: Any) -> None:
        self.journal: Journal = open_journal(home, DESTINATION, ORIGIN)
        self.guard = Guard("test")
        build = options.pop("build", as_event)
        options = {"interval_s": 0.01, **options}
        self.shipper = Shipper(self.journal, sinks, build, guard=self.guard, **options)

    def append(self, *payloads: bytes) -> None:
        for payload in payloads:
            self.journal.append(payload)


@pytest.fixture
def deliver(tmp_path: Path) -> Iterator[Callable[..., Delivery]]:
    """Deliver from one journal to sinks; all is closed at the end."""
    made: list[Delivery] = []

    def start(*sinks: Sink, **options: Any) -> Delivery:
        made.append(Delivery(tmp_path, sinks, **options))
        return made[-1]

    yield start
    for delivery in made:
        delivery.shipper.close(0.5)
        delivery.journal.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_records_arrive_without_being_asked_for(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    deliver(sink).append(b"a", b"b")
    until(lambda: sink.got == [b"a", b"b"])


def test_no_thread_runs_before_the_first_record(deliver: Callable[..., Delivery]) -> None:
    before = _thread._count()
    deliver(Sink()).shipper.catch_up()
    assert _thread._count() <= before  # those of earlier tests may be ending


def test_flush_is_true_once_every_sink_has_everything(deliver: Callable[..., Delivery]) -> None:
    sinks = [Sink(), OtherSink(), VolatileSink()]
    delivery = deliver(*sinks, batch=100)
    payloads = [b"%d" % number for number in range(1050)]
    delivery.append(*payloads)
    assert delivery.shipper.flush(5)
    assert [sink.got for sink in sinks] == [payloads] * 3
    assert max(len(batch) for batch in sinks[0].batches) == 100


def test_flush_of_nothing_is_true_at_once(deliver: Callable[..., Delivery]) -> None:
    assert deliver(Sink()).shipper.flush(0)


def test_flush_is_false_while_a_sink_has_not_got_all(deliver: Callable[..., Delivery]) -> None:
    slow = Sink()
    slow.gate.clear()
    delivery = deliver(slow)
    delivery.append(b"a")
    assert not delivery.shipper.flush(0.1)
    slow.gate.set()
    assert delivery.shipper.flush(5)
    assert slow.got == [b"a"]


def test_flush_is_false_when_records_had_to_go(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.gate.clear()
    delivery = deliver(sink)
    delivery.append(b"a")

    def later() -> None:
        delivery.append(bytes(9 << 20))  # nothing is that large
        sink.gate.set()

    threading.Timer(0.05, later).start()
    assert not delivery.shipper.flush(5)


def test_a_blocked_sink_does_not_hold_up_another(deliver: Callable[..., Delivery]) -> None:
    blocked, good = Sink(), OtherSink()
    blocked.gate.clear()
    delivery = deliver(blocked, good)
    delivery.append(b"a", b"b")
    until(lambda: good.got == [b"a", b"b"])
    assert (blocked.got, delivery.shipper.pending()) == ([], 2)
    blocked.gate.set()
    until(lambda: blocked.got == [b"a", b"b"])


def test_a_failed_batch_is_tried_again_first_and_whole(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.errors = [OSError(), OSError()]
    delivery = deliver(sink)
    delivery.append(b"a", b"b")
    until(lambda: sink.tried)
    delivery.append(b"c")
    until(lambda: sink.got == [b"a", b"b", b"c"])
    first, second = (
        later - earlier for earlier, later in zip(sink.tried[:2], sink.tried[1:3], strict=True)
    )
    assert first > 0.12, "not at once"
    assert second > 0.25, "and later each time"


def test_a_sink_says_when_to_try_again(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.errors = [BusyError()]
    delivery = deliver(sink)
    delivery.append(b"a")
    until(lambda: sink.tried)
    assert not delivery.shipper.flush(0.1)  # which does not hurry what the sink ordered
    assert delivery.shipper.flush(5)
    assert sink.tried[1] - sink.tried[0] >= 0.6


def test_flush_does_not_wait_for_a_pause_that_ends_after_it(
    deliver: Callable[..., Delivery],
) -> None:
    sink = Sink()
    sink.errors = [ClosedError()]
    delivery = deliver(sink)
    delivery.append(b"a")
    until(lambda: sink.tried)
    started = time.monotonic()
    assert not delivery.shipper.flush(5)
    assert time.monotonic() - started < 1


def test_a_sink_that_wants_full_batches_gets_them_and_the_rest_when_flushed(
    deliver: Callable[..., Delivery],
) -> None:
    sink = GatheringSink()
    delivery = deliver(sink)
    delivery.append(b"a", b"b", b"c", b"d")
    until(lambda: sink.batches == [[b"a", b"b", b"c"]])
    delivery.append(b"e")
    assert delivery.shipper.flush(5)
    assert sink.batches == [[b"a", b"b", b"c"], [b"d", b"e"]]


def test_what_a_sink_keeps_or_gives_up_is_not_delivered(deliver: Callable[..., Delivery]) -> None:
    delivery = deliver(KeepingSink())
    delivery.append(b"a")
    assert delivery.shipper.flush(5)
    assert delivery.shipper.tally == Tally(calls=1, events=1, delivered=0, dropped=1)


def test_flush_does_not_wait_for_our_own_backoff(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.errors = [OSError() for _ in range(5)]
    delivery = deliver(sink)
    delivery.append(b"a")
    until(lambda: len(sink.tried) == 4)
    sink.errors.clear()
    assert delivery.shipper.flush(1.5), "the next try of our own would be 4 s away"


def test_a_record_that_cannot_be_read_holds_up_nothing(deliver: Callable[..., Delivery]) -> None:
    def build(record: Record) -> Any:
        return as_event(record) if record.payload != b"bad" else 1 / 0

    sink = Sink()
    delivery = deliver(sink, build=build)
    delivery.append(b"a", b"bad", b"b")
    assert delivery.shipper.flush(5)
    assert (sink.got, delivery.guard.errors) == ([b"a", b"b"], 1)
    assert delivery.shipper.tally == Tally(calls=2, events=2, delivered=2, dropped=1)


def test_an_event_is_built_once_for_several_sinks(deliver: Callable[..., Delivery]) -> None:
    built: list[bytes] = []

    def build(record: Record) -> Any:
        built.append(record.payload)
        return as_event(record)

    delivery = deliver(Sink(), OtherSink(), build=build)
    payloads = [b"%d" % number for number in range(300)]
    delivery.append(*payloads)
    assert delivery.shipper.flush(5)
    assert built == payloads


def test_everything_is_counted_by_what_it_is(deliver: Callable[..., Delivery]) -> None:
    kinds = {
        b"plain": ("call", "priced", "provider"),
        b"refused": ("refused", "priced", "none"),
        b"unmetered": ("unmetered", "unpriced", "none"),
        b"unpriced": ("call", "unpriced", "provider"),
        b"partial": ("call", "partial", "estimate"),
    }

    def build(record: Record) -> Any:
        kind, status, source = kinds[record.payload]
        cost, usage = SimpleNamespace(status=status), SimpleNamespace(source=source)
        return SimpleNamespace(kind=kind, revision=0, cost=cost, usage=usage, payload=b"")

    delivery = deliver(build=build)
    delivery.append(*kinds)
    delivery.shipper.catch_up()
    delivery.shipper.catch_up()
    assert delivery.shipper.tally == Tally(
        calls=3, events=5, refused=1, unpriced=1, partial=1, estimated=1, unmetered=1
    )


def test_catching_up_delivers_nothing_and_counts_once(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.gate.clear()
    delivery = deliver(sink)
    delivery.append(b"a", b"b")
    delivery.shipper.catch_up()
    assert delivery.shipper.tally == Tally(calls=2, events=2)
    sink.gate.set()
    assert delivery.shipper.flush(5)
    assert delivery.shipper.tally == Tally(calls=2, events=2, delivered=2)


def test_adopted_records_are_delivered_and_not_counted(
    tmp_path: Path, deliver: Callable[..., Delivery]
) -> None:
    earlier = open_journal(tmp_path, DESTINATION, ORIGIN)
    earlier.reader(SINK)
    earlier.append(b"left over")
    earlier.close()
    sink = Sink()
    delivery = deliver(sink)
    delivery.append(b"mine")
    until(lambda: sorted(sink.got) == [b"left over", b"mine"])
    until(lambda: delivery.shipper.tally == Tally(calls=1, events=1, delivered=1))


def test_close_delivers_closes_the_sinks_once_and_leaves_no_file(
    tmp_path: Path, deliver: Callable[..., Delivery]
) -> None:
    used, unused = Sink(), OtherSink()
    delivery = deliver(used, unused)
    delivery.append(b"a")
    assert delivery.shipper.close(5)
    assert delivery.shipper.close(5)
    delivery.journal.close()
    assert (used.got, used.closed, unused.closed) == ([b"a"], 1, 1)
    assert list(folder_of(tmp_path, DESTINATION).iterdir()) == []


def test_close_of_a_blocked_sink_ends_in_time_and_loses_nothing(
    tmp_path: Path, deliver: Callable[..., Delivery]
) -> None:
    sink = Sink()
    sink.gate.clear()
    delivery = deliver(sink)
    delivery.append(b"a")
    started = time.monotonic()
    assert not delivery.shipper.close(0.2)
    assert time.monotonic() - started < 1
    delivery.journal.close()
    assert drain(tmp_path) == [b"a"]
    sink.gate.set()


def test_without_threads_flush_delivers_by_itself(
    deliver: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("_thread.start_new_thread", refuse)  # as at the interpreter's end
    sink = Sink()
    delivery = deliver(sink)
    delivery.append(b"a")
    assert delivery.shipper.close(5)
    assert (sink.got, sink.closed) == ([b"a"], 1)


def test_what_is_swept_up_is_delivered_without_being_asked_for(
    deliver: Callable[..., Delivery],
) -> None:
    handed_over, made = [b"b", b"a"], list[Delivery]()

    def sweep() -> None:
        while handed_over:
            made[0].append(handed_over.pop())

    sink = Sink()
    delivery = deliver(sink, sweep=sweep)
    made.append(delivery)
    delivery.append(b"first")
    until(lambda: sink.got == [b"first", b"a", b"b"])


def test_two_sinks_of_one_destination_have_a_place_each(deliver: Callable[..., Delivery]) -> None:
    first, second = Sink(), Sink()
    delivery = deliver(first, second)
    delivery.append(b"a")
    assert delivery.shipper.flush(5)
    assert (first.got, second.got) == ([b"a"], [b"a"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_delivers_its_own_and_only_its_own(
    deliver: Callable[..., Delivery],
) -> None:
    sink = Sink()
    delivery = deliver(sink)
    delivery.append(b"parent")
    until(lambda: sink.got == [b"parent"])
    if (child := os.fork()) == 0:
        delivery.append(b"child")
        done = delivery.shipper.flush(5)
        counted = delivery.shipper.tally == Tally(calls=1, events=1, delivered=1)
        os._exit(0 if done and counted and sink.got == [b"parent", b"child"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    delivery.append(b"parent again")
    assert delivery.shipper.flush(5)
    assert sink.got == [b"parent", b"parent again"]


PROGRAM = """
import atexit, os, sys, threading, time
from pathlib import Path
from aso.guard import Guard
from aso.journal import open_journal
from aso.shipper import Shipper
from tests.journal.processes import DESTINATION, ORIGIN, FileSink, as_event

home = Path(sys.argv[1])
journal = open_journal(home, DESTINATION, ORIGIN)
shipper = Shipper(journal, [FileSink(home / "delivered")], as_event, guard=Guard("test"))

@atexit.register
def close():
    print(shipper.close(2.0))
    journal.close()

def work(name):
    journal.append(str(name).encode())
"""


def run(home: Path, body: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(aso.__file__).parents[1])}
    path = home / "program.py"
    path.write_text(options.pop("before", "") + PROGRAM + body)
    command = [sys.executable, str(path), str(home)]
    return subprocess.run(command, env=environment, capture_output=True, check=False, **options)


def delivered(home: Path) -> list[bytes]:
    path = home / "delivered"
    return sorted(path.read_bytes().split()) if path.exists() else []


def test_a_program_that_just_ends_delivers_at_exit(tmp_path: Path) -> None:
    ended = run(tmp_path, "work(1); work(2)\n")
    assert (ended.stdout, ended.stderr) == (b"True\n", b"")
    assert delivered(tmp_path) == [b"1", b"2"]


def test_a_first_record_during_exit_is_delivered_too(tmp_path: Path) -> None:
    ended = run(tmp_path, "atexit.register(work, 1)\n")
    assert (ended.stdout, ended.stderr) == (b"True\n", b"")
    assert delivered(tmp_path) == [b"1"]


def test_a_record_after_everything_is_kept_for_the_next_process(tmp_path: Path) -> None:
    before = "import atexit\natexit.register(lambda: work('late'))\n"
    ended = run(tmp_path, "work(1)\n", before=before)
    assert (ended.stdout, ended.stderr) == (b"True\n", b"")
    assert (delivered(tmp_path), drain(tmp_path)) == ([b"1"], [b"late"])


def test_sigterm_leaves_everything_to_the_next_process(tmp_path: Path) -> None:
    ended = run(tmp_path, "work(1); os.kill(os.getpid(), 15); time.sleep(5)\n")
    assert ended.returncode == -signal.SIGTERM
    assert sorted([*delivered(tmp_path), *drain(tmp_path)]) == [b"1"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools_of_processes_deliver_or_leave_everything(tmp_path: Path, method: str) -> None:
    body = f"""
if __name__ == "__main__":
    import multiprocessing
    work("parent")
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        pool.map(work, range(20), chunksize=1)
        pool.close(); pool.join()
"""
    # A spawned child imports this file anew; only the main process has the argument.
    ended = run(tmp_path, body, before="import warnings; warnings.simplefilter('ignore')\n")
    found = sorted([*delivered(tmp_path), *drain(tmp_path)])
    assert found == sorted([b"parent", *(b"%d" % number for number in range(20))])
    assert ended.stderr == b""


def test_a_server_that_forks_after_instrumenting_delivers_from_its_workers(
    tmp_path: Path,
) -> None:
    body = """
children = []
for name in range(3):
    child = os.fork()
    if child == 0:
        work(name)
        deadline = time.monotonic() + 5
        while shipper.pending() and time.monotonic() < deadline: time.sleep(0.01)
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
"""
    assert run(tmp_path, body).stderr == b""
    assert delivered(tmp_path) == [b"0", b"1", b"2"]


def test_under_gevent_everything_is_delivered(tmp_path: Path) -> None:
    pytest.importorskip("gevent")
    body = """
import gevent
gevent.joinall([gevent.spawn(work, name) for name in range(50)])
gevent.sleep(0.6)
print(len((home / "delivered").read_bytes().split()))
"""
    ended = run(tmp_path, body, before="from gevent import monkey; monkey.patch_all()\n")
    assert (ended.stdout, ended.stderr) == (b"50\nTrue\n", b"")


def test_gunicorn_with_preload_delivers_from_its_workers(tmp_path: Path) -> None:
    pytest.importorskip("gunicorn")
    body = """
def app(environ, start_response):
    work(f"{environ['PATH_INFO'][1:]}-{os.getpid()}")
    start_response("200 OK", [])
    return [b"done"]
"""
    (tmp_path / "program.py").write_text(PROGRAM.replace("sys.argv[1]", repr(str(tmp_path))) + body)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{Path(aso.__file__).parents[1]}{os.pathsep}{tmp_path}",
        }
        bind = f"fd://{listener.fileno()}"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--preload",
            "-w",
            "2",
            "-b",
            bind,
            "program:app",
        ]
        server = subprocess.Popen(
            command, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL
        )
        port = listener.getsockname()[1]
        for number in range(20):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{number}", timeout=10) as answer:
                assert answer.read() == b"done"
        until(lambda: len(delivered(tmp_path)) == 20)
        server.terminate()
        server.wait(10)
    assert sorted(int(name.split(b"-")[0]) for name in delivered(tmp_path)) == list(range(20))
    assert f"-{server.pid}".encode() not in b" ".join(delivered(tmp_path))
