"""Sinks that fail, wait or keep, and a journal with its shipper, for the tests of this folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aso.guard import Guard
from aso.journal import Journal, open_journal
from aso.shipper import Shipper
from tests.journal.processes import DESTINATION, ORIGIN, SINK, as_event


class Sink:
    """Takes what it gets, unless it is told to fail or to wait."""

    destination: str | None = SINK

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.errors: list[Exception] = []
        self.tried: list[float] = []
        self.gate = threading.Event()
        self.gate.set()
        self.closed = 0

    @property
    def got(self) -> list[bytes]:
        return [payload for batch in self.batches for payload in batch]

    def send(self, events: Sequence[Any]) -> None:
        self.tried.append(time.monotonic())
        self.gate.wait(10)
        if self.errors:
            raise self.errors.pop(0)
        self.batches.append([event.payload for event in events])

    def close(self) -> None:
        self.closed += 1


class OtherSink(Sink):
    destination = "other"


class VolatileSink(Sink):
    destination = None


class GatheringSink(Sink):
    max_batch_events = 3
    max_batch_age_s = 60.0


class KeepingSink(Sink):
    set_aside = dropped = 0

    def send(self, events: Sequence[Any]) -> None:
        self.set_aside += 1
        self.dropped += 1
        super().send(events[1:])


class BusyError(Exception):
    retry_after_s = 0.6


class ClosedError(Exception):
    retry_after_s = 60


class Delivery:
    """A journal, its shipper and what they need."""

    def __init__(self, home: Path, sinks: Sequence[Sink], **options: Any) -> None:
        self.journal: Journal = open_journal(home, DESTINATION, ORIGIN)
        self.guard = Guard("test")
        build = options.pop("build", as_event)
        options = {"interval_s": 0.01, **options}
        self.shipper = Shipper(self.journal, sinks, build, guard=self.guard, **options)

    def append(self, *payloads: bytes) -> None:
        for payload in payloads:
            self.journal.append(payload)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)
