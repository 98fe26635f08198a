"""What an endpoint will not take, kept with its reason: one small SQLite file beside the journal.

Opened for each operation and closed again: that is rare, and no file is open across a fork.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from aso.errors import AsoError
from aso.journal.files import make_private
from aso.sinks.ingest_answers import Refused
from aso.sinks.ingest_batch import Key, key_of

_VERSION = 1
_WAIT_S = 10.0
_TABLE = """
CREATE TABLE IF NOT EXISTS set_aside (
  destination TEXT NOT NULL, event_id TEXT NOT NULL, revision INTEGER NOT NULL,
  at_ms INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (destination, event_id, revision)
)
"""


class SpoolError(AsoError):
    """The file of what was set aside cannot be read or written."""


class Kept(NamedTuple):
    """One event that was set aside: for where, when (milliseconds since the epoch), and why."""

    destination: str
    at_ms: int
    refused: Refused


class Spool:
    """What was set aside of all destinations.

    Args:
        path: the file; made, with mode 0600, when something is set aside.
        max_bytes: what the file's used pages may take; beyond it the oldest go.
    """

    def __init__(self, path: Path, *, max_bytes: int = 64 << 20) -> None:
        self.path = path
        self._max_bytes = max_bytes

    @classmethod
    def of(cls, home: Path, *, max_bytes: int = 64 << 20) -> Spool:
        """Return the spool of a home directory."""
        return cls(home / "spool.db", max_bytes=max_bytes)

    def add(self, destination: str, refused: Iterable[Refused], *, at_ms: int) -> int:
        """Keep events, once each, with the newest reason; return how many had to be dropped.

        Raises:
            SpoolError: nothing was kept.
        """
        from pydantic_core import to_json  # as it would be sent

        rows = [
            (destination, *key_of(document), at_ms, status, reason, to_json(document).decode())
            for document, status, reason in refused
        ]
        with self._opened() as file:
            file.executemany("INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            return self._shrink(file)

    def kept(self) -> list[Kept]:
        """Return all that is there, oldest first.

        Raises:
            SpoolError: the file cannot be read.
        """
        if not self.path.exists():
            return []
        with self._opened() as file:
            rows = file.execute(
                "SELECT destination, at_ms, document, status, reason FROM set_aside ORDER BY rowid"
            ).fetchall()
        return [
            Kept(destination, at_ms, Refused(json.loads(document), status, reason))
            for destination, at_ms, document, status, reason in rows
        ]

    def remove(self, destination: str, keys: Sequence[Key]) -> None:
        """Forget events: they are delivered, or dropped.

        Raises:
            SpoolError: nothing was removed.
        """
        with self._opened() as file:
            file.executemany(
                "DELETE FROM set_aside WHERE destination = ? AND event_id = ? AND revision = ?",
                [(destination, *key) for key in keys],
            )

    def _shrink(self, file: sqlite3.Connection) -> int:
        dropped = 0
        while _used(file) > self._max_bytes:
            oldest = "DELETE FROM set_aside WHERE rowid = (SELECT min(rowid) FROM set_aside)"
            if file.execute(oldest).rowcount < 1:
                break
            dropped += 1
        return dropped

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection, None, None]:
        """Yield the file within one transaction."""
        try:
            make_private(self.path.parent)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(self.path, timeout=_WAIT_S)) as file:
                file.isolation_level = None
                file.execute("BEGIN IMMEDIATE")
                self._expect_version(file)
                file.execute(_TABLE)
                yield file
                file.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(
                f"{self.path} cannot be used ({error}): what was set aside is in it; look at its "
                "rights and at the room on its disk"
            ) from error

    def _expect_version(self, file: sqlite3.Connection) -> None:
        (found,) = file.execute("PRAGMA user_version").fetchone()
        if found > _VERSION:
            raise SpoolError(
                f"{self.path} is of a newer version ({found}, this one reads {_VERSION}): "
                "pip install -U aispendops"
            )
        file.execute(f"PRAGMA user_version = {_VERSION}")


def _used(file: sqlite3.Connection) -> int:
    def pragma(name: str) -> int:
        found: Any = file.execute(f"PRAGMA {name}").fetchone()[0]
        return int(found)

    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")
