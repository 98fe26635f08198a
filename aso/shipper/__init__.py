"""Journal → events → sinks, in the background.

The call path neither signals nor waits: threads look every ``interval_s``. They start with the
first record of a process, so that a server may fork after ``instrument()``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from aso.guard import Guard
from aso.journal import Reader, Record, Source
from aso.records import Event
from aso.shipper.crew import Crew, Station
from aso.shipper.derive import Tally
from aso.shipper.lane import Sink

__all__ = ["Shipper", "Sink", "Tally", "destination_of"]

_GRACE_S = 0.1  # for idle threads to close their sinks, after the time is over
_LOOK_S = 0.005  # between looks at the threads' progress while somebody waits


class Taken(NamedTuple):
    """Events that a sink took, keeps apart, and gave up."""

    taken: int
    set_aside: int
    dropped: int


class Shipper:
    """Delivers what the journal has to every sink, each at its own pace.

    A sink's ``destination`` names its place in the journal; where it is None, nothing is kept for
    it. Without that attribute the sink's class is its name. ``sweep`` is called every
    ``interval_s`` by a thread of ours, and again at once where it returns True: it may append what
    finalizers handed over, or what is read behind the calls.
    """

    def __init__(
        self,
        journal: Source,
        sinks: Sequence[Sink],
        build: Callable[[Record], Event | None],
        *,
        guard: Guard,
        interval_s: float = 0.25,
        batch: int = 500,
        sweep: Callable[[], object] | None = None,
    ) -> None:
        self._journal = journal
        self._guard = guard
        self._born = os.getpid()
        self._is_closed = False
        self._station = Station(
            journal=journal,
            sinks=_with_readers(sinks, journal),
            tally=journal.reader("aso.tally", durable=False),
            build=build,
            guard=guard,
            interval_s=interval_s,
            batch=batch,
            sweep=sweep,
        )
        self._crews: dict[int, Crew] = {}
        self._crew()
        journal.listen(self._started)

    @property
    def tally(self) -> Tally:
        """Counts of this process's records, as far as they were derived; see ``catch_up``."""
        crew = self._crew()
        found = crew.derive.tally
        delivered = min((lane.delivered for lane in crew.lanes), default=0)
        dropped = found.dropped + sum(lane.dropped for lane in crew.lanes)
        return replace(found, delivered=delivered, dropped=dropped)

    def taken(self) -> dict[str, Taken]:
        """Return what became of all events, of whichever process, by destination."""
        names = [destination_of(sink) for sink, _ in self._station.sinks]
        return {
            name: Taken(lane.taken, lane.set_aside, lane.dropped)
            for name, lane in zip(names, self._crew().lanes, strict=True)
            if name is not None
        }

    def catch_up(self) -> None:
        """Derive and count every record appended so far; delivers nothing."""
        with self._guard:
            self._crew().derive.catch_up()

    def pending(self) -> int:
        """Return how many of this process's records are not with every sink yet."""
        return max((lane.reader.pending() for lane in self._crew().lanes), default=0)

    def flush(self, timeout_s: float) -> bool:
        """Return True once all records appended before the call are with every sink.

        False: the time is over, or will be before a sink may be tried again that asked for a pause;
        or records had to be dropped meanwhile.
        """
        deadline = time.monotonic() + timeout_s
        crew, mark, dropped = self._crew(), self._journal.mark(), self._journal.dropped
        waiting = [lane for lane in crew.lanes if not lane.reader.has(mark)]
        if waiting:
            crew.start()
        for lane in waiting:
            lane.hurry()
        while waiting and time.monotonic() < deadline:
            for lane in waiting:
                crew.help(lane)
            waiting = [lane for lane in waiting if not lane.reader.has(mark)]
            if waiting and all(lane.is_out_of_reach(deadline) for lane in waiting):
                return False
            if waiting:
                time.sleep(_LOOK_S)
        return not waiting and self._journal.dropped == dropped

    def close(self, timeout_s: float) -> bool:
        """Flush, end the threads and close the sinks; return what ``flush`` says.

        What is not delivered stays in the journal. A sink that is busy is closed when it is done.
        """
        deadline = time.monotonic() + timeout_s
        done = self._is_closed or self.flush(timeout_s)
        self._is_closed = True
        self.catch_up()
        crew = self._crew()
        crew.stop()
        deadline = max(deadline, time.monotonic() + _GRACE_S)
        while crew.is_running() and time.monotonic() < deadline:
            time.sleep(_LOOK_S)
        for lane in crew.lanes:
            if not lane.is_running and (lane.is_used or os.getpid() == self._born):
                lane.close()
        return done

    def _started(self) -> None:
        if not self._is_closed:
            self._crew().start()

    def _crew(self) -> Crew:
        """Return this process's threads and counts; a forked child has its own."""
        pid = os.getpid()
        crew = self._crews.get(pid)
        return crew if crew is not None else self._crews.setdefault(pid, Crew(self._station))


def destination_of(sink: Sink) -> str | None:
    """Return the name of the sink's place in the journal; None: nothing is kept for it."""
    kind = type(sink)
    name: str | None = getattr(sink, "destination", f"{kind.__module__}.{kind.__qualname__}")
    return name


def _with_readers(sinks: Sequence[Sink], journal: Source) -> list[tuple[Sink, Reader]]:
    """Give each sink its own place, also two that go to the same destination."""
    found: list[tuple[Sink, Reader]] = []
    seen: dict[str, int] = {}
    for sink in sinks:
        name = destination_of(sink)
        key = name or type(sink).__qualname__
        seen[key] = count = seen.get(key, 0) + 1
        place = key if count == 1 else f"{key}#{count}"
        found.append((sink, journal.reader(place, durable=name is not None)))
    return found
