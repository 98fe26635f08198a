"""Rows that came after their event was compacted: what they take the place of, or repeat.

Delivery is at least once and a call may be settled or priced again later, so a row of SQLite may
share its event with a segment. Each row is compared once (``compaction.settled_id``), and few have to
be: a UUIDv7 is made once, so its first revision comes again as the same record only, which ended in
a time that is compacted already. Looked up are those, later revisions, and identifiers of any other
kind, which are made again for the same call (ADR 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from aso.ledger.database import Database
from aso.ledger.history import Found, History

_UNSETTLED = """
SELECT id, event_id, revision FROM present
WHERE id > ?1 AND revision > 0
UNION SELECT id, event_id, revision FROM present
WHERE id > ?1 AND (ended_at_ms < ?2 OR substr(event_id, 15, 1) <> '7')
ORDER BY 1 LIMIT ?3
"""
_FOLDER = ".history"
_LOOKED_AT_AGAIN = 10_000  # rows that may wait for a write of their own
_AT_ONCE = 50_000  # rows that are compared at once

Numbered = tuple[int, str, int]  # the row's number, then its key


class State(NamedTuple):
    """How far the ledger is compacted.

    Rows that ended before ``before_ms`` with an id up to ``last_id`` are in segments; rows up to
    ``settled_id`` were compared with them.
    """

    before_ms: int
    last_id: int
    settled_id: int


def state_of(database: Database) -> State:
    """Return how far the ledger is compacted."""
    [row] = database.query("SELECT before_ms, last_id, settled_id FROM compaction")
    return State(*row)


def folder_of(path: Path) -> Path:
    """Return where a ledger's segments are: beside its file."""
    return path.with_name(path.name + _FOLDER)


def segment_files(database: Database) -> list[Path]:
    """Return the ledger's segments, the oldest first."""
    names = database.query("SELECT name FROM segments ORDER BY first_ms")
    return [folder_of(database.path) / name for (name,) in names]


def settle(database: Database) -> int:
    """Compare what was not compared yet with the segments; return up to which row that is done.

    Raises:
        LedgerError: nothing was changed; DuckDB is not installed, or a file cannot be read.
    """
    while True:
        [(top,)] = database.query("SELECT COALESCE(MAX(id), 0) FROM events")
        if _is_settled(database, top):
            return int(top)


def unsettled(database: Database) -> list[Numbered]:
    """Return rows that may share their event with a segment and were not compared yet: the first."""
    state = state_of(database)
    return list(database.query(_UNSETTLED, (state.settled_id, state.before_ms, _AT_ONCE)))


def _is_settled(database: Database, top: int) -> bool:
    """Return False where there is more, or somebody compacted meanwhile: there may be more."""
    state, files = state_of(database), segment_files(database)
    rows = unsettled(database)
    if not rows and top < state.settled_id + _LOOKED_AT_AGAIN:
        return True
    known: list[Found] = []
    if rows and files:
        with closing(History(files)) as history:
            known = history.find([event_id for _, event_id, _ in rows])
    with database.transaction():
        if state_of(database) != state:
            return False
        _note(database, rows, known)
        reached = top if len(rows) < _AT_ONCE else rows[-1][0]
        database.run("UPDATE compaction SET settled_id = ?", (reached,))
    return reached == top


def _note(database: Database, rows: Sequence[Numbered], known: Sequence[Found]) -> None:
    """Write down which rows repeat a segment's, and which of a segment's no longer count."""
    keys = {(one.event_id, one.revision) for one in known}
    highest: dict[str, int] = {}
    for event_id, revision in [*keys, *((event_id, revision) for _, event_id, revision in rows)]:
        highest[event_id] = max(revision, highest.get(event_id, 0))
    for number, event_id, revision in rows:
        if (event_id, revision) in keys:
            database.run("INSERT OR IGNORE INTO doubled VALUES (?)", (number,))
    for one in known:
        if one.revision < highest[one.event_id]:
            place = (one.segment, one.row)
            database.run("INSERT OR IGNORE INTO superseded VALUES (?, ?)", place)
