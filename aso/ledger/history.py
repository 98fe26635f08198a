"""Segments → rows, by DuckDB: the ledger's compacted history, asked in the ledger's own SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from aso.ledger.errors import LedgerError
from aso.ledger.extra import needed
from aso.ledger.parquet import column_of
from aso.ledger.schema import dimension_sql

_FETCHED = 1_000
_MEMORY = "1GB"  # beyond it DuckDB works on the disk, in the folder of the segments
# What SQLite calls otherwise, under SQLite's name; nothing is ever fetched from elsewhere.
_PRELUDE = """
CREATE MACRO json_extract(document, path) AS json_extract_string(document, path);
CREATE MACRO dimension(dims, name) AS
  json_extract_string(dims, '/' || replace(replace(name, '~', '~0'), '/', '~1'));
CREATE TABLE superseded (segment VARCHAR, row BIGINT);
"""
_EVENTS = """
CREATE VIEW present AS SELECT *, left(day, 7) AS month,
  parse_filename(filename) AS segment, file_row_number AS row,
  strftime(make_timestamp(ended_at_ms * 1000), '%Y-%m-%dT%H:00Z') AS hour
FROM read_parquet([{}], union_by_name = {}, filename = true, file_row_number = true);
CREATE VIEW latest AS SELECT * FROM present{};
"""
_BUT_SUPERSEDED = " ANTI JOIN superseded USING (segment, row)"

Place = tuple[str, int]  # a segment's name, and a row of it, counted from 0


class Found(NamedTuple):
    """A row of a segment: its key, and its place."""

    event_id: str
    revision: int
    segment: str
    row: int


class History:
    """The segments of one moment, read-only.

    Args:
        files: the segments' files; at least one.
        superseded: the rows of them whose place a higher revision has taken.
        dims: of each file, the dimensions that have a column of their own there; None: none has.

    Raises:
        LedgerError: DuckDB is not installed, or a file is missing or broken.
    """

    cost = "cost_usd"

    def __init__(
        self,
        files: Sequence[Path],
        superseded: Iterable[Place] = (),
        dims: Sequence[Sequence[str] | None] = (None,),
    ) -> None:
        duckdb = needed("duckdb", "part of this ledger is compacted to Parquet, and reading that")
        self._error: type[Exception] = duckdb.Error
        self._connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "memory_limit": _MEMORY,
                "temp_directory": str(files[0].parent / "spilled"),
            }
        )
        self._run(_PRELUDE)
        places = list(superseded)
        self._hide(places)
        names = ", ".join(_quoted(str(path)) for path in files)
        is_mixed = len({None if one is None else tuple(one) for one in dims}) > 1
        self._run(_EVENTS.format(names, is_mixed, _BUT_SUPERSEDED if places else ""))
        self._columns = _columns(dims)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a SELECT over ``present`` or ``latest``.

        Raises:
            LedgerError: a file cannot be read.
        """
        for asked, column in self._columns.items():
            sql = sql.replace(asked, column)
        cursor = self._connection.cursor()  # of its own: several may be read by turns
        self._run(sql, parameters, cursor)
        while found := self._fetched(cursor):
            yield from found

    def find(self, event_ids: Sequence[str]) -> list[Found]:
        """Return every row that the segments have of these events."""
        sql = (
            "SELECT event_id, revision, segment, row FROM present "
            "SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS event_id) USING (event_id)"
        )
        return [Found(*row) for row in self.query(sql, [list(event_ids)])]

    def close(self) -> None:
        """Let go of memory and files."""
        self._connection.close()

    def _hide(self, places: Sequence[Place]) -> None:
        if places:
            names, rows = zip(*places, strict=True)
            sql = "INSERT INTO superseded SELECT unnest(?::VARCHAR[]), unnest(?::BIGINT[])"
            self._run(sql, [list(names), list(rows)])

    def _run(self, sql: str, parameters: Sequence[Any] = (), cursor: Any = None) -> None:
        try:
            (cursor or self._connection).execute(sql, list(parameters))
        except self._error as error:
            raise _unreadable(error) from error

    def _fetched(self, cursor: Any) -> list[tuple[Any, ...]]:
        try:
            found: list[tuple[Any, ...]] = cursor.fetchmany(_FETCHED)
        except self._error as error:
            raise _unreadable(error) from error
        return found


def _columns(dims: Sequence[Sequence[str] | None]) -> dict[str, str]:
    """Return what a dimension is asked for by, and its column: reading that is much faster.

    Only where each file has a column for every dimension of its rows: what is no column is null.
    Two names that differ by case alone would be one column.
    """
    names = {name for one in dims for name in one or ()}
    if None in dims or len({name.casefold() for name in names}) < len(names):
        return {}
    return {dimension_sql(name): _identifier(column_of(name)) for name in names}


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unreadable(error: Exception) -> LedgerError:
    said = str(error).partition("\n")[0]  # the rest quotes our SQL
    return LedgerError(
        f"the compacted history cannot be read: {said}; its files belong to the ledger beside "
        "them and are never changed: put back what is missing from a copy"
    )
