"""Record → event, once for all sinks where that is cheap, and counted once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from aso.guard import Guard
from aso.journal import Reader, Record
from aso.records import Event

_ALL = 1 << 62
_AT_ONCE = 500


@dataclass(slots=True)
class Tally:
    """Counts of one process's own records.

    ``unpriced`` and ``partial`` are pricing statuses of calls; ``estimated`` counts estimated
    usage; ``dropped`` what no event could be derived from, and what a sink gave up; ``delivered`` events
    that every sink has.
    """

    calls: int = 0
    events: int = 0
    refused: int = 0
    unpriced: int = 0
    partial: int = 0
    estimated: int = 0
    unmetered: int = 0
    delivered: int = 0
    dropped: int = 0

    def add(self, event: Event | None) -> None:
        """Count one event; None: it could not be derived."""
        if event is None:
            self.dropped += 1
            return
        is_call = event.kind == "call"
        self.events += 1
        self.calls += is_call and event.revision == 0
        self.refused += event.kind == "refused"
        self.unmetered += event.kind == "unmetered"
        self.unpriced += is_call and event.cost.status == "unpriced"
        self.partial += is_call and event.cost.status == "partial"
        self.estimated += event.usage.source == "estimate"


class Derive:
    """Calls ``build``; remembers the newest events for the other sinks.

    Attributes:
        counted: how many of this process's records are in the tally.
    """

    def __init__(
        self,
        reader: Reader,
        build: Callable[[Record], Event | None],
        *,
        guard: Guard,
        remember: int,
        is_shared: bool,
    ) -> None:
        self.tally = Tally()
        self.counted = 0
        self._reader = reader
        self._build = build
        self._guard = guard
        self._remember = remember
        self._is_shared = is_shared  # by several sinks
        self._recent: dict[bytes, Event | None] = {}
        self._lock = threading.RLock()  # a signal's handler may ask while its thread has it

    def events(self, records: list[Record], own_so_far: int) -> list[Event | None]:
        """Return the records' events in their order; None where one cannot be built.

        ``own_so_far`` says how many of this process's records the asking sink has read: all of
        them are counted first, which also builds them.
        """
        with self._lock:
            self.catch_up(own_so_far - self.counted)
            found = [self._event(record) for record in records]
            if not self._is_shared:
                self._recent.clear()
            return found

    def catch_up(self, limit: int = _ALL) -> None:
        """Count up to ``limit`` records that were not counted yet."""
        with self._lock:
            while limit > 0 and (records := self._reader.read(min(limit, _AT_ONCE))):
                self._reader.commit()
                limit -= len(records)
                self.counted += len(records)
                for record in records:
                    self.tally.add(self._event(record))

    def _event(self, record: Record) -> Event | None:
        key = record.payload
        if key not in self._recent:
            event = None
            with self._guard:
                event = self._build(record)
            while len(self._recent) >= self._remember:
                del self._recent[next(iter(self._recent))]
            self._recent[key] = event
        return self._recent[key]
