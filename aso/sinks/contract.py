"""What a sink is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aso.records import Event


class Sink(Protocol):
    """Takes events in batches, on a background thread.

    An optional class or instance attribute ``destination`` names the place where undelivered
    events wait for it across processes: None, nothing waits; without it, the class's name.
    """

    def send(self, events: Sequence[Event]) -> None:
        """Take a batch; raise to have the same batch tried again.

        An exception's ``retry_after_s``, where it has one, says when. Events come at least once:
        keep one of each ``event_id`` and ``revision``.
        """
        ...

    def close(self) -> None:
        """Release what is held. Called once, after the last batch."""
        ...
