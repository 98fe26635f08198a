"""One sink's delivery: a batch is tried until the sink takes it, and only then the next."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from aso.context import IS_OURS
from aso.guard import Guard, attempt, say
from aso.journal import Reader
from aso.records import Event
from aso.shipper.derive import Derive

_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 30.0
_LONGEST_ORDER_S = 3600.0
_MANY = 10  # failures, beyond which the delay is the longest anyway


class Sink(Protocol):
    """Where events go."""

    def send(self, events: Sequence[Event]) -> None:
        """Take the batch, or raise to have it tried again.

        An error's ``retry_after_s`` says when, in seconds.
        """
        ...

    def close(self) -> None:
        """Let go of everything; nothing is sent afterwards."""
        ...


class Lane:
    """One sink in one process.

    Attributes:
        delivered: events of this process that the sink has taken.
        is_running: a thread of ours is at it.
        is_used: something was sent from this process.
    """

    def __init__(
        self, sink: Sink, reader: Reader, derive: Derive, *, guard: Guard, batch: int
    ) -> None:
        self.reader = reader
        self.delivered = 0
        self.is_running = False
        self.is_used = False
        self.is_stopping = False
        self._sink = sink
        self._derive = derive
        self._guard = guard
        self._batch = batch
        self._held: list[Event] | None = None
        self._held_own = 0
        self._read_own = 0
        self._failures = 0
        self._not_before = 0.0
        self._is_ordered = False  # by the sink: not to be hurried
        self._is_closed = False
        self._said: dict[str, float] = {}
        self._busy = threading.Lock()
        self._bell = threading.Lock()  # released to wake; safe in signal handlers, unlike Event
        self._bell.acquire()

    def run(self, interval_s: float) -> None:
        """Be the sink's thread."""
        try:
            while not self.is_stopping:
                self.deliver()
                delay = max(interval_s, self._not_before - time.monotonic())
                self._bell.acquire(timeout=delay)
            self.close()
        finally:
            self.is_running = False

    def deliver(self) -> None:
        """Send until there is nothing left, the sink refuses or the end is near."""
        while self.step() and not self.is_stopping:
            pass

    def step(self) -> bool:
        """Send one batch, unless it is too early or a thread is at it; return whether it went."""
        went: bool | None = None
        if time.monotonic() >= self._not_before and self._busy.acquire(blocking=False):
            try:
                with self._guard:
                    went = self._take() and self._send()
            finally:
                self._busy.release()
            if went is None:  # an error of ours: it is counted, and not tried again at once
                self._back_off(None)
        return bool(went)

    def hurry(self) -> None:
        """Look now, whatever pause we made; one that the sink ordered is kept."""
        if not self._is_ordered:
            self._not_before = 0.0
        self.wake()

    def wake(self) -> None:
        """End the thread's present pause."""
        with suppress(RuntimeError):  # rung already
            self._bell.release()

    def close(self) -> None:
        """Close the sink, once."""
        if not self._is_closed:
            self._is_closed = True
            with self._guard:
                self._sink.close()

    def _take(self) -> bool:
        if self._held is None:
            records = self.reader.read(self._batch)
            own = [record.own for record in records]
            self._read_own += sum(own)
            events = self._derive.events(records, self._read_own)
            self._held = [event for event in events if event is not None]
            self._held_own = sum(
                mine and event is not None for mine, event in zip(own, events, strict=True)
            )
            if not records:
                self._held = None
        return self._held is not None

    def _send(self) -> bool:
        self.is_used = True
        ours = IS_OURS.set(True)
        try:
            error = attempt(self._sink.send, self._held) if self._held else None
        finally:
            IS_OURS.reset(ours)
        if error is not None:
            self._back_off(error)
            return False
        self.delivered += self._held_own
        self._held, self._failures, self._is_ordered = None, 0, False
        self.reader.commit()
        return True

    def _back_off(self, error: Exception | None) -> None:
        longest = min(_FIRST_DELAY_S * 2**self._failures, _LONGEST_DELAY_S)
        delay = longest * random.uniform(0.5, 1.0)  # noqa: S311 — so that many do not retry at once
        self._failures = min(self._failures + 1, _MANY)
        ordered: Any = getattr(error, "retry_after_s", None)
        self._is_ordered = isinstance(ordered, (int, float)) and ordered >= 0
        if self._is_ordered:
            delay = min(float(ordered), _LONGEST_ORDER_S)
        self._not_before = time.monotonic() + delay
        if error is not None:
            kind, name = type(error).__name__, type(self._sink).__name__
            text = f"{name}: not delivered ({kind}), trying again; the events stay in the journal"
            say(kind, text, said=self._said)
