"""One signal's requests: parts of a batch, each sent until it was taken, and then not again."""

from __future__ import annotations

from collections.abc import Sequence

from aso.records import Event
from aso.sinks.aside import Aside
from aso.sinks.ingest_answers import Refused
from aso.sinks.otlp.answers import OtlpError, OtlpRefusedError
from aso.sinks.otlp.conventions import CONVENTIONS
from aso.sinks.otlp.instrumented import Told
from aso.sinks.otlp.pipes import open_pipe
from aso.sinks.otlp.providers import Sender
from aso.sinks.otlp.settings import Settings, Signal
from aso.sinks.otlp.signals import Ids, Logs, Metrics, Spans, key_of

_NO_REASON = "no reason given"
_REFUSED_AT_ONCE = 10  # requests in a row, with none taken in between


class Stream:
    """What fails is tried again in halves: it may have been more than the receiver takes.

    What the receiver will never take is set aside, so that the rest gets through.
    """

    def __init__(self, signal: Spans | Metrics | Logs, aside: Aside) -> None:
        self._signal = signal
        self._aside = aside
        self._size = signal.most
        self._refusals = 0  # one after the other
        self._taken: set[tuple[str, int]] = (
            set()
        )  # of the last batch: another signal of it may fail

    def send(self, events: Sequence[Event]) -> None:
        """Send what of the batch was not taken yet.

        Raises:
            OtlpError: the rest was not taken.
        """
        self._taken.intersection_update(map(key_of, events))
        self._refusals = 0
        left = [event for event in events if key_of(event) not in self._taken]
        while left:
            part = left[: self._size]
            if self._is_settled(part):
                self._taken.update(map(key_of, part))
                left = left[len(part) :]

    def close(self) -> None:
        """Close the connection."""
        self._signal.pipe.close()

    def _is_settled(self, part: Sequence[Event]) -> bool:
        """Send a part; return whether it was taken or set aside, and not refused for being many."""
        try:
            self._send(part)
        except OtlpRefusedError as error:
            if len(part) > 1 and self._signal.is_apart:
                return False
            self._refuse(part, error)
        return True

    def _send(self, part: Sequence[Event]) -> None:
        size, self._size = self._size, max(len(part) // 2, 1)
        self._signal.give(part)
        self._signal.pipe.flush()
        self._size, self._refusals = min(size * 2, self._signal.most), 0
        if (heard := self._signal.pipe.heard) is not None and heard.answer.rejected:
            self._lose(heard.answer.rejected, heard.answer.reason or _NO_REASON)

    def _lose(self, rejected: int, reason: str) -> None:
        """Count what was refused of a request that was taken: it must not be sent again."""
        if self._signal.is_apart:
            self._aside.lose(rejected, reason)
        else:
            self._aside.say(f"points:{reason}", f"{rejected} measurements were refused: {reason}")

    def _refuse(self, part: Sequence[Event], error: OtlpRefusedError) -> None:
        if self._refusals >= _REFUSED_AT_ONCE:
            raise OtlpError(
                f"the OTLP endpoint refused {_REFUSED_AT_ONCE} requests one after the other; their "
                "events are set aside (aso spool show), the others are kept and sent later",
                cause="refuses all",
            ) from error
        self._refusals += 1
        reason = error.reason or _NO_REASON
        self._aside.keep([Refused(one.to_dict(), error.status, reason) for one in part])


def open_stream(
    name: Signal, settings: Settings, sender: Sender, told: Told, aside: Aside
) -> Stream:
    """Return the stream of a signal, through the pipe that the settings ask for."""
    convention, ids = CONVENTIONS[settings.semconv], Ids()
    pipe = open_pipe(name, settings, sender.resource(), ids, convention.schema_url)
    if name == "spans":
        return Stream(Spans(pipe, convention, told, ids), aside)
    if name == "metrics":
        return Stream(Metrics(pipe, convention, told, settings.metric_dimensions), aside)
    return Stream(Logs(pipe, convention, told), aside)
