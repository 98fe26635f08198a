"""The process at the other end of the soak: started, killed (-9), started again on its port."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

import aso
from aso.ledger import Ledger
from aso.ledger.schema import dimension_sql

ROOT = Path(aso.__file__).parents[1]
_TENANT = "soak"
_DOWN_S, _UP_S = 0.1, 1.0  # how long a dead endpoint stays dead, and a living one alive, at least


class Found(NamedTuple):
    """One row of the endpoint's store."""

    event_id: str
    revision: int
    program: str
    number: int


class Endpoint:
    """The scripted server with a store in ``folder``."""

    key = "aso_k_abc.s3cret"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.kills = 0
        self._process: subprocess.Popen[str] | None = None
        self._began_at = self._died_at = 0.0
        self._lock = threading.Lock()

    def command(self) -> Sequence[str]:
        """Return what serves; it prints its port once it listens."""
        store = str(self.folder / "store.db")
        return [sys.executable, "-m", "tests.sinks.soak_server", store, str(self.port)]

    def found(self) -> Iterator[Found]:
        """Return what it has, of all revisions."""
        with closing(sqlite3.connect(self.folder / "store.db")) as store:
            rows = store.execute("SELECT event_id, revision, program, number FROM events")
            yield from (Found(*row) for row in rows)

    def calls(self) -> int:
        """Return how many calls it counts."""
        return sum(1 for _ in self.found())

    def start(self) -> None:
        """Have it run, if it can: on a full disk it may not."""
        with self._lock:
            if self._process is None:
                self._launched()

    def kill(self) -> None:
        """End it at once, whatever it is at; not while it starts, nor soon after."""
        if self._lock.acquire(blocking=False):
            if self._process is not None and time.monotonic() - self._began_at > _UP_S:
                self._killed()
                self.kills += 1
            self._lock.release()

    def revive(self) -> None:
        """Have it run again, some time after it was killed; waits for nothing."""
        is_time = time.monotonic() - self._died_at > _DOWN_S
        if is_time and self._process is None and not self._lock.locked():
            threading.Thread(target=self.start).start()

    def __enter__(self) -> Endpoint:
        self.folder.mkdir(exist_ok=True)
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        with self._lock:  # it may be starting
            if self._process is not None:
                self._ended(self._process)

    def _launched(self) -> None:
        process = subprocess.Popen(
            self.command(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        if (port := _port_of(process)) is None:
            self._ended(process)
        else:
            self._process, self.port = process, port
            self._began_at = time.monotonic()

    def _killed(self) -> None:
        if self._process is not None:
            self._ended(self._process)

    def _ended(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.communicate()
        self._process = None
        self._died_at = time.monotonic()


class Served(Endpoint):
    """``aso serve`` on its embedded store."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._store = folder / "store"

    def command(self) -> Sequence[str]:
        """Return what serves."""
        return self._aso(f"--port={self.port}")

    def found(self) -> Iterator[Found]:
        """Return what the tenant's ledger has."""
        columns = f"event_id, revision, {dimension_sql('program')}, prompt_tokens"
        with closing(Ledger(self._store / "tenants" / _TENANT / "ledger.db")) as ledger:
            with ledger.sources() as sources:
                for source in sources:
                    rows = source.query(f"SELECT {columns} FROM present", [])
                    yield from (Found(*row) for row in rows)

    def calls(self) -> int:
        """Return what its report says."""
        headers = {"X-ASO-API-Key": self.key}
        request = Request(f"http://127.0.0.1:{self.port}/v1/report", headers=headers)
        with urlopen(request, timeout=60) as answer:
            return int(json.load(answer)["total"]["calls"])

    def __enter__(self) -> Endpoint:
        self.folder.mkdir(exist_ok=True)
        command = self._aso("keys", "create", "--tenant", _TENANT)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        self.key = done.stdout.strip()
        self.start()
        return self

    def _aso(self, *arguments: str) -> Sequence[str]:
        return [sys.executable, "-m", "aso", "serve", f"--store={self._store}", *arguments]


def _port_of(process: subprocess.Popen[str]) -> int | None:
    """Return the port that it says; None: it ended instead."""
    assert process.stdout is not None
    port = process.stdout.readline().strip().rpartition(":")[2]
    return int(port) if port else None


NAMES = ("scripted", "served", "postgres")


def endpoint_named(name: str) -> type[Endpoint]:
    """Return the kind of endpoint."""
    if name == "postgres":
        from tests.sinks.soak_postgres import ServedOnPostgres  # and psycopg

        return ServedOnPostgres
    return Served if name == "served" else Endpoint
