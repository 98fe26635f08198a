"""Legacy text completions: platform.openai.com/docs/api-reference/completions (read 2026-11-23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.wire import chat_completions
from aso.wire.access import LISTS, characters, field, is_a, items, text, written
from aso.wire.chat_completions import COUNTERS
from aso.wire.shape import Answer, Shape

_NO_KEYS: frozenset[str] = frozenset()


def _fold(body: Any, answer: Answer) -> None:
    answer.model = text(field(body, "model")) or answer.model
    answer.generation_id = text(field(body, "id")) or answer.generation_id
    answer.service_tier = text(field(body, "service_tier")) or answer.service_tier
    if (usage := field(body, "usage")) is not None:
        answer.usage = usage
    for choice in items(field(body, "choices")):
        answer.chars = (answer.chars or 0) + characters(field(choice, "text"))
        if field(choice, "finish_reason") is not None:
            answer.complete = True


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole completion."""
    answer.chars = 0
    _fold(body, answer)
    answer.complete = True


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one chunk: it has the same fields as the whole."""
    answer.chars = 0

    def observe(chunk: Any) -> None:
        _fold(chunk, answer)

    return observe


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the prompt or prompts; None where token ids were sent."""
    prompt = body.get("prompt")
    if prompt is None or (is_a(prompt, LISTS) and not any(isinstance(one, str) for one in prompt)):
        return None
    return written(prompt, _NO_KEYS)


def no_conditions(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return None: nothing in this request changes its price."""
    del body
    return None


def read_complete(body: Any, answer: Answer) -> None:
    """Fill the Answer from one of Anthropic's old completions, or a piece of one: no usage."""
    answer.model = text(field(body, "model")) or answer.model
    answer.generation_id = text(field(body, "id")) or answer.generation_id
    answer.chars = (answer.chars or 0) + characters(field(body, "completion"))
    answer.complete = answer.complete or field(body, "stop_reason") is not None


def observe_complete(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event: each has some of the text, the last a reason."""
    return lambda event: read_complete(event, answer)


SHAPE = Shape(
    name="completions",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=no_conditions,
    counters=COUNTERS,
)
# Mistral fills in the middle: a prompt goes in, a chat completion comes out.
FIM = chat_completions.SHAPE._replace(name="fim", request_chars=request_chars)
# Anthropic's, until 1.x of its SDK: types/completion.py of anthropic 0.40 (read 2026-11-26).
COMPLETE = SHAPE._replace(name="complete", read=read_complete, observer=observe_complete)
