"""What an endpoint will not take: into the spool with its reason, counted, and said."""

from __future__ import annotations

import time
from collections.abc import Sequence

from aso import environment
from aso.guard import say
from aso.sinks.ingest_answers import Refused
from aso.sinks.ingest_batch import Key, key_of


class Aside:
    """What one sink set aside.

    Args:
        name: who speaks in the log.
        destination: where the events should have gone.
        max_bytes: of the spool; beyond it the oldest go.

    Attributes:
        set_aside: how many events the endpoint would not take.
        dropped: of all that was set aside, what could not be kept.
    """

    def __init__(self, name: str, destination: str, *, max_bytes: int = 64 << 20) -> None:
        self.set_aside = self.dropped = 0
        self._name, self._destination, self._max_bytes = name, destination, max_bytes
        self._said: dict[str, float] = {}
        self._counted: set[Key] = set()  # of the batch in hand

    def forget(self) -> None:
        """Begin with another batch: of one, an event that comes again counts once."""
        self._counted.clear()

    def keep(self, refused: Sequence[Refused]) -> None:
        """Set events aside; say each reason once an hour."""
        if not refused:
            return
        new = {key_of(one.document) for one in refused} - self._counted
        self._counted |= new
        self.set_aside += len(new)
        self.dropped += self._dropped_of(refused)
        for one in refused:
            self.say(
                one.reason, f"an event was refused and set aside (aso spool show): {one.reason}"
            )

    def lose(self, count: int, reason: str) -> None:
        """Count events that were refused without a word which they are."""
        self.set_aside += count
        self.dropped += count
        self.say(
            f"lost:{reason}", f"{count} events of a batch were refused, and are lost: {reason}"
        )

    def say(self, cause: str, text: str) -> None:
        """Say it once an hour."""
        say(cause, f"{self._name}: {text}", said=self._said)

    def _dropped_of(self, refused: Sequence[Refused]) -> int:
        """Put events into the spool; return how many, of all in it, had to be dropped for that."""
        from aso.sinks.ingest_spool import Spool, SpoolError  # SQLite: for the few that need it

        home = environment.home()
        if home is None:
            return len(refused)
        try:
            spool = Spool.of(home, max_bytes=self._max_bytes)
            return spool.add(self._destination, refused, at_ms=time.time_ns() // 1_000_000)
        except SpoolError as error:
            self.say("spool", f"an event that was refused is lost: {error}")
            return len(refused)


class SetsAside:
    """A sink that sets aside what the other side will not take; it makes ``_aside``."""

    _aside: Aside

    @property
    def set_aside(self) -> int:
        """Return how many events the other side would not take."""
        return self._aside.set_aside

    @property
    def dropped(self) -> int:
        """Return how many events, of all that was set aside, could not be kept."""
        return self._aside.dropped
