"""One sink's delivery: a batch is tried until the sink takes it, and only then the next."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from aso.context import IS_OURS
from aso.errors import AsoError
from aso.guard import Guard, attempt, say
from aso.journal import Reader, Record
from aso.records import Event
from aso.shipper.derive import Derive
from aso.shipper.pause import Pause


class Sink(Protocol):
    """Where events go.

    ``max_batch_events``, where it has one, is how many it takes at once; ``max_batch_age_s``: it
    would rather wait so long than get a smaller batch; ``set_aside`` and ``dropped``: how many
    events it kept apart instead of delivering them, and how many of those it had to give up.
    """

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
        delivered: events of this process that the sink has taken, and not set aside.
        taken: the same of whichever process.
        is_running: a thread of ours is at it.
        is_used: something was sent from this process.
    """

    def __init__(
        self, sink: Sink, reader: Reader, derive: Derive, *, guard: Guard, batch: int
    ) -> None:
        self.reader = reader
        self.delivered = self.taken = 0
        self.is_running = False
        self.is_used = False
        self.is_stopping = False
        self._sink = sink
        self._derive = derive
        self._guard = guard
        self._batch: int = getattr(sink, "max_batch_events", batch)
        self._age_s: float = getattr(sink, "max_batch_age_s", 0.0)
        self._held: list[Event] = []
        self._held_own = 0
        self._read = 0  # records of the batch in hand
        self._read_own = 0  # of all batches
        self._since = 0.0
        self._is_complete = False  # the batch: it is sent, again if need be, and nothing joins it
        self._hurries = self._hurries_met = 0  # met: nothing was left after it
        self._set_aside_before = 0
        self._dropped_before = self._count("dropped")  # a forked child's sink has its parent's
        self._pause = Pause()
        self._is_closed = False
        self._said: dict[str, float] = {}
        self._busy = threading.Lock()
        self._bell = threading.Lock()  # released to wake; safe in signal handlers, unlike Event
        self._bell.acquire()

    @property
    def set_aside(self) -> int:
        """Return how many events the sink keeps apart."""
        return self._count("set_aside")

    @property
    def dropped(self) -> int:
        """Return how many events the sink gave up in this process."""
        return self._count("dropped") - self._dropped_before

    def run(self, interval_s: float) -> None:
        """Be the sink's thread."""
        try:
            while not self.is_stopping:
                self.deliver()
                look_s = min(interval_s, self._age_s or interval_s)
                self._bell.acquire(timeout=max(look_s, self._pause.remaining()))
            self.close()
        finally:
            self.is_running = False

    def deliver(self) -> None:
        """Send until there is no batch left, the sink refuses or the end is near."""
        while self.step() and not self.is_stopping:
            pass

    def step(self) -> bool:
        """Send one batch, unless it is too early or a thread is at it; return whether it went."""
        went: bool | None = None
        if self._pause.is_over() and self._busy.acquire(blocking=False):
            try:
                with self._guard:
                    went = self._take() and self._send()
            finally:
                self._busy.release()
            if went is None:  # an error of ours: it is counted, and not tried again at once
                self._pause.begin(None)
        return bool(went)

    def hurry(self) -> None:
        """Look now, whatever pause we made; one that the sink ordered is kept."""
        self._hurries += 1
        self._pause.hurry()
        self.wake()

    def is_out_of_reach(self, deadline: float) -> bool:
        """Return whether the sink asked for a pause beyond that instant (``time.monotonic()``)."""
        return self._pause.is_ordered_until(deadline)

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

    def _count(self, name: str) -> int:
        return int(getattr(self._sink, name, 0))

    def _take(self) -> bool:
        """Add to the batch in hand what there is; return whether it is to be sent."""
        if not self._is_complete:
            hurries = self._hurries  # asked before reading: who hurries later wants what is later
            self._gather(self.reader.read(self._batch - self._read))
            if self._read == 0:
                self._hurries_met = hurries
            is_old = time.monotonic() - self._since >= self._age_s
            is_due = is_old or hurries != self._hurries_met or self._read == self._batch
            self._is_complete = is_due and self._read > 0
        return self._is_complete

    def _gather(self, records: list[Record]) -> None:
        if self._read == 0:
            self._since, self._set_aside_before = time.monotonic(), self._count("set_aside")
        own = [record.own for record in records]
        self._read += len(records)
        self._read_own += sum(own)
        events = self._derive.events(records, self._read_own)
        self._held += [event for event in events if event is not None]
        self._held_own += sum(
            mine and event is not None for mine, event in zip(own, events, strict=True)
        )

    def _send(self) -> bool:
        self.is_used = True
        ours = IS_OURS.set(True)
        try:
            error = attempt(self._sink.send, self._held) if self._held else None
        finally:
            IS_OURS.reset(ours)
        if error is not None:
            self._pause.begin(error)
            self._tell(error)
            return False
        set_aside = self._count("set_aside") - self._set_aside_before
        self.delivered += max(self._held_own - set_aside, 0)
        self.taken += max(len(self._held) - set_aside, 0)
        self._held, self._held_own, self._read, self._is_complete = [], 0, 0, False
        self._pause.end()
        self.reader.commit()
        return True

    def _tell(self, error: Exception) -> None:
        """Say each cause once an hour; the text of our own errors alone, which quotes no payload."""
        kind, name = type(error).__name__, type(self._sink).__name__
        what = str(error) if isinstance(error, AsoError) else kind
        cause = str(getattr(error, "cause", kind))
        text = f"{name}: not delivered, trying again; the events stay in the journal: {what}"
        say(cause, text, said=self._said)
