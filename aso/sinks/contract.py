"""What a sink is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aso.records import Event


class Sink(Protocol):
    """Takes events in batches, on a background thread.

    An optional class or instance attribute ``destination`` names the place where undelivered
    events wait for it across processes: None, nothing waits; without it, the class's name.
    Optional as well: ``max_batch_events``, how many it takes at once (500), and
    ``max_batch_age_s``, how long a batch that is not full may wait for more (not at all);
    ``set_aside`` and ``dropped``, its counts of events that it keeps apart because its end does not
    take them, and of those that it gave up: ``aso.stats()`` counts neither as delivered.
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
