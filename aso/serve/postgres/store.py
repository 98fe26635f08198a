"""The store that several server processes and machines share: one PostgreSQL database.

Reports are aso.report's, which asks it as it asks a ledger. Rows stay until somebody deletes them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import RawServerCursor

from aso.ledger.schema import STORED
from aso.ledger.wired import wire_of
from aso.report import Period, Spend, dimensions, parse_grouping, spend
from aso.report.grouping import parse_filters
from aso.serve.postgres.connections import Connections, Database, Row
from aso.serve.postgres.dialect import translated
from aso.serve.postgres.registry import PostgresRegistry
from aso.serve.postgres.writing import ADD, records
from aso.serve.store import Document, tenant_named

_AT_ONCE = 8  # as many as a server's threads
_WAIT_S = 10.0
_EXPORTS = 4  # each holds its connection for as long as the client reads
_EXPORT_WAIT_S = 1.0
_FETCHED = 1_000
# A client that stops reading keeps a moment of the database alive, which vacuum must leave alone.
_LEAVE = "SET LOCAL idle_in_transaction_session_timeout = '5min'"
# How many values a dimension or a day has is not known to the planner, which would sort every row.
_BY_HASH = "SET LOCAL enable_sort = off"
_DOCUMENTS = f"""
SELECT {", ".join(STORED)} FROM latest JOIN aso.documents USING (id)
WHERE {{}} ORDER BY ended_at_ms, event_id, revision
"""  # noqa: S608 — our own names


class _Rows:
    """One tenant's rows: what aso.report asks (ledger.moment.Source, and the only one of them)."""

    cost = "cost_usd"

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    @contextmanager
    def sources(self) -> Generator[Sequence[_Rows], None, None]:
        """Give itself: an event is nowhere else."""
        yield [self]

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a SELECT over ``latest``."""
        return self._database.execute(translated(sql), [self._tenant, *parameters]).fetchall()


class PostgresStore:
    """Keeps everything in the schema ``aso`` of a database (store.Store).

    The tables are made when it is first used.

    Args:
        target: a URL as libpq takes it: ``postgresql://USER@HOST/DATABASE?sslmode=verify-full``.

    Raises:
        ConfigError: the URL cannot be read.
    """

    def __init__(self, target: str) -> None:
        self._connections = Connections(target, most=_AT_ONCE, wait_s=_WAIT_S)
        self._exports = Connections(target, most=_EXPORTS, wait_s=_EXPORT_WAIT_S)
        self._registry = PostgresRegistry(self._connections)

    @property
    def registry(self) -> PostgresRegistry:
        """Return the keys and policies."""
        return self._registry

    def add(self, tenant: str, events: Sequence[Document]) -> int:
        """Keep events, in one statement; return how many are new."""
        name = tenant_named(tenant)
        if not events:
            return 0
        sent = records(events).decode()
        with self._connections.one() as database:
            return database.execute(ADD.encode(), [name, sent]).rowcount

    def spend(self, tenant: str, by: str, *, period: Period, where: Sequence[str]) -> Spend:
        """Return what `aso report` says."""
        grouping = parse_grouping(by)
        parse_filters(where)  # what is wrong is said before anything is opened
        with self._connections.one() as database, database.transaction():
            database.execute(_BY_HASH)
            return spend(_Rows(database, tenant), grouping, period=period, where=where)

    def dimensions(self, tenant: str, *, period: Period, where: Sequence[str]) -> Mapping[str, int]:
        """Return how many calls have each dimension."""
        parse_filters(where)
        with self._connections.one() as database:
            return dimensions(_Rows(database, tenant), period=period, where=where)

    def documents(
        self, tenant: str, *, period: Period, where: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        """Yield the events that count, by their ends, all of one moment."""
        filters, values = parse_filters(where)
        times, instants = period.condition()
        sql = translated(_DOCUMENTS.format(f"({filters}) AND ({times})"))
        with self._exports.one() as database, database.transaction():
            database.execute(_LEAVE)
            with RawServerCursor(database, "documents") as cursor:
                cursor.itersize = _FETCHED
                cursor.execute(sql, [tenant, *values, *instants])
                yield from map(wire_of, cursor)

    def check(self) -> None:
        """Raise where it cannot be used."""
        self._registry.find_key("")

    def close(self) -> None:
        """Close the connections."""
        self._exports.close()
        self._connections.close()
