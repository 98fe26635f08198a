"""Keys and policies, in the same database as the events: every server process sees the same."""

from __future__ import annotations

from collections.abc import Sequence

from aso.serve.postgres.connections import Connections
from aso.serve.store import StoredKey

_COLUMNS = ", ".join(StoredKey._fields)
_KEYS = f"SELECT {_COLUMNS} FROM aso.keys "  # noqa: S608 — our own names
_ADD = f"INSERT INTO aso.keys ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)"  # noqa: S608
_REVOKE = "UPDATE aso.keys SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL"
_SET_POLICY = """
INSERT INTO aso.policies VALUES ($1, $2)
ON CONFLICT (tenant) DO UPDATE SET document = excluded.document
"""


class PostgresRegistry:
    """Who may come in, and each tenant's policy (store.Registry)."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add_key(self, key: StoredKey) -> None:
        """Keep a new key."""
        with self._connections.one() as database:
            database.execute(_ADD.encode(), key)

    def find_key(self, key_id: str) -> StoredKey | None:
        """Return the key of this id."""
        with self._connections.one() as database:
            row = database.execute((_KEYS + "WHERE id = $1").encode(), [key_id]).fetchone()
        return None if row is None else StoredKey(*row)

    def every_key(self) -> Sequence[StoredKey]:
        """Return every key, the oldest first."""
        with self._connections.one() as database:
            rows = database.execute((_KEYS + "ORDER BY created_at_ms, id").encode()).fetchall()
        return [StoredKey(*row) for row in rows]

    def revoke_key(self, key_id: str, at_ms: int) -> bool:
        """Revoke a key that is active."""
        with self._connections.one() as database:
            return database.execute(_REVOKE, [at_ms, key_id]).rowcount == 1

    def policy(self, tenant: str) -> str | None:
        """Return the tenant's policy."""
        sql = "SELECT document FROM aso.policies WHERE tenant = $1"
        with self._connections.one() as database:
            row = database.execute(sql, [tenant]).fetchone()
        return None if row is None else str(row[0])

    def set_policy(self, tenant: str, document: str | None) -> None:
        """Set or remove the tenant's policy."""
        with self._connections.one() as database:
            if document is None:
                database.execute("DELETE FROM aso.policies WHERE tenant = $1", [tenant])
            else:
                database.execute(_SET_POLICY, [tenant, document])
