"""The journal itself: appending on the call path, reading and tidying in the background."""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

from aso.facts import Origin
from aso.journal import upkeep
from aso.journal.bounds import Bounds
from aso.journal.chain import Chain
from aso.journal.contract import OWN, Mark
from aso.journal.layout import CRC_CHUNK, checksum, pack_head
from aso.journal.live import Live
from aso.journal.owner import slot_name
from aso.journal.reader import ChainReader
from aso.journal.segment import Segment

_SCAN_S = 5.0  # between looks at what other processes left, in seconds
_ADOPTED_AT_ONCE = 32
_getpid = os.getpid


class SegmentJournal:
    """Segments on the disk, or in memory where ``folder`` is None or refuses.

    Appending takes no lock: see aso.journal.segment. ``reason`` says why it is in memory.
    """

    def __init__(
        self,
        folder: Path | None,
        origin: Origin,
        *,
        max_bytes: int,
        max_age_s: float,
        reason: str | None = None,
    ) -> None:
        self._folder = folder
        self._origin = origin
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._reason = reason
        self._readers: dict[str, bool] = {}
        self._owed: list[str] = []
        self._listeners: list[Callable[[], None]] = []
        self._is_closed = False
        self._skip: set[str] = set()
        self._scan_at = 0.0
        self._lives: dict[int, Live] = {}
        self._adopted: list[Chain] = []
        self._counted = 0
        self._torn = 0
        self._sized: Segment | None = None  # the newest when the size was looked at last
        self._forget()
        _JOURNALS.add(self)
        self._here().prepare()

    def append(self, payload: bytes) -> None:
        """Write one record; it survives this process. Never raises, waits or signals."""
        size = len(payload)
        if not size:  # a length of 0 is the end
            return
        crc = crc32(payload) if size <= CRC_CHUNK else checksum(payload)
        record = pack_head(size, crc) + payload
        current = self._current
        if current.pid == _getpid():
            try:
                current.write(record)
            except ValueError:  # no room, sealed or unmapped
                self._roll(current, record)
        else:
            self._roll(current, record)

    def reader(self, name: str, *, durable: bool = True) -> ChainReader:
        """Return the reader of that name; ``durable=False``: from now on, forgotten at exit."""
        name = slot_name(name)
        self._readers[name] = durable
        self._here().register(name, durable=durable)
        return ChainReader(self, name)

    def owe(self, name: str) -> None:
        """Keep what is appended for a sink that another process delivers to: ``aso ship``."""
        name = slot_name(name)
        self._owed.append(name)
        self._here().owe(name)

    def owing(self) -> int:
        """Return how many of this process's records another process has yet to deliver."""
        live = self._live()
        return 0 if live is None else live.owing()

    def listen(self, started: Callable[[], None]) -> None:
        """Have ``started`` called once per process, by the thread that first appends in it."""
        self._listeners.append(started)

    def mark(self) -> Mark:
        """Return the present end of this process's records."""
        live = self._live()
        if live is None:
            return {OWN: (0, 0)}
        last = live.last()
        return {OWN: (last.ordinal + 1, 0) if last.sealed else (last.ordinal, last.end())}

    @property
    def dropped(self) -> int:
        """Records that were not and will not be delivered."""
        unseen = self._bounds.lost if self._bounds is not None else 0
        return self._counted + unseen + sum(chain.lost for chain in self.chains())

    def maintain(self) -> None:
        """Background: make a spare, adopt the dead, delete what is delivered, keep the bounds."""
        live = self._lives.get(_getpid())
        if live is None or not self._upkeep.acquire(blocking=False):
            return
        try:
            live.prepare()
            live.refresh()
            live.collect()
            live.park()
            for chain in list(self._adopted):
                self._finish(chain)
            if self._folder is not None and self._bounds is not None:
                self._tidy(self._folder, self._bounds, live)
        finally:
            self._upkeep.release()

    def close(self) -> None:
        """Delete what is delivered and leave the rest to the next process.

        A record that comes later is kept too: it starts a chain that the next process adopts.
        """
        self._is_closed = True
        live = self._lives.pop(_getpid(), None)
        with self._upkeep:
            if live is not None:
                live.end()
                live.leave()
                self._count(live)
            for chain in self._adopted:
                upkeep.release(chain)
                self._count(chain)
            self._adopted = []
            if self._bounds is not None:
                self._bounds.tell(self.dropped)

    def state(self) -> dict[str, Any]:
        """Return what `aso doctor` shows; ages in seconds, sizes in bytes."""
        live, chains = self._live(), self.chains()
        segments = [each for chain in chains for each in chain.segments() if each.size]
        oldest = min((each.created_ms for each in segments), default=None)
        return {
            "path": str(self._folder) if self._folder else None,
            "bytes": sum(each.size for each in [*segments, *(live.spares if live else ())]),
            "segments": len(segments),
            "adopted": len(self._adopted),
            "oldest_age_s": None if oldest is None else time.time() - oldest / 1000,
            "dropped": self.dropped,
            "torn": self._torn + sum(chain.torn for chain in chains),
            "fallback": self._reason or (live.refused if live else None),
        }

    def chains(self) -> list[Chain]:
        """Return what there is to read in this process: the adopted, then its own."""
        live = self._live()
        return [*self._adopted, live] if live is not None else list(self._adopted)

    def forked(self) -> None:
        """In a forked child: let go of what is the parent's."""
        for pid in list(self._lives):
            if pid != _getpid():
                self._abandon(pid)

    def _roll(self, full: Segment, record: bytes) -> None:
        """Append where there is room: in a later segment, of this process."""
        live = full.live if full.pid == _getpid() else None
        if not isinstance(live, Live):
            live = self._here()
            full = live.head
        while (segment := live.after(full, len(record))) is not None:
            if segment.is_end:  # closed: what comes late starts anew
                live = self._here()
                full = live.head
                continue
            self._current = segment
            try:
                segment.write(record)
            except ValueError:
                full = segment
                continue
            self._announce(live)
            return
        self._counted += 1

    def _announce(self, live: Live) -> None:
        try:
            live.unannounced.pop()
        except IndexError:
            return
        for started in () if self._is_closed else self._listeners:
            started()

    def _live(self) -> Live | None:
        """Return this process's chain; None once closed, until a late record comes."""
        return self._lives.get(_getpid()) if self._is_closed else self._here()

    def _here(self) -> Live:
        """Return this process's chain; make it, once, in a forked child."""
        pid = _getpid()
        live = self._lives.get(pid)
        return live if live is not None else self._begin(pid)

    def _begin(self, pid: int) -> Live:
        for other in list(self._lives):  # forked where os.register_at_fork is not heard
            if other != pid:
                self._abandon(other)
        mine = Live(self._folder, self._origin, self._readers, self._owed)
        live = self._lives.setdefault(pid, mine)
        if live is not mine:  # another thread was first
            mine.leave()
        return live

    def _abandon(self, pid: int) -> None:
        parent = self._lives.pop(pid, None)
        if parent is not None:
            adopted = self._adopted
            self._forget()
            parent.abandon()
            for chain in adopted:
                if chain.owner is not None:
                    chain.owner.close()

    def _forget(self) -> None:
        """Start without anything of a parent: its segments, its locks, its counts."""
        self._current = Segment.nothing()
        self._adopted = []
        self._upkeep = threading.Lock()
        self._counted = 0
        self._torn = 0
        self._sized = None
        self._bounds = (
            Bounds(self._folder, self._max_bytes, self._max_age_s) if self._folder else None
        )

    def _finish(self, chain: Chain) -> None:
        chain.collect()
        if not any(cursor.is_behind() for cursor in chain.cursors.values()):
            self._adopted.remove(chain)
            self._skip.add(chain.stem)
            upkeep.release(chain)
            self._count(chain)

    def _tidy(self, folder: Path, bounds: Bounds, live: Live) -> None:
        """Now and then look at what others left; keep the size whenever a segment was filled."""
        is_due = time.monotonic() >= self._scan_at
        if is_due:
            self._scan_at = time.monotonic() + _SCAN_S
            bounds.keep_age([*self._adopted, live])
            names = [name for name, durable in self._readers.items() if durable]
            room = _ADOPTED_AT_ONCE - len(self._adopted)
            self._adopted = self._adopted + upkeep.adopt(folder, names, self._skip, room)
        if is_due or live.last() is not self._sized:
            self._sized = live.last()
            bounds.keep_size(self._adopted, live)
        bounds.tell(self.dropped)

    def _count(self, chain: Chain) -> None:
        self._counted += chain.lost
        self._torn += chain.torn


class LockedJournal(SegmentJournal):
    """For builds without a GIL, where nothing else makes a copy into a mapping whole."""

    def _forget(self) -> None:
        super()._forget()
        self._writing = threading.RLock()  # a finalizer may append while this thread does

    def append(self, payload: bytes) -> None:
        """Write one record; it survives this process."""
        with self._writing:
            super().append(payload)


def without_gil() -> bool:
    """Return whether this interpreter runs threads in parallel (PEP 703, PEP 779)."""
    enabled: Callable[[], bool] | None = getattr(sys, "_is_gil_enabled", None)
    return enabled is not None and not enabled()


def _after_fork() -> None:
    for journal in list(_JOURNALS):
        journal.forked()


_JOURNALS: weakref.WeakSet[SegmentJournal] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
