"""One short line per event, for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from aso.records import Event
from aso.semconv import decimal_text, instant_text, printable


class ConsoleSink:
    """Writes events to a stream, the standard error by default."""

    destination: str | None = None

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, events: Sequence[Event]) -> None:
        """Write one line for each; what the stream cannot encode is escaped."""
        stream: TextIO | None = self._stream or sys.stderr
        if stream is None:  # a program without a console
            return
        text = "".join(f"{line(event)}\n" for event in events)
        encoding = getattr(stream, "encoding", None) or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()

    def close(self) -> None:
        """Leave the stream to its owner."""


def line(event: Event) -> str:
    """Return ``time provider:model tokens cost outcome revision dimensions id``."""
    usage, cost = event.usage, event.cost
    tokens = f"{_known(usage.input_tokens)}→{_known(usage.output_tokens)} tokens"
    price = f"${decimal_text(cost.total)}" if cost.total is not None else "unpriced"
    marks = [mark for mark in (usage.source, cost.status) if mark in {"estimate", "partial"}]
    dims = ",".join(f"{key}={value}" for key, value in event.dims.items())
    kind = event.outcome if event.kind == "call" else event.kind
    name = f"{event.provider}:{event.model or event.endpoint}"
    words = (
        instant_text(event.ended_at_ms),
        name,
        tokens,
        price,
        *marks,
        kind,
        _revision(event),
        dims,
        event.event_id,
    )
    return printable(" ".join(word for word in words if word))


def _revision(event: Event) -> str:
    """Return which line of its event this is, and why there is another; nothing of the first."""
    reason = f" ({event.revision_reason})" if event.revision_reason else ""
    return f"revision {event.revision}{reason}" if event.revision else ""


def _known(count: int | None) -> str:
    return "?" if count is None else str(count)
