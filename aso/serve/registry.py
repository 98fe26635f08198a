"""Keys and policies in one SQLite file: few rows, read once a request, by any process."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from aso.journal.files import make_private
from aso.ledger import LedgerError
from aso.serve.store import StoredKey

_WAIT_S = 10.0
_VERSION = 1
_TABLES = (
    """CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, tenant TEXT NOT NULL,
      digest BLOB NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL,
      created_at_ms INTEGER NOT NULL, revoked_at_ms INTEGER) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS policies (tenant TEXT PRIMARY KEY, document TEXT NOT NULL)",
)
_COLUMNS = ", ".join(StoredKey._fields)


class FileRegistry:
    """Who may come in, and each tenant's policy (store.Registry).

    Args:
        path: the file; made, with mode 0600, when it is first opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add_key(self, key: StoredKey) -> None:
        """Keep a new key."""
        places = ", ".join("?" * len(key))
        with self._opened() as file:
            file.execute(f"INSERT INTO keys ({_COLUMNS}) VALUES ({places})", key)  # noqa: S608

    def find_key(self, key_id: str) -> StoredKey | None:
        """Return the key of this id."""
        with self._opened() as file:
            sql = f"SELECT {_COLUMNS} FROM keys WHERE id = ?"  # noqa: S608 — our own names
            row = file.execute(sql, (key_id,)).fetchone()
        return None if row is None else StoredKey(*row)

    def every_key(self) -> Sequence[StoredKey]:
        """Return every key, the oldest first."""
        with self._opened() as file:
            rows = file.execute(f"SELECT {_COLUMNS} FROM keys ORDER BY created_at_ms, id")  # noqa: S608
            return [StoredKey(*row) for row in rows]

    def revoke_key(self, key_id: str, at_ms: int) -> bool:
        """Revoke a key that is active."""
        sql = "UPDATE keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL"
        with self._opened() as file:
            return file.execute(sql, (at_ms, key_id)).rowcount == 1

    def policy(self, tenant: str) -> str | None:
        """Return the tenant's policy."""
        with self._opened() as file:
            sql = "SELECT document FROM policies WHERE tenant = ?"
            row = file.execute(sql, (tenant,)).fetchone()
        return None if row is None else str(row[0])

    def set_policy(self, tenant: str, document: str | None) -> None:
        """Set or remove the tenant's policy."""
        with self._opened() as file:
            file.execute("DELETE FROM policies WHERE tenant = ?", (tenant,))
            if document is not None:
                file.execute("INSERT INTO policies VALUES (?, ?)", (tenant, document))

    @contextmanager
    def _opened(self) -> Generator[sqlite3.Connection, None, None]:
        """Give the file; what is done is committed at the end."""
        try:
            self._make()
            with closing(sqlite3.connect(self.path, timeout=_WAIT_S)) as file, file:
                self._prepare(file)
                yield file
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(
                f"the server's keys in {self.path} cannot be used ({error}): look at the file's "
                "rights and at the room on its disk"
            ) from error

    def _make(self) -> None:
        """Make the file; one that is there is not opened (howtocorrupt.html section 2.2)."""
        if not self.path.exists():
            if not self.path.parent.exists():
                make_private(self.path.parent)
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    def _prepare(self, file: sqlite3.Connection) -> None:
        (found,) = file.execute("PRAGMA user_version").fetchone()
        if found > _VERSION:
            raise LedgerError(
                f"{self.path} has version {found}, this aso knows {_VERSION}: upgrade aispendops"
            )
        if found < _VERSION:
            for table in _TABLES:
                file.execute(table)
            file.execute(f"PRAGMA user_version = {_VERSION}")
