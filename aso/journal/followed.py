"""Another process's chain, read along while that process lives.

What it appends is in the kernel's pages at once, so reading its files is enough. The order in which
it writes says what can be relied on: a segment's number before its first record, and a successor's
number after the last record of the segment before (docs/adr/0010).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from aso.journal.chain import Chain
from aso.journal.layout import RECORD_HEAD_BYTES, Header, read_records
from aso.journal.owner import Owner
from aso.journal.segment import Segment
from aso.journal.upkeep import segment_paths


class FollowedSegment(Segment):
    """A segment that another process may still write to: looked at anew each time."""

    __slots__ = ()

    def __init__(self, header: Header, path: Path | None, size: int) -> None:
        super().__init__(header, path, size)
        self.sealed = False

    @classmethod
    def begun(cls, path: Path) -> Segment | None:
        """Return the segment once it has a record, for only then its number is final."""
        found = cls.load(path)
        if found is None or not found.has():
            return None
        return cls.load(path)

    def read(self, offset: int, limit: int) -> tuple[list[bytes], int]:
        """Return up to ``limit`` complete records at ``offset`` (0: the first), and where they end.

        Raises:
            OSError: the file cannot be read now; nothing is lost by trying again.
        """
        at = offset or self.start
        found, end, torn = read_records(self._tail(at), 0, limit)
        self.torn = self.torn or (torn and self.sealed)
        return found, at + end

    def _tail(self, at: int) -> bytes:
        """Return the file from there on; nothing where there is no record yet, or no file now."""
        assert self.path is not None  # noqa: S101 — for the type checker
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(at)
                head = file.read(RECORD_HEAD_BYTES)
                return head + file.read() if any(head[:4]) else b""
        except FileNotFoundError:  # its process let it go: over a bound, or everybody has it
            return b""


class Followed(Chain):
    """The chain of a process that leaves delivery to us; its files are its own while it lives.

    Attributes:
        is_over: the process is dead, its files are ours, and nothing is added any more.
    """

    def __init__(self, owner: Owner) -> None:
        super().__init__(owner, Segment.nothing())
        self.is_over = False
        self._owner = owner
        self._linked: set[str] = set()

    def look(self, names: Collection[str]) -> None:
        """Background: find what was begun since, who is owed it, and whether its process lives."""
        self.is_over = self.is_over or self._owner.is_over()
        self._extend()
        if self.is_over:
            self.last().sealed = True
        new = {*names} - self.cursors.keys()
        self._owner.refresh(new)
        for name in new & self._owner.positions.keys():
            self.open(name)

    def is_gone(self) -> bool:
        """Return whether its process has ended and taken its files along: all was delivered."""
        return not self._owner.path.exists()

    def leave(self) -> None:
        """Give the right to deliver back; the process lives on."""
        self._owner.close()

    def evict(self) -> int:
        """Delete the oldest sealed segment; of a process that lives: nothing, it does so itself."""
        return super().evict() if self.is_over else 0

    def _drop_head(self) -> bool:
        if self.is_over:
            return super()._drop_head()
        after = self.head.following
        if after is not None:
            self.head = after
        return after is not None

    def _extend(self) -> None:
        """Link what was begun. The second look finds what began before the newest of the first."""
        if not (first := self._begun()):
            return
        newest = max(segment.ordinal for segment in first)
        tail = self.last()
        for segment in sorted(self._begun(), key=lambda one: one.ordinal):
            if tail.ordinal < segment.ordinal <= newest and segment.path is not None:
                tail.sealed = True  # what has a successor is written to its end
                tail = tail.follow(segment)
                self._linked.add(segment.path.name)

    def _begun(self) -> list[Segment]:
        paths = [path for path in segment_paths(self._owner) if path.name not in self._linked]
        return [one for path in paths if (one := FollowedSegment.begun(path)) is not None]


def follow(path: Path, names: Collection[str]) -> Followed | None:
    """Return the chain of a living process if it leaves delivery to one of these sinks to us."""
    if (owner := Owner.follow(path)) is None:
        return None
    chain = Followed(owner)
    chain.look(names)
    if chain.cursors:
        return chain
    owner.close()
    return None
