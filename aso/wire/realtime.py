"""OpenAI's Realtime API, over a websocket: each response bills, and each transcription of what was heard.

developers.openai.com/api/docs/guides/realtime-costs (2026-11-26): "costs are accrued when a Response
is created", connections cost nothing, and input transcription is billed apart, at its own model's
price. Fields: the types of openai 3.57 (RealtimeResponse, RealtimeResponseUsage,
ConversationItemInputAudioTranscriptionCompletedEvent, 2026-11-26): cached tokens are inside the
input; a response does not name its model, the session does. A sideband (``call_id``) is a second
connection to a session by WebRTC or SIP, which can "monitor the session" from a server
(developers.openai.com/api/docs/guides/realtime-server-controls, 2026-11-26).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire import audio
from aso.wire.access import characters, field, fields, text
from aso.wire.audio import no_chars
from aso.wire.completions import no_conditions
from aso.wire.dialogue import Ask, Turn
from aso.wire.jobs import observe_whole
from aso.wire.shape import Answer, Shape

_ASKS = "response.create"
_ABOUT = frozenset(
    {
        *("session.created", "session.updated"),
        *("transcription_session.created", "transcription_session.updated"),
    }
)
_CREATED, _DONE = "response.created", "response.done"
_BEGINS = frozenset({_CREATED, _DONE})
_HEARD = "conversation.item.input_audio_transcription.completed"
_CANCELLED = "cancelled"
_BUSY = "conversation_already_has_active_response"


class Realtime:
    """One session. Responses are told apart by their id; those out of turn may be mixed."""

    asking = f'"{_ASKS}"'
    silent = ('.audio.delta"', '_audio.delta"')

    def __init__(self) -> None:
        self._model: str | None = None
        self._hears_by: str | None = None

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return the response that is asked for; most are not: the server hears when to answer."""
        if text(sent.get("type")) not in {_ASKS, None}:
            return None
        return Ask("", fields(sent.get("response")))

    def told(self, said: Mapping[str, Any]) -> Turn | None:
        """Return the response, or the transcription, that a server event is part of."""
        kind = text(said.get("type")) or ""
        if kind in _ABOUT:
            self._note(fields(said.get("session")))
        elif kind == _HEARD:
            return self._heard(said)
        elif kind == "error":
            return _refused(fields(said.get("error")))
        elif kind.startswith("response."):
            return self._response(kind, said)
        return None

    def _note(self, session: Mapping[str, Any]) -> None:
        self._model = text(session.get("model")) or self._model
        inside = field(field(field(session.get("audio"), "input"), "transcription"), "model")
        beside = field(session.get("input_audio_transcription"), "model")  # as it was in the beta
        self._hears_by = text(inside) or text(beside) or self._hears_by

    def _heard(self, said: Mapping[str, Any]) -> Turn:
        item = f"{text(said.get('item_id'))} {said.get('content_index')}"
        return Turn(
            item,
            said,
            lane=None,
            model=self._hears_by,
            ended="completed",
            shape=TRANSCRIPTION.name,
            operation="transcription",
        )

    def _response(self, kind: str, said: Mapping[str, Any]) -> Turn | None:
        response = fields(said.get("response"))
        key = text(response.get("id")) or text(said.get("response_id"))
        if key is None:
            return None
        ended = None
        if kind == _DONE:
            ended = _CANCELLED if response.get("status") == _CANCELLED else "completed"
        return Turn(key, said, begins=kind in _BEGINS, model=self._model, ended=ended)


def _refused(error: Mapping[str, Any]) -> Turn | None:
    """Return the end of a response that was asked for while another was being made."""
    if text(error.get("code")) != _BUSY:
        return None
    return Turn("", None, ended="completed", failure=_BUSY)


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole response, as ``response.done`` holds it."""
    said = fields(body)
    answer.generation_id = text(said.get("id")) or answer.generation_id
    answer.usage = said.get("usage") or answer.usage
    if answer.usage is None:
        answer.chars = answer.chars or None
    if said.get("status") == "failed":
        error = field(said.get("status_details"), "error")
        answer.failure = text(field(error, "code")) or "response_failed"
    answer.complete = True


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one server event; the last one holds the usage."""
    answer.chars = 0

    def observe(event: Any) -> None:
        said = fields(event)
        if said.get("type") == _DONE:
            read(said.get("response"), answer)
            return
        answer.chars = (answer.chars or 0) + characters(said.get("delta"))
        answer.generation_id = (
            text(said.get("response_id"))
            or text(field(said.get("response"), "id"))
            or answer.generation_id
        )

    return observe


_INPUT, _OUTPUT = "input_token_details", "output_token_details"

SHAPE = Shape(
    name="realtime",
    read=read,
    observer=observer,
    request_chars=no_chars,
    conditions=no_conditions,
    counters=Counters(
        input_tokens=("input_tokens",),
        output_tokens=("output_tokens",),
        total_tokens=("total_tokens",),
        cache_read_input_tokens=(f"{_INPUT}.cached_tokens",),
        input_audio_tokens=(f"{_INPUT}.audio_tokens",),
        input_image_tokens=(f"{_INPUT}.image_tokens",),
        output_audio_tokens=(f"{_OUTPUT}.audio_tokens",),
        units={
            "cache_read_audio_tokens": (f"{_INPUT}.cached_tokens_details.audio_tokens",),
            "cache_read_image_tokens": (f"{_INPUT}.cached_tokens_details.image_tokens",),
        },
    ),
)


def _read_heard(body: Any, answer: Answer) -> None:
    """Fill the Answer from a transcription: its usage is tokens, or seconds, by model."""
    said = fields(body)
    answer.generation_id = text(said.get("item_id"))
    answer.usage = said.get("usage")
    answer.complete = True


TRANSCRIPTION = audio.TRANSCRIPTION._replace(
    name="realtime_transcription",
    read=_read_heard,
    observer=observe_whole(_read_heard),
    takes_any_body=False,
)
