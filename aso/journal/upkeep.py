"""Dead processes' segments: who is dead, what is owed of them, and when they are too old."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from aso.journal.chain import Chain
from aso.journal.files import delete as delete_file
from aso.journal.layout import MAGIC
from aso.journal.live import SEGMENT_SUFFIX
from aso.journal.owner import SUFFIX, Owner
from aso.journal.segment import Segment


def adopt(folder: Path, names: Iterable[str], skip: set[str], limit: int) -> list[Chain]:
    """Return up to ``limit`` dead chains, oldest first, that owe something to one of the readers.

    The lock on the owner's file makes it once: of several who ask, one gets it. Chains that owe
    nothing are deleted; those that owe others only are left, and their names added to ``skip``.
    """
    found: list[Chain] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if len(found) >= limit:
            break
        if path.stem in skip or (owner := Owner.adopt(path)) is None:
            continue
        chain = chain_of(owner)
        if any(map(_is_of_another_version, segment_paths(owner))):
            skip.add(owner.stem)
            owner.close()
            continue
        if chain is None or chain.is_delivered():
            delete(owner)
            continue
        for name in owner.positions.keys() & set(names):
            chain.open(name)
        if any(cursor.is_behind() for cursor in chain.cursors.values()):
            found.append(chain)
        else:
            skip.add(owner.stem)
            owner.close()
    return found


def chain_of(owner: Owner) -> Chain | None:
    """Return the owner's segments in the order in which they were written; None without any."""
    loaded = [Segment.load(path) for path in segment_paths(owner)]
    segments = sorted((each for each in loaded if each), key=lambda each: each.ordinal)
    for earlier, later in pairwise(segments):
        earlier.follow(later)
    return Chain(owner, segments[0]) if segments else None


def release(chain: Chain) -> None:
    """Delete what every sink has; leave what is owed to others for them."""
    assert chain.owner is not None  # noqa: S101 — for the type checker
    chain.give_up()
    if chain.is_delivered():
        chain.torn += sum(segment.torn for segment in chain.segments())
        delete(chain.owner)
    else:
        chain.owner.close()


def delete(owner: Owner) -> None:
    """Delete an owner that we hold, its segments first: no segment is ever without owner."""
    for path in segment_paths(owner):
        delete_file(path)
    owner.remove()


def segment_paths(owner: Owner) -> list[Path]:
    """Return the files of the owner's segments."""
    return sorted(owner.path.parent.glob(f"{owner.stem}-*{SEGMENT_SUFFIX}"))


def bytes_used(folder: Path) -> int:
    """Return what all segments of the destination take on the disk."""
    return sum(_size(path) for path in folder.glob(f"*{SEGMENT_SUFFIX}"))


def expire(folder: Path, max_age_s: float) -> int:
    """Delete dead owners whose last write is too old; return the records that nobody got."""
    lost = 0
    oldest = time.time() - max_age_s
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if _last_write(path) < oldest and (owner := Owner.adopt(path)) is not None:
            lost += _undelivered(owner)
            delete(owner)
    return lost


def is_older(segment: Segment, max_age_s: float) -> bool:
    """Return whether the segment's last write is that long ago."""
    try:
        return segment.path is not None and segment.path.stat().st_mtime < time.time() - max_age_s
    except OSError:
        return False


def shrink(folder: Path, excess: int) -> tuple[int, int]:
    """Delete dead owners, oldest first, until ``excess`` bytes are gone; return bytes, records."""
    freed = lost = 0
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if freed >= excess:
            break
        if (owner := Owner.adopt(path)) is not None:
            freed += sum(map(_size, segment_paths(owner)))
            lost += _undelivered(owner)
            delete(owner)
    return freed, lost


def owed_of(owner: Owner) -> dict[str, int]:
    """Return how many of the owner's records each sink has yet to get."""
    chain = chain_of(owner)
    return {name: chain.owed(name) if chain is not None else 0 for name in owner.positions}


def _undelivered(owner: Owner) -> int:
    return max(owed_of(owner).values(), default=0)


def _is_of_another_version(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError:
        return False
    return magic != MAGIC and magic[:-1] == MAGIC[:-1]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _last_write(path: Path) -> float:
    stem = path.name[: -len(SUFFIX)]
    files = [path, *path.parent.glob(f"{stem}-*{SEGMENT_SUFFIX}")]
    try:
        return max(file.stat().st_mtime for file in files)
    except OSError:
        return time.time()  # somebody else is at it
