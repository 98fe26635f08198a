"""Google's Live API, over a websocket: one answer for each time that the model takes its turn.

``usageMetadata`` is that of the turn: its prompt is the whole context so far, which is billed again
with every turn. Read 2026-11-26: discuss.ai.google.dev/t/140340, where Google's staff says so and
names ai.google.dev/gemini-api/docs/live-api/best-practices (pricing); live probes of three turns in
github.com/pydantic/pydantic-ai/pull/7269 (143, 181, 224 tokens of prompt); a bill reconciled in
discuss.ai.google.dev/t/173248: the sum of all of them, not the last. A message may have it beside any
other field; it does not name the model, which the first message of the caller's does. Fields: types
of google-genai 3.6 (LiveServerMessage, UsageMetadata). Thoughts stand outside the total there
(discuss.ai.google.dev/t/188765), and are added as everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aso.wire import generate_content
from aso.wire.access import characters, field, fields, items, plain, text
from aso.wire.audio import no_chars
from aso.wire.dialogue import Ask, Turn
from aso.wire.shape import Answer, Shape

_ANSWERING = frozenset({"modelTurn", "outputTranscription", "groundingMetadata"})


class Live:
    """One session, in which one turn follows the other."""

    asking = '"setup"'
    silent = ()

    def __init__(self) -> None:
        self._turn = 0
        self._is_over = False

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return the model that all of the session is asked of; turns are nobody's request."""
        model = text(field(sent.get("setup"), "model"))
        return None if model is None else Ask("", {"model": _named(model)}, is_call=False)

    def told(self, said: Mapping[str, Any]) -> Turn | None:
        """Return the turn that a message is part of; its usage ends it."""
        content = fields(said.get("serverContent"))
        is_answer = said.get("toolCall") is not None or not _ANSWERING.isdisjoint(content)
        is_counted = said.get("usageMetadata") is not None
        if is_answer and self._is_over:  # the turn before said nothing of its usage
            self._turn, self._is_over = self._turn + 1, False
        key = str(self._turn)
        if is_counted:
            self._turn, self._is_over = self._turn + 1, False
            return Turn(key, said, ended="completed")
        self._is_over = self._is_over or content.get("turnComplete") is True
        return Turn(key, said) if is_answer else None


def _named(model: str) -> str:
    return model.rpartition("/")[2]


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one message."""
    answer.chars = 0

    def observe(message: Any) -> None:
        said = fields(message)
        _fold(fields(said.get("serverContent")), answer)
        for call in items(field(said.get("toolCall"), "functionCalls")):
            answer.chars = (answer.chars or 0) + _written(field(call, "args"))
        if (usage := said.get("usageMetadata")) is not None:
            answer.usage = plain(usage)
            answer.service_tier = text(field(usage, "serviceTier")) or answer.service_tier
            answer.complete = True

    return observe


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from one message."""
    observer(answer)(body)


def _fold(content: Mapping[str, Any], answer: Answer) -> None:
    """Note what the model says: text, or what its speech is in text, and what it searched for."""
    spoken = characters(field(content.get("outputTranscription"), "text"))
    parts = items(field(content.get("modelTurn"), "parts"))
    answer.chars = (answer.chars or 0) + spoken + sum(characters(field(p, "text")) for p in parts)
    queries = items(field(content.get("groundingMetadata"), "webSearchQueries"))
    if queries:
        answer.queries = answer.queries | {query for query in queries if isinstance(query, str)}
        answer.note("web_searches", len(answer.queries))


def _written(arguments: Any) -> int:
    return 0 if arguments is None else len(json.dumps(plain(arguments), separators=(",", ":")))


SHAPE: Shape = generate_content.SHAPE._replace(
    name="live", read=read, observer=observer, request_chars=no_chars
)
