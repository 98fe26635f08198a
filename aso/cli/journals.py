"""What `aso doctor` says of the journals in a home directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from aso.journal import destinations, survey
from aso.journal.drops import Drops
from aso.semconv import counted, instant_text

Finding = tuple[str, str, bool]  # what, what was found, whether it is in order


def journals(home: Path) -> Iterator[Finding]:
    """Yield what each destination's folder holds, what nobody delivers, and what was given up."""
    for folder in destinations(home):
        found = survey(folder)
        owed = sum(found["owed"].values()) + sum(found["left"].values())
        yield (
            "journal",
            (
                f"{folder.name}: {found['bytes']:,} bytes, writers: {found['living']} living, "
                f"{found['dead']} dead; {counted(owed, 'record')} to deliver"
            ),
            True,
        )
        if found["unattended"]:
            yield "ship", _unattended(found["unattended"], home), False
        if found["drops"].total:
            yield "dropped", _dropped(found["drops"], folder), False


def _unattended(count: int, home: Path) -> str:
    processes = f"{count:,} process{'' if count == 1 else 'es'}"
    return (
        f"{processes} of ASO_DELIVERY=ship, and nobody delivers for "
        f"{'it' if count == 1 else 'them'}: aso ship --watch {home}"
    )


def _dropped(found: Drops, folder: Path) -> str:
    causes = {
        "over ASO_JOURNAL_MAX_BYTES": found.size,
        "older than ASO_JOURNAL_MAX_AGE": found.age,
        "without room on the disk": found.room,
    }
    parts = ", ".join(f"{count:,} {cause}" for cause, count in causes.items() if count)
    return (
        f"{counted(found.total, 'record')} from {instant_text(found.first_ms)} to "
        f"{instant_text(found.last_ms)}, which nobody gets: {parts}; to forget that: rm "
        f"{folder / 'dropped'}"
    )
