"""The right to deliver what a living process only journals: a file that it offers, and one takes.

A process that leaves delivery to ``aso ship`` puts ``STEM.ship`` beside its owner's file. Whoever has
the lock of it reads along; whoever adopts a dead process's records takes it, too, so that no two
ever have the same records in hand.
"""

from __future__ import annotations

import os
from pathlib import Path

from aso.journal.files import delete, try_lock

SUFFIX = ".ship"
_BINARY = getattr(os, "O_BINARY", 0)


def offer(folder: Path, stem: str) -> None:
    """Let another process deliver.

    Raises:
        OSError: no room or no right.
    """
    os.close(os.open(_path(folder, stem), os.O_RDWR | os.O_CREAT | _BINARY, 0o600))


def is_offered(folder: Path, stem: str) -> bool:
    """Return whether the process leaves its delivery to others."""
    return _path(folder, stem).exists()


def is_taken(folder: Path, stem: str) -> bool:
    """Return whether somebody reads along just now."""
    try:
        fd = take(folder, stem)
    except BlockingIOError:
        return True
    if fd is not None:
        os.close(fd)
    return False


def take(folder: Path, stem: str) -> int | None:
    """Return the locked file's descriptor; None where nothing is offered.

    Raises:
        BlockingIOError: another process has it.
        OSError: it cannot be opened, or the file system has no locks.
    """
    try:
        fd = os.open(_path(folder, stem), os.O_RDWR | _BINARY)
    except FileNotFoundError:
        return None
    try:
        if not try_lock(fd):
            raise BlockingIOError
        if os.fstat(fd).st_nlink:
            return fd
    except OSError:
        os.close(fd)
        raise
    os.close(fd)  # deleted meanwhile, with all that it was for
    return None


def remove(folder: Path, stem: str) -> None:
    """Delete the offer."""
    delete(_path(folder, stem))


def _path(folder: Path, stem: str) -> Path:
    return folder / (stem + SUFFIX)
