"""The ledger's file: opened by the background thread and by the command line, several at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aso.ledger.rows import from_document, row_of
from aso.ledger.schema import CREATE, INSERT, VERSION
from aso.records import Event

_BUSY_MS = 10_000
_CACHE_KB = 4_096
_FETCHED = 1_000


class Ledger:
    """One SQLite file in WAL mode. A batch is one transaction; an event is there once.

    Args:
        path: the file; it and its folder are made, readable by their owner alone.

    Raises:
        sqlite3.Error, OSError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        import sqlite3  # not at import: programs that ship elsewhere never need it

        from pydantic_core import to_json

        self.path = path
        self._pid = os.getpid()
        self._encode = to_json
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        self._execute("PRAGMA journal_mode = WAL")
        self._execute("PRAGMA synchronous = NORMAL")
        self._execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        if self._execute("PRAGMA user_version").fetchone()[0] < VERSION:
            self._connection.executescript(CREATE)

    @property
    def is_foreign(self) -> bool:
        """Return True in a forked child: the connection is its parent's."""
        return self._pid != os.getpid()

    def add(self, events: Sequence[Event]) -> None:
        """Write events in one transaction; those that are there already stay as they are."""
        rows = [row_of(event, self._encode) for event in events]
        self._execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany(INSERT, rows)
            self._execute("COMMIT")
        except BaseException:
            self._execute("ROLLBACK")
            raise

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a SELECT over ``events`` or ``latest``."""
        cursor = self._connection.execute(sql, tuple(parameters))
        while found := cursor.fetchmany(_FETCHED):
            yield from found

    def documents(
        self, where: str = "1", parameters: Sequence[Any] = (), *, all_revisions: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Yield wire forms in the order of time; the highest revision of each, or all."""
        table = "events" if all_revisions else "latest"
        order = "ORDER BY ended_at_ms, event_id, revision"
        sql = f"SELECT document FROM {table} WHERE {where} {order}"  # noqa: S608 — our own text
        for (document,) in self.query(sql, parameters):
            yield from_document(document)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _execute(self, sql: str) -> Any:
        return self._connection.execute(sql)
