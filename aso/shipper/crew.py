"""The threads of one process: one per sink, and one that keeps the journal's house."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from aso.guard import Guard
from aso.journal import Reader, Record, Source
from aso.records import Event
from aso.shipper.derive import Derive
from aso.shipper.lane import Lane, Sink


class Station(NamedTuple):
    """What all processes that are forked from one another share."""

    journal: Source
    sinks: Sequence[tuple[Sink, Reader]]
    tally: Reader
    build: Callable[[Record], Event | None]
    guard: Guard
    interval_s: float
    batch: int
    sweep: Callable[[], object] | None


class Crew:
    """Lanes and counts of one process.

    Threads are started by ``_thread``: ``threading.Thread.start`` takes a lock that the thread which
    appends may already have, if a finalizer appends. Looked up when used: gevent replaces it.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._is_kept = False
        self._is_stopping = False
        self.derive = Derive(
            station.tally,
            station.build,
            guard=station.guard,
            remember=2 * station.batch,
            is_shared=len(station.sinks) > 1,
        )
        self.lanes = [
            Lane(sink, reader, self.derive, guard=station.guard, batch=station.batch)
            for sink, reader in station.sinks
        ]

    def start(self) -> None:
        """Start the threads that do not run; where none can be started, ``help`` does their work."""
        if self._is_stopping:
            return
        if not self._is_kept:
            self._is_kept = True  # first, so that no second thread is started
            if not _started(self._keep):
                self._is_kept = False
        for lane in self.lanes:
            if not lane.is_running:
                lane.is_running = True
                if not _started(lane.run, self._station.interval_s):
                    lane.is_running = False

    def help(self, lane: Lane) -> None:
        """Deliver in the caller's thread what no thread of ours does."""
        if not lane.is_running:
            lane.step()

    def stop(self) -> None:
        """Have the threads end after what they are at; the sinks' threads close their sinks."""
        self._is_stopping = True
        for lane in self.lanes:
            lane.is_stopping = True
            lane.wake()

    def is_running(self) -> bool:
        """Return whether a sink's thread has not ended yet."""
        return any(lane.is_running for lane in self.lanes)

    def _keep(self) -> None:
        pause = threading.Event()
        while not self._is_stopping:
            is_left: object = False
            with self._station.guard:
                if self._station.sweep is not None:
                    is_left = self._station.sweep()
            with self._station.guard:
                self._station.journal.maintain()
                if not self.lanes:
                    self.derive.catch_up()
            if not is_left:
                pause.wait(self._station.interval_s)
        self._is_kept = False


def _started(run: Callable[..., None], *arguments: object) -> bool:
    try:
        _thread.start_new_thread(run, arguments)
    except RuntimeError:  # no more threads, or the interpreter is at its end
        return False
    return True
