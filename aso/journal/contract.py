"""What a journal promises to those who write, deliver and tidy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from aso.facts import Origin

Mark = Mapping[str, tuple[int, int]]  # chain → segment and offset in it
OWN = ""  # the chain of the process itself


class Record(NamedTuple):
    """One payload as it was appended; ``own``: by this process, and not adopted."""

    origin: Origin
    payload: bytes
    own: bool


class Reader(Protocol):
    """One sink's place in the journal. Used by one thread at a time."""

    def read(self, limit: int) -> list[Record]:
        """Return up to ``limit`` records that were not read yet, adopted ones first."""
        ...

    def commit(self) -> None:
        """Note that everything read so far is delivered."""
        ...

    def pending(self) -> int:
        """Return how many of this process's records were not committed."""
        ...

    def has(self, mark: Mark) -> bool:
        """Return whether everything appended before ``Journal.mark()`` is committed."""
        ...


class Source(Protocol):
    """Records for readers, and what is to be done for them in the background.

    Attributes:
        dropped: records that were or will not be delivered: over a bound, or no room at all.
    """

    @property
    def dropped(self) -> int:
        """Return how many records were given up."""
        ...

    def reader(self, name: str, *, durable: bool = True) -> Reader:
        """Return the reader of that name; ``durable=False``: from now on, forgotten at exit.

        Readers are made before the first record: a record is owed to those there are.
        """
        ...

    def listen(self, started: Callable[[], None]) -> None:
        """Have ``started`` called once per process, by the thread that first appends in it."""
        ...

    def mark(self) -> Mark:
        """Return where the records end at present."""
        ...

    def maintain(self) -> None:
        """Background: make a spare, adopt the dead, delete what is delivered, keep the bounds."""
        ...

    def close(self) -> None:
        """Delete what is delivered and leave the rest to the next process."""
        ...


class Journal(Source, Protocol):
    """Records from the call path to the readers."""

    def append(self, payload: bytes) -> None:
        """Write one record; it survives this process. Never raises, waits or signals."""
        ...

    def owe(self, name: str) -> None:
        """Keep what is appended for a sink that another process delivers to: ``aso ship``."""
        ...

    def owing(self) -> int:
        """Return how many of this process's records another process has yet to deliver."""
        ...

    def state(self) -> dict[str, Any]:
        """Return what `aso doctor` shows."""
        ...
