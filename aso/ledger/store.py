"""The ledger's file: written by background threads, read by the command line, many at once."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aso.errors import AsoError
from aso.ledger.rows import document_of, event_of, row_of
from aso.ledger.schema import CREATE, INSERT_DOCUMENT, INSERT_EVENT, STORED, VERSION
from aso.records import Event

if TYPE_CHECKING:
    from sqlite3 import Connection, Cursor

_BUSY_S = 10.0
_CACHE_KB = 4_096
_FETCHED = 1_000
# A forked child must not close its parent's connection (SQLite would tidy up the parent's files):
# what was inherited is kept, unused, until the child ends.
_INHERITED: list[Connection] = []


class LedgerError(AsoError):
    """The ledger's file cannot be opened, read or written; nothing was changed."""


class Ledger:
    """One SQLite file in WAL mode. A batch is one transaction; an event is there once.

    Args:
        path: the file; it and its folder are made, readable by their owner alone.

    Raises:
        LedgerError: it cannot be made or opened, or is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        import sqlite3  # not at import: programs that ship elsewhere never need it

        from pydantic_core import to_json

        self.path = path
        self._sqlite_error = sqlite3.Error
        self._encode = to_json
        self._pid = os.getpid()
        with self._explained():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._file = _identity(path)
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None
            )
            self._prepare()

    @property
    def is_stale(self) -> bool:
        """Return True where nothing may be written any more: after a fork, or the file is gone."""
        return self._pid != os.getpid() or self._file != _identity(self.path)

    def add(self, events: Sequence[Event]) -> None:
        """Write events in one transaction; those that are there already stay as they are.

        Raises:
            LedgerError: none was written.
        """
        rows = [row_of(event, self._encode) for event in events]
        documents = [
            (document_of(event, self._encode), event.event_id, event.revision) for event in events
        ]
        with self._explained(), self._transaction() as connection:
            connection.executemany(INSERT_EVENT, rows)
            connection.executemany(INSERT_DOCUMENT, documents)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a SELECT over ``events`` or ``latest``.

        Raises:
            LedgerError: the file cannot be read.
        """
        with self._explained():
            cursor = self._connection.execute(sql, tuple(parameters))
            while found := cursor.fetchmany(_FETCHED):
                yield from found

    def events(
        self,
        where: str = "1",
        parameters: Sequence[Any] = (),
        *,
        all_revisions: bool = False,
        order: str = "ended_at_ms, event_id, revision",
    ) -> Iterator[Event]:
        """Yield events: the highest revision of each, or all.

        Raises:
            LedgerError: the file cannot be read.
        """
        sql = (
            f"SELECT {', '.join(STORED)} FROM {'events' if all_revisions else 'latest'} "  # noqa: S608 — our own text
            f"JOIN documents USING (id) WHERE {where} ORDER BY {order}"
        )
        for row in self.query(sql, parameters):
            yield event_of(row)

    def documents(
        self, where: str = "1", parameters: Sequence[Any] = (), *, all_revisions: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield the wire forms of ``events``, every field in its order.

        Raises:
            LedgerError: the file cannot be read.
        """
        for event in self.events(where, parameters, all_revisions=all_revisions):
            yield event.to_dict()

    def close(self) -> None:
        """Close the file; in a forked child, leave it to the parent."""
        if self._pid == os.getpid():
            self._connection.close()
        else:
            _INHERITED.append(self._connection)

    def _prepare(self) -> None:
        self._execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._execute("PRAGMA synchronous = NORMAL")
        if self._version() < VERSION:
            self._execute("PRAGMA journal_mode = WAL")
            with self._transaction():  # several processes may be first at once
                for statement in CREATE.split(";\n"):
                    self._execute(statement)
        if (found := self._version()) > VERSION:
            self._connection.close()
            raise LedgerError(
                f"ledger {self.path} has version {found}, this aso knows {VERSION}: upgrade "
                "aispendops, or choose another file"
            )

    def _version(self) -> int:
        return int(self._execute("PRAGMA user_version").fetchone()[0])

    def _execute(self, sql: str) -> Cursor:
        return self._connection.execute(sql)

    @contextmanager
    def _transaction(self) -> Generator[Connection, None, None]:
        self._execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")

    @contextmanager
    def _explained(self) -> Generator[None, None, None]:
        """Turn what SQLite and the system say into a LedgerError."""
        try:
            yield
        except (self._sqlite_error, OSError) as error:
            raise LedgerError(
                f"ledger {self.path} cannot be used: {error}; it must be a file made by aso, in a "
                "folder that this user can write to, on a disk with room"
            ) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file stands at the path; None: no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
