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
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

from aso.journal.files import preallocate, try_lock, write_at

SUFFIX = ".own"
Position = tuple[int, int]
_SLOT = struct.Struct("<IIIH")
_SLOT_BYTES = 128
_SLOTS = 64
_ATTEMPTS = 5
_LONGEST_NAME = _SLOT_BYTES - _SLOT.size


class Owner:
    """One process's file; made by it, later held by whoever adopts its segments."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.positions: dict[str, Position] = {}
        self._fd = fd
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
        try:
            fd = os.open(path, os.O_RDWR | _BINARY)
        except OSError:
            return None
        owner = cls(path, fd)
        try:
            if try_lock(fd) and os.fstat(fd).st_nlink:
                owner._load()
                return owner
        except OSError:
            pass  # no locks here: leave it alone
        owner.close()
        return None

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

    def close(self) -> None:
        """Give the lock back; a copy of it in a forked child just closes the copy."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def remove(self) -> None:
        """Delete the file and give the lock back."""
        if os.name == "nt":  # an open file cannot be deleted there
            self.close()
        self.path.unlink(missing_ok=True)
        self.close()

    def _write(self, name: str, position: Position) -> None:
        body = _SLOT.pack(0, *position, len(_name(name)))[4:] + _name(name)
        data = crc32(body).to_bytes(4, "little") + body
        self.positions[name] = position
        if self._fd >= 0:
            write_at(self._fd, self._slots[name] * _SLOT_BYTES, data.ljust(_SLOT_BYTES, b"\0"))

    def _load(self) -> None:
        data = os.read(self._fd, _SLOTS * _SLOT_BYTES)
        for at in range(len(data) // _SLOT_BYTES):
            slot = data[at * _SLOT_BYTES : (at + 1) * _SLOT_BYTES]
            crc, ordinal, offset, length = _SLOT.unpack_from(slot)
            name = slot[_SLOT.size : _SLOT.size + length].decode(errors="replace")
            if not length:
                break
            valid = crc == crc32(slot[4 : _SLOT.size + length])
            self.positions[name] = (ordinal, offset) if valid else (0, 0)
            self._slots[name] = at


def slot_name(name: str) -> str:
    """Return the name as a slot can hold it: long ones become a digest."""
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    return blake2b(name.encode(), digest_size=20).hexdigest()


def _name(name: str) -> bytes:
    return name.encode()


_BINARY = getattr(os, "O_BINARY", 0)
