"""Records that survive the process: appended on the call path, read by every sink, adopted once.

``open_journal`` is for the process that writes; ``adopt_and_read`` and ``survey`` for the command
line, which looks after what dead processes left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aso.facts import Origin
from aso.journal import drops, token, upkeep
from aso.journal.appender import LockedJournal, SegmentJournal, without_gil
from aso.journal.contract import Journal, Mark, Reader, Record, Source
from aso.journal.files import make_private, network_type
from aso.journal.owner import SUFFIX, Owner, slot_name
from aso.journal.watch import Watch
from aso.keeping import MAX_AGE_S, MAX_BYTES

__all__ = [
    "Journal",
    "Mark",
    "Reader",
    "Record",
    "Source",
    "Watch",
    "adopt_and_read",
    "destinations",
    "open_journal",
    "survey",
]


def open_journal(
    home: Path | None,
    destination: str | None,
    origin: Origin,
    *,
    durability: str = "process",
    max_bytes: int = MAX_BYTES,
    max_age_s: float = MAX_AGE_S,
) -> Journal:
    """Return the journal of a destination (endpoint and key id); where that cannot be, in memory.

    ``Journal.state()["fallback"]`` says why it is in memory: asked for, no home, no destination
    (no sink that could take up where another process left off), a network's file system, no right
    to write, no room. It never raises for any of those.
    """
    folder, reason = None, None
    if durability == "memory":
        reason = "durability is memory"
    elif home is None:
        reason = "no home directory"
    elif destination is None:
        reason = "no sink keeps its place"
    else:
        folder, reason = _prepared(folder_of(home, destination))
    kind = LockedJournal if without_gil() else SegmentJournal
    return kind(folder, origin, max_bytes=max_bytes, max_age_s=max_age_s, reason=reason)


def folder_of(home: Path, destination: str) -> Path:
    """Return the destination's folder: its name, and a digest where the name was not a file's."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", destination).strip("-.")[:64]
    if name != destination:
        name = f"{name}-{blake2b(destination.encode(), digest_size=4).hexdigest()}"
    return home / "journal" / name


def destinations(home: Path) -> list[Path]:
    """Return the folders of all destinations that have one."""
    return sorted(path for path in (home / "journal").glob("*") if path.is_dir())


def adopt_and_read(folder: Path, name: str, *, limit: int = 500) -> Iterator[list[Record]]:
    """Yield what dead processes owe to the sink ``name``, in batches of up to ``limit`` records.

    A batch counts as delivered when the next one is asked for; if the caller stops or raises, the
    last batch stays owed. ``folder`` is one of ``destinations()``.

    Raises:
        OSError: a file cannot be read or written.
    """
    name, skip = slot_name(name), set[str]()
    while chains := upkeep.adopt(folder, [name], skip, limit=1):
        for chain in chains:
            try:
                while batch := chain.cursors[name].read(limit):
                    yield [Record(segment.origin, payload, own=False) for segment, payload in batch]
                    chain.commit(name)
                    chain.collect()
            finally:
                skip.add(chain.stem)
                upkeep.release(chain)


def survey(folder: Path) -> dict[str, Any]:
    """Return what a destination's folder holds: bytes, living and dead owners, records by sink.

    ``owed``: dead processes' records; ``left``: those of living ones that leave their delivery to
    `aso ship`, and ``unattended``, how many of these nobody delivers for now. The other living
    deliver by themselves. ``drops``: what was given up here.
    """
    living = dead = unattended = 0
    owed, left = Counter[str](), Counter[str]()
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if (owner := Owner.adopt(path)) is not None:
            dead += 1
            owed.update(upkeep.owed_of(owner))
            owner.close()
            continue
        living += 1
        if token.is_offered(folder, path.stem) and (owner := Owner.look_at(path)) is not None:
            unattended += not token.is_taken(folder, path.stem)
            left.update(upkeep.owed_of(owner))
            owner.close()
    return {
        "path": str(folder),
        "bytes": upkeep.bytes_used(folder),
        "living": living,
        "dead": dead,
        "owed": dict(owed),
        "left": dict(left),
        "unattended": unattended,
        "drops": drops.noted(folder),
    }


def _prepared(folder: Path) -> tuple[Path | None, str | None]:
    try:
        make_private(folder)
    except OSError as error:
        return None, f"{folder}: {error.strerror}"
    if (kind := network_type(folder)) is not None:
        return None, f"{folder} is on a network's file system ({kind})"
    return folder, None
