"""What was given up in a destination's folder, by cause, for whoever asks later: ``aso doctor``.

One small file of counts, added to under its lock by every process that drops records.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import NamedTuple

from aso.journal.files import try_lock, write_at

_NAME = "dropped"
_FORM = struct.Struct("<5Q")


class Drops(NamedTuple):
    """Records that nobody got: first and last time (milliseconds since the epoch), and how many.

    ``age`` and ``size``: over the journal's bounds; ``room``: neither disk nor memory had any.
    """

    first_ms: int = 0
    last_ms: int = 0
    age: int = 0
    size: int = 0
    room: int = 0

    @property
    def total(self) -> int:
        """Return how many there were of all causes."""
        return self.age + self.size + self.room

    def and_then(self, other: Drops) -> Drops:
        """Return both as one; ``other`` came later."""
        counts = (mine + more for mine, more in zip(self[2:], other[2:], strict=True))
        return Drops(self.first_ms or other.first_ms, other.last_ms, *counts)


def note(folder: Path, drops: Drops) -> bool:
    """Add to the folder's counts; False where that cannot be now: the next time, then."""
    try:
        fd = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    except OSError:
        return False
    try:
        if not try_lock(fd):
            return False
        before = _of(os.read(fd, _FORM.size))
        write_at(fd, 0, _FORM.pack(*before.and_then(drops)))
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def noted(folder: Path) -> Drops:
    """Return the folder's counts."""
    try:
        return _of((folder / _NAME).read_bytes())
    except OSError:
        return Drops()


def _of(data: bytes) -> Drops:
    return Drops(*_FORM.unpack(data)) if len(data) == _FORM.size else Drops()
