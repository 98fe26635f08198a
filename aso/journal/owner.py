"""Who writes a set of segments, and how far each sink has them: one small locked file.

The lock is the truth about life: it goes with the process, also where process ids mean nothing
(containers). The file's slots say to which sinks the records are owed and up to where each has them.
"""

from __future__ import annotations

import errno
import os
import secrets
import struct
import threading
import time
from collections.abc import Collection, Iterator
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

from aso.journal import token
from aso.journal.files import delete, preallocate, try_lock, write_at

SUFFIX = ".own"
Position = tuple[int, int]
_SLOT = struct.Struct("<IIIH")
_SLOT_BYTES = 128
_SLOTS = 64
_ATTEMPTS = 5
_LONGEST_NAME = _SLOT_BYTES - _SLOT.size


class Owner:
    """One process's file; made by it, later held by whoever adopts its segments."""

    def __init__(self, path: Path, fd: int, right: int | None = None) -> None:
        self.path = path
        self.positions: dict[str, Position] = {}
        self._fd = fd
        self._right = right  # to deliver, where its process offers that
        self._slots: dict[str, int] = {}
        self._lock = threading.Lock()  # background only

    @classmethod
    def create(cls, folder: Path) -> Owner:
        """Return a new, locked owner.

        Raises:
            OSError: no room, no right, or a file system without locks.
        """
        for _ in range(_ATTEMPTS):
            name = f"{time.time_ns() // 1_000_000:013d}-{os.getpid()}-{secrets.token_hex(4)}"
            path = folder / (name + SUFFIX)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
            owner = cls(path, fd)
            try:
                if try_lock(fd) and os.fstat(fd).st_nlink:
                    preallocate(fd, _SLOTS * _SLOT_BYTES)  # a full disk shows here, not later
                    return owner
            except OSError:
                owner.remove()
                raise
            owner.close()  # someone tidied it away between its making and its locking
        raise BlockingIOError(errno.EAGAIN, "cannot lock a new file", str(folder))

    @classmethod
    def adopt(cls, path: Path) -> Owner | None:
        """Return a dead process's owner, locked; None if someone has it or it is gone."""
        owner = cls._opened(path)
        if owner is None or not owner.seize():
            return None
        owner.load()
        return owner

    @classmethod
    def follow(cls, path: Path) -> Owner | None:
        """Return the owner of a process that leaves delivery to us: its right, not its lock.

        None where the process delivers by itself, or another one reads along.
        """
        try:
            right = token.take(path.parent, path.name[: -len(SUFFIX)])
        except OSError:
            return None
        if right is None:
            return None
        if (owner := cls._opened(path, right)) is None:
            os.close(right)
            return None
        owner.load()
        return owner

    @classmethod
    def look_at(cls, path: Path) -> Owner | None:
        """Return the owner as its file is now, without a lock; None if it is gone."""
        if (owner := cls._opened(path)) is not None:
            owner.load()
        return owner

    @classmethod
    def _opened(cls, path: Path, right: int | None = None) -> Owner | None:
        try:
            return cls(path, os.open(path, os.O_RDWR | _BINARY), right)
        except OSError:
            return None

    def seize(self) -> bool:
        """Take the lock of a dead process, and its right to deliver; else let go of everything."""
        try:
            if self.is_over():
                if self._right is None:
                    self._right = token.take(self.path.parent, self.stem)
                return True
        except OSError:
            pass  # somebody delivers what it left; or no locks here: leave it alone
        self.close()
        return False

    def is_over(self) -> bool:
        """Return whether the process is dead and its lock now ours.

        Raises:
            OSError: the file system has no locks.
        """
        return try_lock(self._fd) and os.fstat(self._fd).st_nlink > 0

    @property
    def stem(self) -> str:
        """What the names of its segments start with."""
        return self.path.name[: -len(SUFFIX)]

    def register(self, name: str, position: Position = (0, 0)) -> None:
        """Note that the records after ``position`` are owed to the sink."""
        with self._lock:
            if name not in self.positions and len(self._slots) < _SLOTS:
                self._slots[name] = len(self._slots)
                self._write(name, position)

    def commit(self, name: str, position: Position) -> None:
        """Note that the sink has everything before ``position``.

        Raises:
            OSError: the disk refuses; the sink gets those records again after a crash.
        """
        with self._lock:
            if name in self._slots and self.positions[name] != position:
                self._write(name, position)

    def offer(self) -> None:
        """Leave delivery to whoever reads along.

        Raises:
            OSError: no room or no right.
        """
        token.offer(self.path.parent, self.stem)

    def refresh(self, names: Collection[str]) -> None:
        """Take over how far another process has delivered to these sinks, as the file says it."""
        with self._lock:
            for at, name, position in self._slots_in_file() if self._fd >= 0 else ():
                if name in names and position is not None:
                    self.positions[name], self._slots[name] = position, at

    def close(self) -> None:
        """Give the lock back; a copy of it in a forked child just closes the copy."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
        right, self._right = self._right, None
        if right is not None:
            os.close(right)

    def remove(self) -> None:
        """Delete the file and give the lock back."""
        if os.name == "nt":  # an open file cannot be deleted there
            self.close()
        token.remove(self.path.parent, self.stem)
        delete(self.path)
        self.close()

    def _write(self, name: str, position: Position) -> None:
        body = _SLOT.pack(0, *position, len(_name(name)))[4:] + _name(name)
        data = crc32(body).to_bytes(4, "little") + body
        self.positions[name] = position
        if self._fd >= 0:
            write_at(self._fd, self._slots[name] * _SLOT_BYTES, data.ljust(_SLOT_BYTES, b"\0"))

    def load(self) -> None:
        """Read who is owed what; a damaged place is the beginning."""
        for at, name, position in self._slots_in_file():
            self.positions[name], self._slots[name] = position or (0, 0), at

    def _slots_in_file(self) -> Iterator[tuple[int, str, Position | None]]:
        """Yield the slots with their places; a position that is damaged, or being written: None."""
        os.lseek(self._fd, 0, os.SEEK_SET)
        data = os.read(self._fd, _SLOTS * _SLOT_BYTES)
        for at in range(len(data) // _SLOT_BYTES):
            slot = data[at * _SLOT_BYTES : (at + 1) * _SLOT_BYTES]
            crc, ordinal, offset, length = _SLOT.unpack_from(slot)
            if not length:
                break
            name = slot[_SLOT.size : _SLOT.size + length].decode(errors="replace")
            valid = crc == crc32(slot[4 : _SLOT.size + length])
            yield at, name, (ordinal, offset) if valid else None


def slot_name(name: str) -> str:
    """Return the name as a slot can hold it: long ones become a digest."""
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    return blake2b(name.encode(), digest_size=20).hexdigest()


def _name(name: str) -> bytes:
    return name.encode()


_BINARY = getattr(os, "O_BINARY", 0)
