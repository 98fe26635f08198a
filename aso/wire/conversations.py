"""Mistral's conversations: an agent or a model that answers in turns, with connectors between.

Fields: the types of mistralai 3.7 (ConversationResponse, ConversationEvents, ConversationUsageInfo;
read 2026-11-26). What connectors fed in stands outside the prompt, in ``connector_tokens``: a unit of
its own, for nobody says at which rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import characters, field, fields, items, plain, text, written
from aso.wire.completions import no_conditions
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"content", "text", "arguments", "inputs"})


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole response."""
    said = fields(body)
    _head(said, answer)
    outputs = items(said.get("outputs"))
    answer.chars = sum(_output_chars(one) for one in outputs)
    answer.model = next((name for one in outputs if (name := text(field(one, "model")))), None)
    answer.complete = True


def _head(said: Mapping[str, Any], answer: Answer) -> None:
    answer.generation_id = text(said.get("conversation_id")) or answer.generation_id
    if (usage := said.get("usage")) is not None:
        answer.usage = usage


def _output_chars(output: Any) -> int:
    content = written(plain(field(output, "content")), _CONTENT_KEYS)
    return content + characters(field(output, "arguments"))


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event: the last one holds the usage."""
    answer.chars = 0

    def observe(event: Any) -> None:
        said = fields(event)
        _head(said, answer)
        kind = text(said.get("type"))
        answer.chars = (answer.chars or 0) + _output_chars(event)
        answer.model = text(said.get("model")) or answer.model
        if kind == "conversation.response.done":
            answer.complete = True
        elif kind == "conversation.response.error":
            answer.failure = "response_failed"

    return observe


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the instructions and of this turn's inputs."""
    sent = body.get("inputs")
    if sent is None:
        return None
    return written(sent, _CONTENT_KEYS) + characters(body.get("instructions"))


SHAPE = Shape(
    name="conversations",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=no_conditions,
    counters=Counters(
        input_tokens=("prompt_tokens",),
        output_tokens=("completion_tokens",),
        web_search_requests=("connectors.web_search",),
        units={
            "connector_tokens": ("connector_tokens",),
            "premium_web_searches": ("connectors.web_search_premium",),
            "code_interpreter_calls": ("connectors.code_interpreter",),
            "image_generation_calls": ("connectors.image_generation",),
            "document_search_calls": ("connectors.document_library",),
        },
    ),
)
