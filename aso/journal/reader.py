"""One sink's place in what a process can read: its own chain, and those of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aso.journal.chain import Chain, Cursor
from aso.journal.contract import OWN, Mark, Record
from aso.journal.live import Live


class Chains(Protocol):
    """Where a reader finds what there is to read."""

    def chains(self) -> Sequence[Chain]:
        """Return the chains, first what is to be read first."""
        ...


class ChainReader:
    """One sink's place in all chains; in a forked child it starts with the child's own."""

    def __init__(self, journal: Chains, name: str) -> None:
        self._journal = journal
        self._name = name

    def read(self, limit: int) -> list[Record]:
        """Return up to ``limit`` records that were not read yet, adopted ones first."""
        found: list[Record] = []
        for chain in self._journal.chains():
            if (cursor := chain.cursors.get(self._name)) is not None:
                own = isinstance(chain, Live)
                with chain.reading:
                    taken = cursor.read(limit - len(found))
                found += [Record(segment.origin, payload, own) for segment, payload in taken]
        return found

    def commit(self) -> None:
        """Note that everything read so far is delivered.

        Raises:
            OSError: the disk refuses the note; after a crash the sink gets those records again.
        """
        for chain in self._journal.chains():
            cursor = chain.cursors.get(self._name)
            if cursor is not None and cursor.position != cursor.committed:
                chain.commit(self._name)

    def pending(self) -> int:
        """Return how many of this process's records were not committed."""
        return sum(cursor.pending() for cursor in self._own())

    def has(self, mark: Mark) -> bool:
        """Return whether everything appended before ``mark`` is committed."""
        return all(each.committed >= mark[OWN] or not each.is_behind() for each in self._own())

    def _own(self) -> list[Cursor]:
        chains = [chain for chain in self._journal.chains() if isinstance(chain, Live)]
        return [chain.cursors[self._name] for chain in chains]
