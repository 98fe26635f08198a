"""OpenAI's GPT-Live, over a websocket: a session bills by the second, and what it delegates by itself.

developers.openai.com/api/docs/guides/voice-latency-cost (2026-11-26): "billed per second", the
backend's models apart. Fields: the types of openai 3.57 (SessionUsageUpdatedEvent, whose seconds are
cumulative; SessionClosedEvent, ResponseEvent). A sideband (``live/sessions/{id}/attach``) hears the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire import realtime
from aso.wire.access import field, fields, text
from aso.wire.dialogue import Ask, Turn
from aso.wire.shape import Answer
from aso.wire.websocket_mode import WebsocketMode

_SESSION = "session"
_SAYS = frozenset({"session.started", "session.usage.updated", "session.closed"})


class Voice:
    """One session: itself an answer, and the responses that it delegates."""

    asking = '"session.start"'
    silent = ('output_audio.delta"',)

    def __init__(self) -> None:
        self._delegated = WebsocketMode()

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return the session that a message starts."""
        model = text(field(sent.get("session"), "model"))
        return None if model is None else Ask("", {"model": model})

    def told(self, said: Mapping[str, Any]) -> Turn | None:
        """Return the session, or the response inside it, that an event is part of."""
        kind = text(said.get("type")) or ""
        if kind == "response.event":
            return self._response(text(said.get("delegation_id")) or "", said)
        if kind not in _SAYS:
            return None
        ended = "completed" if kind == "session.closed" else None
        return Turn(_SESSION, said, model=text(field(said.get("session"), "model")), ended=ended)

    def _response(self, delegation: str, said: Mapping[str, Any]) -> Turn | None:
        turn = self._delegated.told(fields(said.get("event")))
        if turn is None:
            return None
        return turn._replace(
            key=f"delegated {delegation}", lane=None, shape="responses", operation="responses"
        )


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event; the seconds are all so far."""

    def observe(event: Any) -> None:
        said = fields(event)
        answer.generation_id = text(field(said.get("session"), "id")) or answer.generation_id
        answer.usage = said.get("usage") or answer.usage
        if said.get("type") == "session.closed":
            answer.complete, answer.later = True, "settled"

    return observe


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from one event."""
    observer(answer)(body)


SHAPE = realtime.SHAPE._replace(
    name="voice",
    read=read,
    observer=observer,
    counters=Counters(units={"audio_seconds": ("seconds",)}),
)
