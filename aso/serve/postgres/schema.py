"""The tables, all in the schema ``aso``, and how a database comes to have them.

Columns are the ledger's (aso.ledger.schema), with types; money is numeric: exact, whatever its size.
``documents`` is apart so that a report, which reads all of a time's events, does not read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aso.ledger import LedgerError
from aso.ledger.schema import COLUMNS

if TYPE_CHECKING:
    from psycopg import Connection

_TEXT = 'text COLLATE "C"'
_OTHERWISE = {
    "event_id": "uuid NOT NULL",
    "revision": "integer NOT NULL",
    "ended_at_ms": "bigint NOT NULL",
    "started_at_ms": "bigint NOT NULL",
    "first_byte_at_ms": "bigint",
    "stream": "boolean",
}
# Column → its type. The tenant's name is in every row: SQL by hand then needs no join.
TYPES = {
    "tenant": f"{_TEXT} NOT NULL",
    **{name: _OTHERWISE.get(name, _TEXT) for name in COLUMNS},
    "prompt_tokens": "bigint",
    "completion_tokens": "bigint",
    "cost_usd": "numeric",
    "dims": "jsonb NOT NULL",
}

_FIRST = f"""
CREATE TABLE aso.events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  {", ".join(f"{name} {kind}" for name, kind in TYPES.items())},
  PRIMARY KEY (tenant, event_id, revision)
);
CREATE INDEX events_by_time ON aso.events (tenant, ended_at_ms);
-- small, as most events have one revision: makes "is there a higher one?" cheap
CREATE INDEX events_revised ON aso.events (tenant, event_id, revision) WHERE revision > 0;
CREATE TABLE aso.documents (id bigint PRIMARY KEY, document text NOT NULL);
CREATE TABLE aso.keys (
  id text PRIMARY KEY, tenant text NOT NULL, digest bytea NOT NULL, scope text NOT NULL,
  name text NOT NULL, created_at_ms bigint NOT NULL, revoked_at_ms bigint
);
CREATE TABLE aso.policies (tenant text PRIMARY KEY, document text NOT NULL);
CREATE TABLE aso.version (version integer NOT NULL);
INSERT INTO aso.version VALUES (0)
"""  # noqa: S608 — our own names
_STEPS = (_FIRST,)  # of version n to n + 1: only ever append
_VERSION = len(_STEPS)
# Asked of the catalogs themselves: to_regclass() remembers that there was none, past another's commit.
_HAS_VERSION = (
    "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'aso' AND tablename = 'version')"
)
_HAS_SCHEMA = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'aso')"
_LOCK = int.from_bytes(
    b"aso.serv", "big"
)  # of pg_advisory_xact_lock: only that it is nobody else's


def prepare(connection: Connection[Any]) -> None:
    """See that the database has the tables, and that what it answers is on its disk.

    Raises:
        LedgerError: the database is of a newer version, or its encoding is not UTF8.
    """
    # 202 says that a batch survives a power cut; "local" and stricter ones stay as they are
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') = 'off'"
    )
    if _version(connection) != _VERSION:
        _migrate(connection)


def _migrate(connection: Connection[Any]) -> None:
    """Make or alter the tables; of several processes that start at once, one does."""
    _expect_utf8(connection)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        found = _version(connection)
        if found > _VERSION:
            raise LedgerError(
                f"the database has version {found} of aso's tables, this aso knows {_VERSION}: "
                "upgrade aispendops"
            )
        if not _one(connection, _HAS_SCHEMA):
            connection.execute("CREATE SCHEMA aso")
        for step in _STEPS[found:]:
            connection.execute(step.encode())
        connection.execute("UPDATE aso.version SET version = $1", [_VERSION])


def _version(connection: Connection[Any]) -> int:
    if not _one(connection, _HAS_VERSION):
        return 0
    return int(_one(connection, "SELECT version FROM aso.version"))


def _expect_utf8(connection: Connection[Any]) -> None:
    found = _one(connection, "SHOW server_encoding")
    if found != "UTF8":
        raise LedgerError(
            f"the database's encoding is {found}, which cannot keep every text: "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )


def _one(connection: Connection[Any], sql: str) -> Any:
    """Return the only value of a query that has one row."""
    row = connection.execute(sql.encode()).fetchone()
    return None if row is None else row[0]
