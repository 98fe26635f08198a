"""Rows of past days → segments: moved once, by one process, whatever happens on the way.

The order is what makes it safe (docs/adr/0009): the segment is on the disk before the one
transaction in which its rows stop counting here; only then are they deleted, a few at a time. Killed
before: a file that no ledger names, which the next compaction removes. Killed after: rows that no
longer count, which it deletes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from aso.journal.files import make_private, try_lock
from aso.ledger.database import Database
from aso.ledger.errors import LedgerError
from aso.ledger.extra import needed
from aso.ledger.parquet import SELECTED, sync_folder, write_segment
from aso.ledger.settling import folder_of, settle, state_of

_LARGEST = 500_000  # rows of a segment
_BATCH = 1_000  # rows between two looks at whether to stop
_COLUMNS = 32  # dimensions that get a column of their own; where there are more, none does
_DELETED = 1_000  # rows of one transaction: others write between two
_LOCK = ".compacting"
_PART = ".part"
_CHUNK = "ended_at_ms < ? AND id <= ?"
_ROWS = f"""
SELECT {", ".join(SELECTED)} FROM present JOIN documents USING (id)
WHERE {_CHUNK} ORDER BY ended_at_ms, event_id, revision
"""  # noqa: S608 — our own names
_NAMES = f"""
SELECT DISTINCT key FROM (SELECT dims FROM present WHERE {_CHUNK}) AS rows, json_each(rows.dims)
ORDER BY key LIMIT {_COLUMNS + 1}
"""  # noqa: S608
# Rows are numbered as _ROWS has them.
_SUPERSEDED = """
INSERT OR IGNORE INTO superseded SELECT ?3, row FROM (
  SELECT event_id, revision,
    ROW_NUMBER() OVER (ORDER BY ended_at_ms, event_id, revision) - 1 AS row
  FROM present WHERE ended_at_ms < ?1 AND id <= ?2) AS mine
WHERE EXISTS (SELECT 1 FROM events AS other INDEXED BY events_revised
    WHERE other.event_id = mine.event_id
      AND other.revision > mine.revision AND other.revision > 0)
  OR EXISTS (SELECT 1 FROM revised WHERE revised.event_id = mine.event_id
    AND revised.revision > mine.revision)
"""
_REVISED = f"""
INSERT INTO revised SELECT event_id, MAX(revision) FROM present
WHERE {_CHUNK} AND revision > 0 GROUP BY event_id
ON CONFLICT (event_id) DO UPDATE SET revision = MAX(revision, excluded.revision)
"""  # noqa: S608
_GONE = f"""
SELECT id FROM events WHERE ({_CHUNK} OR id IN (SELECT id FROM doubled))
AND id < (SELECT MAX(id) FROM events) LIMIT {_DELETED}
"""  # noqa: S608

Asked = Callable[[], bool]


class Compacted(NamedTuple):
    """What one compaction did; ``is_busy``: another process is at it, so nothing."""

    rows: int = 0
    segments: int = 0
    is_busy: bool = False


class _Chunk(NamedTuple):
    """Rows that become one segment: those that ended before ``before_ms``, up to ``last_id``."""

    before_ms: int
    last_id: int
    rows: int
    first_ms: int
    last_ms: int


def _never() -> bool:
    return False


def compact(
    path: Path, *, before_ms: int, is_stopping: Asked = _never, largest: int = _LARGEST
) -> Compacted:
    """Move what ended before ``before_ms`` (since the epoch) out of SQLite, into segments.

    Args:
        path: the ledger's file.
        before_ms: the boundary; it never moves back.
        is_stopping: asked every thousand rows; once it says yes, the segment at hand is given up.
        largest: rows of one segment.

    Raises:
        LedgerError: a file cannot be read or written, or pyarrow is not installed. Nothing is lost.
    """
    needed("pyarrow.parquet", "compacting a ledger")
    with closing(Database(path)) as database, database.explained(), _alone(path) as is_alone:
        if not is_alone:
            return Compacted(is_busy=True)
        database.run("PRAGMA synchronous = FULL")  # what is deleted was committed for good
        done = Compacted()
        _tidy(database, is_stopping)
        while not is_stopping():
            chunk = _next(database, settle(database), before_ms, largest)
            if not chunk.rows or not _moved(database, chunk, is_stopping):
                break
            done = Compacted(done.rows + chunk.rows, done.segments + 1)
            _delete(database, is_stopping)
        return done


def count_before(database: Database, before_ms: int, at_most: int) -> int:
    """Return how many rows could be compacted; counting ends at ``at_most``."""
    sql = "SELECT COUNT(*) FROM (SELECT 1 FROM present WHERE ended_at_ms < ? LIMIT ?)"
    [(count,)] = database.query(sql, (before_ms, at_most))
    return int(count)


def _next(database: Database, last_id: int, before_ms: int, largest: int) -> _Chunk:
    """Return the oldest rows, up to so many; more where several ended with the last."""
    reached = state_of(database).before_ms
    before = max(before_ms, reached)
    sql = f"SELECT ended_at_ms FROM present WHERE {_CHUNK} ORDER BY ended_at_ms LIMIT 1 OFFSET ?"  # noqa: S608
    for (ended_ms,) in database.query(sql, (before, last_id, largest - 1)):
        before = max(ended_ms + 1, reached)
    sql = f"SELECT COUNT(*), MIN(ended_at_ms), MAX(ended_at_ms) FROM present WHERE {_CHUNK}"  # noqa: S608
    [(rows, first_ms, last_ms)] = database.query(sql, (before, last_id))
    return _Chunk(before, last_id, rows, first_ms or 0, last_ms or 0)


def _moved(database: Database, chunk: _Chunk, is_stopping: Asked) -> bool:
    """Write the segment, then let it count; False where it was given up."""
    folder = folder_of(database.path)
    make_private(folder)
    name = f"{_day(chunk.first_ms)}_{_day(chunk.last_ms)}_{token_hex(4)}.parquet"
    part = folder / (name + _PART)
    with database.explained():
        dims = _dimensions(database, chunk)
        written = write_segment(part, _batches(database, chunk, is_stopping), dims or ())
        if is_stopping():
            part.unlink()
            return False
        if written != chunk.rows:
            raise LedgerError(
                f"segment {part} has {written:,} rows instead of {chunk.rows:,}: it was not taken, "
                "the ledger is as it was; try again"
            )
        part.replace(folder / name)
        sync_folder(folder)
    _let_count(database, chunk, name, dims)
    return True


def _dimensions(database: Database, chunk: _Chunk) -> list[str] | None:
    """Return the rows' dimensions; None where they are too many, or differ by case alone.

    DuckDB does not tell columns apart by case.
    """
    names = [name for (name,) in database.query(_NAMES, (chunk.before_ms, chunk.last_id))]
    is_clear = len({name.casefold() for name in names}) == len(names) <= _COLUMNS
    return names if is_clear else None


def _batches(
    database: Database, chunk: _Chunk, is_stopping: Asked
) -> Iterator[list[tuple[object, ...]]]:
    batch: list[tuple[object, ...]] = []
    for row in database.query(_ROWS, (chunk.before_ms, chunk.last_id)):
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
            if is_stopping():
                return
    if batch:
        yield batch


def _let_count(database: Database, chunk: _Chunk, name: str, dims: list[str] | None) -> None:
    """Make the segment part of the ledger, and its rows here no longer, in one transaction."""
    place = (chunk.before_ms, chunk.last_id)
    with database.transaction():
        database.run(_SUPERSEDED, (*place, name))
        database.run(_REVISED, place)
        said = None if dims is None else json.dumps(dims)
        segment = (name, chunk.rows, chunk.first_ms, chunk.last_ms, said)
        database.run("INSERT INTO segments VALUES (?, ?, ?, ?, ?)", segment)
        database.run("UPDATE compaction SET before_ms = ?, last_id = ?", place)


def _delete(database: Database, is_stopping: Asked) -> None:
    """Delete what counts no longer; the newest row stays, so that no number is used twice."""
    while not is_stopping():
        state = state_of(database)
        ids = list(database.query(_GONE, (state.before_ms, state.last_id)))
        if not ids:
            return
        with database.transaction() as connection:
            connection.executemany("DELETE FROM documents WHERE id = ?", ids)
            connection.executemany("DELETE FROM doubled WHERE id = ?", ids)
            connection.executemany("DELETE FROM events WHERE id = ?", ids)


def _tidy(database: Database, is_stopping: Asked) -> None:
    """Finish what a compaction that was killed has left."""
    known = {name for (name,) in database.query("SELECT name FROM segments")}
    with database.explained():
        for path in folder_of(database.path).glob("*.parquet*"):
            if path.name not in known:
                path.unlink()
    _delete(database, is_stopping)


@contextmanager
def _alone(path: Path) -> Generator[bool, None, None]:
    """Give True to one process at a time; the lock goes with the process."""
    descriptor = os.open(path.with_name(path.name + _LOCK), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield try_lock(descriptor)
    finally:
        os.close(descriptor)


def _day(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, timezone.utc).date().isoformat()
