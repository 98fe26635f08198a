"""One moment of a ledger: what is in SQLite and what is compacted, read as one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from heapq import merge
from pathlib import Path
from typing import Any, Protocol

from aso.ledger.database import Database
from aso.ledger.history import History
from aso.ledger.schema import STORED
from aso.ledger.settling import segment_files, settle, unsettled

_ORDER = ("ended_at_ms", "event_id", "revision")
_PLACES = [STORED.index(name) for name in _ORDER]
_EVER = 2**62

Row = tuple[Any, ...]


class Source(Protocol):
    """A part of the ledger; each event counts in one alone.

    ``present`` has every revision, ``latest`` those that count. ``cost`` is the column that says
    whether a cost is known: ``cost_nano`` beside ``cost_atto``, or ``cost_usd`` by itself.
    """

    cost: str

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterable[Row]:
        """Yield the rows of a SELECT over ``present`` or ``latest``."""
        ...


class Recent:
    """What is in SQLite."""

    cost = "cost_nano"

    def __init__(self, database: Database) -> None:
        self.query = database.query

    def stored(self, table: str, where: str, parameters: Sequence[Any]) -> Iterator[Row]:
        """Yield the rows of schema.STORED, by time."""
        return self.query(
            f"SELECT {', '.join(STORED)} FROM {table} JOIN documents USING (id) "  # noqa: S608 — our own text
            f"WHERE {where} ORDER BY {', '.join(_ORDER)}",
            parameters,
        )


class Moment:
    """A read transaction of SQLite, and the segments that it names. Segments never change.

    Raises:
        LedgerError: something cannot be read, or DuckDB is not installed.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self._begin()
        files = segment_files(self._database)
        superseded = self._database.query("SELECT segment, row FROM superseded")
        dims = self._database.query("SELECT dims FROM segments ORDER BY first_ms")
        columns = [None if said is None else json.loads(said) for (said,) in dims]
        self._history = History(files, superseded, columns)
        self._recent = Recent(self._database)

    @property
    def sources(self) -> Sequence[Source]:
        """Return both parts."""
        return self._recent, self._history

    def stored(self, table: str, where: str, parameters: Sequence[Any]) -> Iterator[Row]:
        """Yield the rows of schema.STORED, by time: day by day, so that no more is sorted at once."""
        days = self._history.query(
            f"SELECT DISTINCT day FROM {table} WHERE {where} ORDER BY 1",  # noqa: S608
            parameters,
        )
        since = -_EVER
        for (day,) in list(days):
            until = _end_ms(day)
            of_day = self._history.query(
                f"SELECT {', '.join(STORED)} FROM {table} WHERE day = ? AND ({where}) "  # noqa: S608
                f"ORDER BY {', '.join(_ORDER)}",
                (day, *parameters),
            )
            recent = self._between(table, where, parameters, since, until)
            yield from merge(of_day, recent, key=_order)
            since = until
        yield from self._between(table, where, parameters, since, _EVER)

    def close(self) -> None:
        """Let go of both."""
        self._history.close()
        self._database.close()

    def _begin(self) -> None:
        """Begin where every row was compared with the segments."""
        while True:
            settle(self._database)
            self._database.run("BEGIN")
            if not unsettled(self._database):
                return
            self._database.run("ROLLBACK")  # one came in between

    def _between(
        self, table: str, where: str, parameters: Sequence[Any], since: int, until: int
    ) -> Iterator[Row]:
        within = f"({where}) AND ended_at_ms >= ? AND ended_at_ms < ?"
        return self._recent.stored(table, within, (*parameters, since, until))


def _order(row: Row) -> Row:
    return tuple(row[place] for place in _PLACES)


def _end_ms(day: str) -> int:
    after = date.fromisoformat(day) + timedelta(days=1)
    midnight = datetime(after.year, after.month, after.day, tzinfo=timezone.utc)
    return int(midnight.timestamp()) * 1000
