"""Events in a list, for tests and notebooks."""

from __future__ import annotations

from collections.abc import Sequence

from aso.records import Event


class MemorySink:
    """Keeps every event in ``events``; nothing outlives the process."""

    destination: str | None = None

    def __init__(self) -> None:
        self.events: list[Event] = []

    def send(self, events: Sequence[Event]) -> None:
        """Keep the batch."""
        self.events.extend(events)

    def close(self) -> None:
        """Keep the events: they are there to be read."""
