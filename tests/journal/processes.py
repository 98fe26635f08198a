"""Programs that tests start as processes of their own, and kill."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NamedTuple

import aso
from aso.facts import Origin
from aso.guard import Guard
from aso.journal import Journal, Record, Watch, adopt_and_read, folder_of, open_journal
from aso.shipper import Shipper

ORIGIN = Origin("test", "key", "0")
DESTINATION = "somewhere"
SINK = "ledger"
_ROOT = Path(aso.__file__).parents[1]


class Started(subprocess.Popen[bytes]):
    """A process whose output is a pipe."""

    stdout: IO[bytes]


def start(role: str, home: Path, *arguments: str) -> Started:
    """Start ``role`` (a function below) in a process of its own; its output is a pipe."""
    command = [sys.executable, "-m", "tests.journal.processes", role, str(home), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    return Started(command, stdout=subprocess.PIPE, env=environment, cwd=_ROOT)


def drain(home: Path) -> list[bytes]:
    """Return the payloads that dead processes owe to the sink, and take them."""
    batches = adopt_and_read(folder_of(home, DESTINATION), SINK)
    return [record.payload for batch in batches for record in batch]


class Killed(NamedTuple):
    """What writers said to be written, what they delivered, and what they left."""

    seen: set[bytes]
    delivered: list[bytes]
    left: list[bytes]


def kill_round(home: Path, writers: int, chance: random.Random) -> Killed:
    """Kill -9 several writers at random moments; every second one also delivers, to a file."""
    roles = ["deliver" if number % 2 else "write" for number in range(writers)]
    return killed(home, roles, chance)


def killed(home: Path, roles: Sequence[str], chance: random.Random) -> Killed:
    """Kill -9 a process of each role at a random moment."""
    running = [start(role, home, f"w{number}") for number, role in enumerate(roles)]
    for one in running:
        one.stdout.readline()  # its first record is written
    seen: list[bytes] = []
    readers = [threading.Thread(target=_read, args=(one, seen)) for one in running]
    for reader in readers:
        reader.start()
    for one in running:
        time.sleep(chance.uniform(0.0, 0.06))
        one.send_signal(signal.SIGKILL)
    for one, reader in zip(running, readers, strict=True):
        one.wait()
        reader.join()
        one.stdout.close()
    files = [path.read_bytes() for path in home.glob("delivered-*")]
    return Killed(
        {line for text in seen for line in _whole_lines(text)},
        [line for text in files for line in _whole_lines(text)],
        drain(home),
    )


def write(home: Path, name: str) -> None:
    """Append as fast as possible; say each id once it is written. Ids are padded records."""
    journal = open_journal(home, DESTINATION, ORIGIN)
    journal.reader(SINK)
    threading.Thread(target=_keep, args=(journal,), daemon=True).start()
    _append_for_ever(journal, name)


def leave(home: Path, name: str) -> None:
    """The same, and leave delivery to another process."""
    journal = open_journal(home, DESTINATION, ORIGIN)
    journal.owe(SINK)
    threading.Thread(target=_keep, args=(journal,), daemon=True).start()
    _append_for_ever(journal, name)


def read_along(home: Path, name: str) -> None:
    """Deliver what others journal to a file, each batch with one write, until killed."""
    watch = Watch(home, max_bytes=1 << 30, max_age_s=3600)
    sink = FileSink(home / f"delivered-{name}")
    Shipper(watch, [sink], as_event, guard=Guard("t"), interval_s=0.01)
    while True:
        watch.look()
        time.sleep(0.01)


def deliver(home: Path, name: str) -> None:
    """Append, and deliver to a file meanwhile, each batch with one write."""
    journal = open_journal(home, DESTINATION, ORIGIN)
    Shipper(
        journal, [FileSink(home / f"delivered-{name}")], as_event, guard=Guard("t"), interval_s=0.01
    )
    _append_for_ever(journal, name)


def crash(home: Path, count: str) -> None:
    """Append ``count`` records and die without any goodbye."""
    journal = open_journal(home, DESTINATION, ORIGIN)
    journal.reader(SINK)
    for number in range(int(count)):
        journal.append(b"record %d" % number)
    os.kill(os.getpid(), signal.SIGKILL)


def fork_and_die(home: Path) -> None:
    """Append, fork and die; the child says its id, its fork hooks having run, and lives on."""
    journal = open_journal(home, DESTINATION, ORIGIN)
    journal.reader(SINK)
    journal.append(b"parent")
    if os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
    os.write(1, b"%d\n" % os.getpid())
    time.sleep(60)


def adopt(home: Path, at: str) -> None:
    """Wait for the moment ``at``, then take everything that is owed, and print it."""
    time.sleep(max(0.0, float(at) - time.time()))
    for payload in drain(home):
        os.write(1, payload + b"\n")


class FileSink:
    """Writes what it gets to a file; the kernel keeps it when the process dies."""

    destination = SINK

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def send(self, events: Sequence[Any]) -> None:
        os.write(self._fd, b"".join(event.payload + b"\n" for event in events))

    def close(self) -> None:
        os.close(self._fd)


def as_event(record: Record) -> Any:
    """Return the least that the shipper takes for an event."""
    cost, usage = SimpleNamespace(status="priced"), SimpleNamespace(source="provider")
    return SimpleNamespace(kind="call", revision=0, cost=cost, usage=usage, payload=record.payload)


def _append_for_ever(journal: Journal, name: str) -> None:
    number = 0
    while True:
        payload = f"{name}-{os.getpid()}-{number}-".encode().ljust(300 + number % 400, b"x")
        journal.append(payload)
        os.write(1, payload + b"\n")
        number += 1


def _keep(journal: Journal) -> None:
    while True:
        journal.maintain()
        time.sleep(0.01)


def _read(process: Started, seen: list[bytes]) -> None:
    seen.append(process.stdout.read())


def _whole_lines(text: bytes) -> list[bytes]:
    return text[: text.rfind(b"\n") + 1].splitlines()


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
