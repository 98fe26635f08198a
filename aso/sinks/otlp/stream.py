"""One signal's requests: parts of a batch, each sent until it was taken, and then not again."""

from __future__ import annotations

from collections.abc import Sequence

from aso.records import Event
from aso.sinks.otlp.conventions import CONVENTIONS
from aso.sinks.otlp.instrumented import Told
from aso.sinks.otlp.pipes import open_pipe
from aso.sinks.otlp.providers import Sender
from aso.sinks.otlp.settings import Settings, Signal
from aso.sinks.otlp.signals import Ids, Logs, Metrics, Spans, key_of


class Stream:
    """What fails is tried again in halves: it may have been more than the receiver takes."""

    def __init__(self, signal: Spans | Metrics | Logs) -> None:
        self._signal = signal
        self._size = signal.most
        self._taken: set[tuple[str, int]] = (
            set()
        )  # of the last batch: another signal of it may fail

    def send(self, events: Sequence[Event]) -> None:
        """Send what of the batch was not taken yet.

        Raises:
            OtlpError: the rest was not taken.
        """
        self._taken.intersection_update(map(key_of, events))
        left = [event for event in events if key_of(event) not in self._taken]
        while left:
            part = left[: self._size]
            self._send(part)
            self._taken.update(map(key_of, part))
            left = left[len(part) :]

    def close(self) -> None:
        """Close the connection."""
        self._signal.pipe.close()

    def _send(self, part: Sequence[Event]) -> None:
        size, self._size = self._size, max(len(part) // 2, 1)
        self._signal.give(part)
        self._signal.pipe.flush()
        self._size = min(size * 2, self._signal.most)


def open_stream(name: Signal, settings: Settings, sender: Sender, told: Told) -> Stream:
    """Return the stream of a signal, through the pipe that the settings ask for."""
    convention, ids = CONVENTIONS[settings.semconv], Ids()
    pipe = open_pipe(name, settings, sender.resource(), ids, convention.schema_url)
    if name == "spans":
        return Stream(Spans(pipe, convention, told, ids))
    if name == "metrics":
        return Stream(Metrics(pipe, convention, told, settings.metric_dimensions))
    return Stream(Logs(pipe, convention, told))
