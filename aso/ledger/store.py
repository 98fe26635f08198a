"""The ledger: written by background threads, read by the command line, many at once."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aso.ledger.database import Database
from aso.ledger.errors import LedgerError
from aso.ledger.rows import Row, document_of, event_of, row_of
from aso.ledger.schema import INSERT_DOCUMENT, INSERT_EVENT, STORED
from aso.records import Event

if TYPE_CHECKING:  # loaded by who reads
    from aso.ledger.moment import Source


class Ledger:
    """One SQLite file in WAL mode, and the segments of its history that were compacted.

    A batch is one transaction; an event is there once.

    Args:
        path: the file; it and its folder are made, readable by their owner alone.
        survives_power_loss: what was added is on the disk, not with the system alone: a few
            milliseconds more for each batch.

    Raises:
        LedgerError: it cannot be made or opened, or is of a newer version.
    """

    def __init__(self, path: Path, *, survives_power_loss: bool = False) -> None:
        from pydantic_core import to_json  # not at import: programs that ship elsewhere

        self.path = path
        self._encode = to_json
        self._database = Database(path)
        if survives_power_loss:
            self._database.run("PRAGMA synchronous = FULL")

    @property
    def is_stale(self) -> bool:
        """Return True where nothing may be written any more: after a fork, or the file is gone."""
        return self._database.is_stale

    def add(self, events: Sequence[Event]) -> None:
        """Write events in one transaction; those that are there already stay as they are.

        Raises:
            LedgerError: none was written.
        """
        encode = self._encode
        self._insert([(row_of(event, encode), document_of(event, encode)) for event in events])

    def add_wire(self, documents: Sequence[Mapping[str, Any]]) -> int:
        """Do what ``add`` does with events in wire form that were checked; return how many are new.

        Raises:
            LedgerError: none was written.
        """
        from aso.ledger.wired import row_of_wire  # a server's business

        return self._insert([row_of_wire(one, self._encode) for one in documents])

    def _insert(self, rows: Sequence[tuple[Row, str]]) -> int:
        """Write rows and their documents; return how many rows were not there."""
        documents = [(document, *row[:2]) for row, document in rows]  # its id and revision
        with self._database.transaction() as connection:
            added = connection.executemany(INSERT_EVENT, [row for row, _ in rows]).rowcount
            connection.executemany(INSERT_DOCUMENT, documents)
        return added

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a SELECT over ``events`` or ``latest``, of a ledger that is not compacted.

        Raises:
            LedgerError: the file cannot be read, or part of it is compacted: see ``sources``.
        """
        if self.segments():
            raise LedgerError(
                f"ledger {self.path} is compacted in part, which a query of SQLite does not see: "
                "ask sources() and add what they say, or read events()"
            )
        yield from self._database.query(sql, parameters)

    def segments(self) -> dict[str, int]:
        """Return the names of the files of compacted history, and how many rows each has.

        Raises:
            LedgerError: the file cannot be read.
        """
        return dict(self._database.query("SELECT name, rows FROM segments ORDER BY first_ms"))

    def recent_count(self) -> int:
        """Return how many rows are in SQLite, not compacted.

        Raises:
            LedgerError: the file cannot be read.
        """
        [(count,)] = self._database.query("SELECT COUNT(*) FROM present")
        return int(count)

    @contextmanager
    def sources(self) -> Generator[Sequence[Source], None, None]:
        """Give what together has each event once, all of one moment: sums are added over them.

        Raises:
            LedgerError: the ledger cannot be read; or part of it is compacted, and DuckDB is not
                installed.
        """
        from aso.ledger.moment import Moment, Recent  # a program that only writes needs neither

        if not self.segments():
            yield (Recent(self._database),)
            return
        with closing(Moment(self.path)) as moment:
            yield moment.sources

    def events(
        self, where: str = "1=1", parameters: Sequence[Any] = (), *, all_revisions: bool = False
    ) -> Iterator[Event]:
        """Yield events by time: the highest revision of each, or all; compacted or not.

        Raises:
            LedgerError: as ``sources``.
        """
        yield from map(event_of, self._stored(where, parameters, all_revisions=all_revisions))

    def documents(
        self, where: str = "1=1", parameters: Sequence[Any] = (), *, all_revisions: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield the wire forms of ``events``, every field in its order.

        Raises:
            LedgerError: as ``sources``.
        """
        from aso.ledger.wired import wire_of

        yield from map(wire_of, self._stored(where, parameters, all_revisions=all_revisions))

    def newest(self, count: int) -> list[tuple[int, Event]]:
        """Return the rows that were added last, oldest first, each with its number in the file.

        Raises:
            LedgerError: the file cannot be read.
        """
        found = self._numbered("1=1 ORDER BY id DESC LIMIT ?", count)
        return list(reversed(list(found)))

    def added_after(self, number: int) -> Iterator[tuple[int, Event]]:
        """Yield the rows that were added after the one of this number, in their order.

        Raises:
            LedgerError: the file cannot be read.
        """
        return self._numbered("id > ? ORDER BY id", number)

    def close(self) -> None:
        """Close the file; in a forked child, leave it to the parent."""
        self._database.close()

    def _stored(
        self, where: str, parameters: Sequence[Any], *, all_revisions: bool
    ) -> Iterator[Row]:
        """Yield rows of schema.STORED."""
        from aso.ledger.moment import Moment, Recent

        table = "present" if all_revisions else "latest"
        if not self.segments():
            yield from Recent(self._database).stored(table, where, parameters)
            return
        with closing(Moment(self.path)) as moment:
            yield from moment.stored(table, where, parameters)

    def _numbered(self, condition: str, value: int) -> Iterator[tuple[int, Event]]:
        sql = f"SELECT id, {', '.join(STORED)} FROM present JOIN documents USING (id) WHERE "  # noqa: S608
        for number, *row in self._database.query(sql + condition, (value,)):
            yield number, event_of(row)
