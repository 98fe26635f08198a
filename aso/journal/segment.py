"""One segment: bytes that are mapped while they are written, and read from the file afterwards.

``mmap.write`` is what makes appending atomic without a lock: one C call under the GIL that checks
the room, copies and advances, and raises ValueError once there is no room, the segment is sealed
(its position moved to its end) or its mapping is closed.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from pathlib import Path

from aso.facts import Origin
from aso.journal.files import delete, preallocate
from aso.journal.layout import (
    ORDINAL,
    Header,
    View,
    decode_header,
    encode_header,
    encode_ordinal,
    read_records,
)

_NOTHING = Origin(None, None, "")


class Segment:
    """Part of a chain: each segment knows its ``following`` one, and never two.

    Attributes:
        write: appends a whole record, or raises ValueError.
        pid: whose it is; a forked child must not write here.
        sealed: nothing is added any more.
        torn: its last record was not written to its end.
        is_end: no segment, but the mark that none will follow.
        live: the chain that it was made for.
    """

    __slots__ = (
        "_data",
        "_following",
        "_total",
        "created_ms",
        "is_end",
        "live",
        "map",
        "ordinal",
        "origin",
        "path",
        "pid",
        "sealed",
        "size",
        "start",
        "torn",
        "write",
    )

    def __init__(self, header: Header, path: Path | None, size: int) -> None:
        self.origin, self.pid, self.created_ms, self.ordinal, self.start = header
        self.path = path
        self.size = size
        self.map: mmap.mmap | None = None
        self.write: Callable[[bytes], object] = _refuse
        self.sealed = True
        self.is_end = False
        self.live: object = None
        self.torn = False
        self._data: View | None = None
        self._following: dict[int, Segment] = {}
        self._total: int | None = None

    @classmethod
    def nothing(cls) -> Segment:
        """Return the empty, sealed segment that a chain starts with."""
        return cls(Header(_NOTHING, os.getpid(), 0, 0, 0), None, 0)

    @classmethod
    def final(cls) -> Segment:
        """Return the mark that ends a chain for good."""
        mark = cls.nothing()
        mark.is_end = True
        return mark

    @classmethod
    def create(cls, origin: Origin, path: Path | None, size: int) -> Segment:
        """Return a spare with room on the disk and touched pages; in memory without a path.

        Raises:
            OSError: no room or no right; no file is left behind.
        """
        created_ms = time.time_ns() // 1_000_000
        header = encode_header(origin, os.getpid(), created_ms)
        segment = cls(Header(origin, os.getpid(), created_ms, 0, len(header)), path, size)
        segment.map = mapping = _map_file(path, size) if path else mmap.mmap(-1, size)
        for page in range(0, size, mmap.PAGESIZE):
            mapping[page] = 0
        mapping.write(header)
        segment.write = mapping.write
        segment.sealed = False
        return segment

    @classmethod
    def load(cls, path: Path) -> Segment | None:
        """Return a dead process's segment; None if it cannot be read or was never used."""
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                header = decode_header(file.read(mmap.PAGESIZE))
        except OSError:
            return None
        return cls(header, path, size) if header and header.ordinal else None

    @property
    def room(self) -> int:
        """The largest record that an unused segment takes, in bytes."""
        return self.size - self.start

    @property
    def following(self) -> Segment | None:
        """The next segment of the chain, once there is one."""
        return self._following.get(0)

    def follow(self, candidate: Segment) -> Segment:
        """Make the candidate the next segment, unless another thread was first; return the next.

        ``dict.setdefault`` is one step under the GIL: all threads agree on who was first.
        """
        candidate._number(self.ordinal + 1)
        found = self._following.setdefault(0, candidate)
        if found is not candidate:
            candidate._number(0)  # a spare again: whoever reads along must not take it for the next
        return found

    def seal(self) -> None:
        """Let nothing more in. What was written stays readable."""
        if not self.sealed:
            try:
                if self.map is not None:
                    self.map.seek(0, os.SEEK_END)
            except ValueError:
                pass  # already unmapped
            self.sealed = True

    def read(self, offset: int, limit: int) -> tuple[list[bytes], int]:
        """Return up to ``limit`` complete records at ``offset`` (0: the first), and where they end.

        Raises:
            OSError: the file cannot be read now; nothing is lost by trying again.
        """
        while True:
            try:
                found, end, torn = read_records(self._view(), offset or self.start, limit)
            except FileNotFoundError:  # dropped meanwhile
                return [], offset
            except ValueError:  # unmapped meanwhile: the next look is into the file
                continue
            self.torn = self.torn or (torn and self.sealed)
            return found, end

    def count(self, offset: int = 0) -> int:
        """Return how many complete records follow ``offset``; keeps nothing of them in memory."""
        if not offset and self._total is not None:
            return self._total
        is_whole = self.sealed and not offset  # asked first: it may be sealed meanwhile
        had_data = self._data is not None
        count = len(self.read(offset, self.size)[0])
        if not had_data:
            self.forget()
        if is_whole:  # it may be deleted meanwhile, and then holds nothing
            self._total = count = count if self._total is None else self._total
        return count

    def has(self, offset: int = 0) -> bool:
        """Return whether any complete record follows ``offset``."""
        return bool(self.read(offset, 1)[0])

    def forget(self) -> None:
        """Drop what was read from the file; it can be read again."""
        self._data = None

    def end(self) -> int:
        """Return where the last complete record ends; unsealed: where the next one goes."""
        if not self.sealed and self.map is not None:
            try:
                return self.map.tell()
            except ValueError:
                pass  # unmapped meanwhile: its end is in its file
        return self.read(0, self.size)[1]

    def park(self) -> None:
        """Give the memory back; what is on the disk can still be read. Only when sealed."""
        self.forget()
        if self.path is not None:
            self.unmap()

    def unmap(self) -> None:
        """Let go of the mapping; whoever still writes finds no room."""
        mapping, self.map = self.map, None
        if mapping is not None:
            mapping.close()

    def discard(self) -> None:
        """Delete the segment with all that is in it."""
        self.seal()
        self.forget()
        self._total = 0
        self.unmap()
        if self.path is not None:
            delete(self.path)

    def _number(self, ordinal: int) -> None:
        if self.map is not None:
            self.ordinal = ordinal
            self.map[ORDINAL] = encode_ordinal(ordinal)

    def _view(self) -> View:
        mapping = self.map
        if mapping is not None:
            return mapping
        data = self._data
        if data is None:
            self._data = data = self.path.read_bytes() if self.path is not None else b""
        return data


def _map_file(path: Path, size: int) -> mmap.mmap:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        preallocate(fd, size)
        return mmap.mmap(fd, size)
    except (OSError, ValueError):
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)


def _refuse(_record: bytes) -> object:
    raise ValueError("nothing is written here")
