"""Google's live interactions, over a websocket: one answer each, whoever is connected to it at its end.

``interactions/live``; fields: the types of google-genai 3.6 (ServerEvent, LiveInteractionCompletedEvent
and InteractionCancelledEvent, which tell the usage; ClientEvent; ``_interactions_websocket.py``, where
a message holds one event or several; 2026-11-26). It goes on where a connection is left, and may be
connected to again, so it is settled by who sees its end, as an agent's is over HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.wire.access import field, fields, items, text
from aso.wire.dialogue import Ask, Turn

_ENDS = {
    "interaction.completed": "completed",
    "interaction.cancelled": "cancelled",
    "interaction.canceled": "cancelled",
}
_UNDERWAY, _OVER = "in_progress", "completed"


class LiveInteractions:
    """One connection: to an interaction that is there, or that its first message creates."""

    asking = '"interaction.c'
    silent = ()

    def __init__(self) -> None:
        self._id: str | None = None

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return whom the interaction is asked of, where the message that creates it says so."""
        self._id = text(sent.get("id")) or self._id
        model = text(sent.get("model"))
        return None if model is None else Ask("", {"model": model}, is_call=False)

    def told(self, said: Mapping[str, Any]) -> Turn:
        """Return the interaction, as the form of its events over HTTP tells of it."""
        heard = [fields(one) for one in items(said.get("events"))] or [said]
        ended = None
        found: dict[str, Any] = {"delta": {"text": "".join(map(_text, heard))}}
        state: dict[str, Any] = {"status": _UNDERWAY, "agent": ""}
        for event in heard:
            kind = text(event.get("event_type")) or ""
            self._id = text(event.get("interaction_id")) or self._id
            ended = _ENDS.get(kind, ended)
            state["usage"] = event.get("usage") or state.get("usage")
            if kind == "error":
                found |= {"event_type": kind, "error": event.get("error")}
        state |= {"id": self._id, "status": _UNDERWAY if ended is None else _OVER}
        return Turn("", {**found, "interaction": state}, ended=ended)


def _text(event: Mapping[str, Any]) -> str:
    return text(field(event.get("delta"), "text")) or ""
