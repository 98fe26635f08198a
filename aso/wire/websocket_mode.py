"""The Responses API over a websocket: the events are those of its streams, each request a message.

developers.openai.com/api/docs/guides/websocket-mode and docs.x.ai, "WebSocket Mode" (2026-11-26):
every turn begins with ``response.create``, whose body is that of the HTTP request; ``stream_id``
lets one connection carry several conversations. A delta does not name its response, only its lane.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.wire.access import field, text
from aso.wire.dialogue import Ask, Turn

_ASKS = "response.create"
_BEGINS = "response.created"
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})


class WebsocketMode:
    """One connection; each lane has one response at a time."""

    asking = f'"{_ASKS}"'
    silent = ()

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return the response that a message asks for; others steer one that is being made."""
        if text(sent.get("type")) not in {_ASKS, None}:
            return None
        return Ask(text(sent.get("stream_id")) or "", sent)

    def told(self, said: Mapping[str, Any]) -> Turn | None:
        """Return the response that an event is part of."""
        kind = text(said.get("type")) or ""
        if kind != "error" and not kind.startswith("response."):
            return None
        lane = text(said.get("stream_id")) or ""
        failure = None
        if kind == "error":
            failure = text(field(said.get("error"), "code")) or "error_event"
        ended = "completed" if kind in _ENDS else None
        begins = ended is not None or kind == _BEGINS
        return Turn(lane, said, lane=lane, begins=begins, ended=ended, failure=failure)
