"""A chain of segments with one owner, and how far each reader is in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from aso.journal.owner import Owner, Position
from aso.journal.segment import Segment


class Cursor:
    """One reader's place in a chain."""

    __slots__ = ("_in_hand", "committed", "durable", "offset", "segment")

    def __init__(self, segment: Segment, offset: int, *, durable: bool) -> None:
        self.segment = segment
        self.offset = offset
        self.durable = durable
        self.committed: Position = (segment.ordinal, offset)
        self._in_hand = 0  # records that were read and not committed

    @property
    def position(self) -> Position:
        """Up to where was read."""
        return self.segment.ordinal, self.offset

    def read(self, limit: int) -> list[tuple[Segment, bytes]]:
        """Return up to ``limit`` complete records, oldest first."""
        found: list[tuple[Segment, bytes]] = []
        while len(found) < limit:
            segment = self.segment
            sealed = segment.sealed  # asked before reading: nothing is added after
            payloads, self.offset = segment.read(self.offset, limit - len(found))
            found.extend((segment, payload) for payload in payloads)
            if not payloads and not (sealed and self._advance(segment)):
                break
        self._in_hand += len(found)
        return found

    def commit(self) -> None:
        """Note that what was read is delivered."""
        self.committed, self._in_hand = self.position, 0

    def follow(self, segments: Iterable[Segment], position: Position) -> None:
        """Move to where another process has delivered up to; never back."""
        ordinal, offset = position
        if position > self.committed:
            for segment in segments:
                if segment.ordinal == ordinal:
                    self.segment, self.offset = segment, offset
                    self.commit()

    def pending(self) -> int:
        """Return how many records were not committed, without those that had to go unread."""
        return self._in_hand + count_after(self.segment, self.position)

    def is_behind(self) -> bool:
        """Return whether there are records that were not committed."""
        return self._in_hand > 0 or has_after(self.segment, self.position)

    def _advance(self, segment: Segment) -> bool:
        after = segment.following
        if after is None or after.is_end:
            return False
        self.segment, self.offset = after, 0
        segment.forget()
        return True


class Chain:
    """Segments from ``head`` on. Readers move along it; what all have passed is deleted.

    Attributes:
        is_over: nothing is added to it any more.
        lost: records deleted before they were delivered.
        torn: segments whose last record was cut.
        reading: held, in the background only, by who reads and by who deletes what is over a bound:
            a record that is read while it is deleted is delivered or lost, not both.
    """

    is_over = True

    def __init__(self, owner: Owner | None, head: Segment) -> None:
        self.owner = owner
        self.head = head
        self.cursors: dict[str, Cursor] = {}
        self.reading = threading.RLock()  # a signal's handler may read while its thread does
        self.lost = 0
        self.torn = 0

    @property
    def stem(self) -> str:
        """What the names of its files start with; in memory: nothing."""
        return self.owner.stem if self.owner is not None else ""

    def segments(self) -> Iterator[Segment]:
        """Return the segments that still exist, oldest first."""
        return following(self.head)

    def last(self) -> Segment:
        """Return the newest segment."""
        *_, newest = self.segments()
        return newest

    def oldest(self) -> Segment:
        """Return the first segment that may hold records."""
        after = self.head.following
        return self.head if self.head.size or after is None else after

    def open(self, name: str) -> Cursor:
        """Return the durable reader's place: where its last owner left off."""
        assert self.owner is not None  # noqa: S101 — for the type checker
        ordinal, offset = self.owner.positions[name]
        for segment in self.segments():
            if segment.ordinal >= ordinal:
                break
        else:
            segment, offset = self.last(), self.last().size
        place = offset if segment.ordinal == ordinal else 0
        self.cursors[name] = cursor = Cursor(segment, min(place, segment.size), durable=True)
        return cursor

    def commit(self, name: str) -> None:
        """Note that what the reader has read is delivered."""
        cursor = self.cursors[name]
        cursor.commit()
        if self.owner is not None and cursor.durable:
            self.owner.commit(name, cursor.committed)

    def is_delivered(self) -> bool:
        """Return whether no durable reader, of whichever process, is owed anything."""
        if any(cursor.durable and cursor.is_behind() for cursor in self.cursors.values()):
            return False
        owed = self.owner.positions if self.owner else {}
        others = owed.keys() - self.cursors.keys()
        return not any(has_after(self.head, owed[name]) for name in others)

    def owed(self, name: str) -> int:
        """Return how many records the reader has not committed, as its owner's file says."""
        return count_after(self.head, self.owner.positions[name]) if self.owner else 0

    def unread(self, segment: Segment) -> int:
        """Return how many of the segment's records the slowest reader has not read.

        One that keeps no place is asked only where none does: what only counts may be behind.
        """
        cursors = self.cursors.values()
        keeping = [cursor for cursor in cursors if cursor.durable] or cursors
        ordinal, offset = min((cursor.position for cursor in keeping), default=(0, 0))
        if ordinal > segment.ordinal:
            return 0
        return segment.count(offset if ordinal == segment.ordinal else 0)

    def give_up(self) -> None:
        """At the end: count what was read and not delivered, and deleted meanwhile."""
        durable = [cursor for cursor in self.cursors.values() if cursor.durable]
        missing = [one.pending() - count_after(self.head, one.committed) for one in durable]
        self.lost += max([0, *missing])

    def collect(self) -> None:
        """Delete the segments that every reader has passed, those of other processes too."""
        passed = [cursor.committed[0] for cursor in self.cursors.values()]
        if self.owner is not None:
            names = self.owner.positions.keys() - self.cursors.keys()
            passed += [self.owner.positions[name][0] for name in names]
        while passed and self.head.ordinal < min(passed) and self._drop_head():
            pass

    def evict(self) -> int:
        """Delete the oldest sealed segment, delivered or not; return the bytes it had, 0: none."""
        with self.reading:
            return self._evict()

    def _evict(self) -> int:
        victim, size = self.oldest(), self.oldest().size
        is_last = victim.following is None or victim.following.is_end
        if not victim.sealed or (is_last and not self.is_over):
            return 0
        self.lost += self.unread(victim)
        while self.head is not victim:
            self._drop_head()
        if not self._drop_head():  # the last one of a chain that is over
            victim.discard()
            victim.size = 0
        return size

    def _drop_head(self) -> bool:
        after = self.head.following
        if after is None or after.is_end:
            return False
        victim, self.head = self.head, after
        self.torn += victim.torn
        victim.discard()
        return True


def following(segment: Segment | None) -> Iterator[Segment]:
    """Return the segment and those after it, as far as there are any."""
    while segment is not None and not segment.is_end:
        yield segment
        segment = segment.following


def count_after(segment: Segment, position: Position) -> int:
    """Return how many records of the segment and those after it follow the position."""
    return sum(each.count(offset) for each, offset in _parts_after(segment, position))


def has_after(segment: Segment, position: Position) -> bool:
    """Return whether there is any record after the position."""
    return any(each.has(offset) for each, offset in _parts_after(segment, position))


def _parts_after(segment: Segment, position: Position) -> Iterator[tuple[Segment, int]]:
    ordinal, offset = position
    for each in following(segment):
        if each.ordinal >= ordinal:
            yield each, offset if each.ordinal == ordinal else 0
