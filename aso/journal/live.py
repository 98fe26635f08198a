"""The chain that this process writes: the next segment is always found or made without a lock."""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from aso.facts import Origin
from aso.journal.chain import Chain, Cursor
from aso.journal.files import make_private
from aso.journal.layout import LARGEST_RECORD
from aso.journal.owner import Owner
from aso.journal.segment import Segment

SEGMENT_SUFFIX = ".seg"
_FIRST_BYTES = 256 << 10
_LARGEST_BYTES = 2 << 20
_QUICK_S = 10.0  # filled faster than this: the next one is twice as large
_RETRY_S = 5.0  # after the disk refused, in seconds
_MEMORY_BYTES = 16 << 20  # of what is held in memory only


class Live(Chain):
    """One process's own segments, spare ones included.

    Attributes:
        refused: why there is no room on the disk; None while there is.
        unannounced: holds one item until a thread takes it to tell of the first record.
    """

    is_over = False

    def __init__(
        self, folder: Path | None, origin: Origin, readers: Mapping[str, bool], owed: Iterable[str]
    ) -> None:
        self.pid = os.getpid()
        self.refused: str | None = None
        self.unannounced = deque([True])
        self.spares: deque[Segment] = deque()
        self.memory: deque[Segment] = deque()
        self._folder = folder
        self._origin = origin
        self._owed: set[str] = set()  # what another process delivers
        self._numbers = itertools.count(1)
        self._size = _FIRST_BYTES
        self._swapped_at = time.monotonic()
        self._retry_at = 0.0
        super().__init__(self._new_owner(), self._mine(Segment.nothing()))
        for name, durable in readers.items():
            self.register(name, durable=durable)
        for name in owed:
            self.owe(name)

    def register(self, name: str, *, durable: bool) -> None:
        """Give the reader its place: a durable one at the oldest record, others at the newest."""
        if durable and self.owner is not None:
            with suppress(OSError):  # it is written with the first commit then
                self.owner.register(name)
        newest = self.last()
        if durable:
            self.cursors[name] = Cursor(self.head, 0, durable=True)
        else:
            self.cursors[name] = Cursor(newest, newest.end(), durable=False)

    def owe(self, name: str) -> None:
        """Give a sink its place that another process delivers to, and let one do so."""
        self.register(name, durable=True)
        self._owed.add(name)
        self._offer()

    def owing(self) -> int:
        """Return how many records another process has yet to deliver, to the sink that lacks most."""
        self.refresh()
        return max((self.cursors[name].pending() for name in self._owed), default=0)

    def refresh(self) -> None:
        """Background: learn how far others have delivered."""
        if self._owed and self.owner is not None:
            self.owner.refresh(self._owed)
            for name in self._owed & self.owner.positions.keys():
                self.cursors[name].follow(self.segments(), self.owner.positions[name])

    def collect(self) -> None:
        """Delete what all have passed; what was in memory, those whom others deliver to never got."""
        held = [one for one in self.segments() if one.path is None and one.size and self._owed]
        counts = [one.count() for one in held]
        super().collect()
        left = {id(one) for one in self.segments()}
        self.lost += sum(
            count for one, count in zip(held, counts, strict=True) if id(one) not in left
        )

    def after(self, full: Segment, record_bytes: int) -> Segment | None:
        """Return the segment after the full one, made if need be; None: nowhere is any room."""
        full.seal()
        found = full.following
        if found is None:
            candidate = self._take(record_bytes)
            if candidate is None:
                return None
            found = full.follow(candidate)
            if found is candidate:
                self._note_swap(candidate)
            elif candidate.path is not None:
                self.spares.append(candidate)
        return found

    def prepare(self) -> None:
        """Background: have one spare ready, of the size that the pace asks for."""
        if self.spares or time.monotonic() < self._retry_at:
            return
        if self._folder is None:
            self.spares.extend(filter(None, [self._in_memory(self._size)]))
            return
        if self.owner is None or not self.owner.path.exists():
            self._reopen(self._folder)
        if (spare := self._on_disk(self._size)) is not None:
            self.spares.append(spare)

    def park(self) -> None:
        """Background: unmap what is full; the newest of it is about to be read, and stays."""
        sealed = [segment for segment in self.segments() if segment.sealed and segment.size]
        for segment in sealed[:-1]:
            segment.park()

    def end(self) -> None:
        """Let no record in any more. A thread that comes late finds the mark and starts anew."""
        final = Segment.final()
        segment = self.head
        while not segment.is_end:
            segment.seal()
            segment = segment.follow(final)

    def leave(self) -> None:
        """Delete what is delivered; give the rest to the next process."""
        for spare in self.spares:
            spare.discard()
        self._give_up_memory()
        self.refresh()
        self.give_up()
        if self.owner is None:
            return
        if self.is_delivered():
            for segment in list(self.segments()):
                segment.discard()
            self.owner.remove()
        else:
            for segment in self.segments():
                segment.park()
            self.owner.close()

    def abandon(self) -> None:
        """In a forked child: let go of the parent's lock and memory; its files are its own."""
        if self.owner is not None:
            self.owner.close()
        for segment in [*self.segments(), *self.spares]:
            segment.unmap()

    def _reopen(self, folder: Path) -> None:
        try:
            make_private(folder)
        except OSError as error:
            self._refuse(error)
            return
        self.owner = owner = self._new_owner()
        for name, cursor in self.cursors.items():
            if owner is not None and cursor.durable:
                with suppress(OSError):
                    owner.register(name, cursor.committed)
        self._offer()

    def _offer(self) -> None:
        if self._owed and self.owner is not None:
            with suppress(OSError):  # no room even for a name: it waits for the next process
                self.owner.offer()

    def _new_owner(self) -> Owner | None:
        if self._folder is None:
            return None
        try:
            return Owner.create(self._folder)
        except OSError as error:
            self._refuse(error)
            return None

    def _take(self, record_bytes: int) -> Segment | None:
        try:
            spare = self.spares.popleft()
        except IndexError:
            spare = None
        if spare is not None and spare.room >= record_bytes:
            return spare
        if spare is not None:
            self.spares.append(spare)
        size = max(self._size, 2 * record_bytes)
        if record_bytes > LARGEST_RECORD:
            return None
        found = self._on_disk(size) if time.monotonic() >= self._retry_at else None
        return found or self._in_memory(size)

    def _on_disk(self, size: int) -> Segment | None:
        if self._folder is None or self.owner is None:
            return None
        name = f"{self.owner.stem}-{next(self._numbers):06d}{SEGMENT_SUFFIX}"
        try:
            segment = Segment.create(self._origin, self._folder / name, size)
        except (OSError, ValueError) as error:
            self._refuse(error)
            return None
        self.refused = None
        return self._mine(segment)

    def _in_memory(self, size: int) -> Segment | None:
        try:
            return self._mine(Segment.create(self._origin, None, size))
        except (OSError, ValueError):
            return None

    def _mine(self, segment: Segment) -> Segment:
        segment.live = self
        return segment

    def _refuse(self, error: Exception) -> None:
        self.refused = f"{type(error).__name__}: {getattr(error, 'strerror', None) or 'no mapping'}"
        self._retry_at = time.monotonic() + _RETRY_S

    def _note_swap(self, segment: Segment) -> None:
        now = time.monotonic()
        if now - self._swapped_at < _QUICK_S:
            self._size = min(2 * self._size, _LARGEST_BYTES)
        self._swapped_at = now
        if segment.path is None:
            self.memory.append(segment)
            self._bound_memory()

    def _bound_memory(self) -> None:
        while len(self.memory) > 1 and sum(each.size for each in list(self.memory)) > _MEMORY_BYTES:
            oldest = self.memory.popleft()
            self.lost += self.unread(oldest)
            oldest.discard()

    def _give_up_memory(self) -> None:
        for segment in self.segments():
            if segment.path is None and segment.size:
                self.lost += self.unread(segment)
                segment.discard()
