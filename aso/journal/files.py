"""What operating systems do differently: room on the disk, file locks, writing at an offset."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

_UNSUPPORTED = {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}
_ZEROS = bytes(64 << 10)
_LOCK_BYTE = 1 << 30  # Windows locks bytes, not files: one that nobody reads or writes
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "glusterfs", "fuse.sshfs", "davfs")


def make_private(folder: Path) -> None:
    """Create the folder, and what is missing above it, with mode 0700.

    Raises:
        OSError: there is no room, or no right, to do so.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):  # parents=True would give those the default mode
        path.mkdir(mode=0o700, exist_ok=True)
    if os.name != "nt" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def preallocate(fd: int, size: int) -> None:
    """Give the empty file ``size`` bytes of real room, so that a mapping of it cannot fail later.

    Raises:
        OSError: the disk or the quota is full (ENOSPC, EDQUOT), the file too large (EFBIG).
    """
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(fd, 0, size)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
        else:
            return
    written = 0
    while written < size:
        written += os.write(fd, _ZEROS[: size - written])


def write_at(fd: int, offset: int, data: bytes) -> None:
    """Write few bytes in one call; the caller sees to it that no other thread does."""
    if hasattr(os, "pwrite"):
        os.pwrite(fd, data, offset)
    else:
        os.lseek(fd, offset, os.SEEK_SET)
        os.write(fd, data)


def delete(path: Path) -> None:
    """Delete the file, if it is there. On Windows one that another process has open stays, for it.

    Raises:
        OSError: no right to do so.
    """
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        if os.name != "nt":
            raise


def try_lock(fd: int) -> bool:
    """Lock the file for this process's life; False when a living process has it.

    Raises:
        OSError: the file system has no locks.
    """
    try:
        _lock(fd)
    except (BlockingIOError, PermissionError):
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, _LOCK_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(fd, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def network_type(folder: Path) -> str | None:
    """Return the type of the folder's file system if it is a network's, where that is known.

    Mappings and locks are not shared with other machines there. Linux only (proc(5), mountinfo).
    """
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    where, best, kind = os.path.realpath(folder), "", ""
    for line in lines:
        left, _, right = line.partition(" - ")
        mount = left.split()[4]
        inside = mount in {"/", where} or where.startswith(mount + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, right.split()[0]
    return kind if kind.startswith(_NETWORK) else None
