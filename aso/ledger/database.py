"""The ledger's SQLite file: one connection, its transactions, and what SQLite says when it cannot."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aso.ledger.errors import LedgerError
from aso.ledger.schema import CREATE, VERSION

if TYPE_CHECKING:
    from sqlite3 import Connection, Cursor

_BUSY_S = 10.0
_CACHE_KB = 4_096
_FETCHED = 1_000
# A forked child must not close its parent's connection (SQLite would tidy up the parent's files):
# what was inherited is kept, unused, until the child ends.
_INHERITED: list[Connection] = []
_MAKING = threading.Lock()


class Database:
    """One connection to a ledger's file, which is made where it is not there.

    Raises:
        LedgerError: it cannot be made or opened, or is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        import sqlite3  # not at import: programs that ship elsewhere never need it

        self.path = path
        self._sqlite_error = sqlite3.Error
        self._pid = os.getpid()
        with self.explained():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _MAKING:
                _make(path)
                self._file = _identity(path)
                self._connection = sqlite3.connect(
                    path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None
                )
            self._prepare()

    @property
    def is_stale(self) -> bool:
        """Return True where nothing may be written any more: after a fork, or the file is gone."""
        return self._pid != os.getpid() or self._file != _identity(self.path)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a SELECT.

        Raises:
            LedgerError: the file cannot be read.
        """
        with self.explained():
            cursor = self.run(sql, parameters)
            while found := cursor.fetchmany(_FETCHED):
                yield from found

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run one statement; what SQLite raises is as SQLite raises it."""
        return self._connection.execute(sql, tuple(parameters))

    @contextmanager
    def transaction(self, kind: str = "IMMEDIATE") -> Generator[Connection, None, None]:
        """Commit what is done inside, or nothing of it; ``DEFERRED`` to read of one moment.

        Raises:
            LedgerError: nothing was written.
        """
        with self.explained():
            self.run(f"BEGIN {kind}")
            try:
                yield self._connection
                self.run("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self.run("ROLLBACK")

    @contextmanager
    def explained(self) -> Generator[None, None, None]:
        """Turn what SQLite and the system say into a LedgerError."""
        try:
            yield
        except (self._sqlite_error, OSError) as error:
            raise LedgerError(
                f"ledger {self.path} cannot be used: {error}; it must be a file made by aso, in a "
                "folder that this user can write to, on a disk with room"
            ) from error

    def close(self) -> None:
        """Close the file; in a forked child, leave it to the parent."""
        if self._pid == os.getpid():
            self._connection.close()
        else:
            _INHERITED.append(self._connection)

    def _prepare(self) -> None:
        self._connection.create_function("dimension", 2, _dimension, deterministic=True)
        self.run(f"PRAGMA cache_size = -{_CACHE_KB}")
        self.run("PRAGMA synchronous = NORMAL")
        if self._version() < VERSION:
            self.run("PRAGMA journal_mode = WAL")
            with self.transaction():  # several processes may be first at once
                for statement in CREATE.split(";\n"):
                    self.run(statement)
        if (found := self._version()) > VERSION:
            self._connection.close()
            raise LedgerError(
                f"ledger {self.path} has version {found}, this aso knows {VERSION}: upgrade "
                "aispendops, or choose another file"
            )

    def _version(self) -> int:
        return int(self.run("PRAGMA user_version").fetchone()[0])


def _dimension(dims: str, name: str) -> str | None:
    """Return a dimension whose name no path of SQLite's JSON can quote."""
    found: str | None = json.loads(dims).get(name)
    return found


def _make(path: Path) -> None:
    """Make the file, its owner's alone; one that is there is not touched.

    Closing any descriptor of it would drop the locks of this process's connections, and another
    process would take away the log that they are using (sqlite.org, howtocorrupt.html section 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file stands at the path; None: no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
