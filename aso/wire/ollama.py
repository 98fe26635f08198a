"""Ollama's own chat, generate and embed: an answer is one JSON object, a stream is lines of such.

The counts stand at the top of the last one, beside the text and, of generate, the conversation as
token ids: nothing but the counts is kept. Fields: docs/api.md, docs/api/usage.mdx and errors.mdx of
ollama/ollama, types of ollama 0.6.3 (read 2026-11-26).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import characters, field, fields, text, written
from aso.wire.completions import no_conditions
from aso.wire.shape import Answer, Shape

_COUNTS = ("prompt_eval_count", "eval_count")
_SENT = ("messages", "prompt", "system", "suffix", "input")
_CONTENT_KEYS = frozenset({"content"})


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole answer; vectors are not looked at."""
    answer.chars = 0
    _fold(body, answer)
    answer.complete = True


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one line: the last one says that it is, and counts."""
    answer.chars = 0

    def observe(line: Any) -> None:
        _fold(line, answer)

    return observe


def _fold(body: Any, answer: Answer) -> None:
    said = fields(body)
    answer.model = text(said.get("model")) or answer.model
    answer.chars = (answer.chars or 0) + _said(said) + _said(fields(said.get("message")))
    if counts := {name: said[name] for name in _COUNTS if name in said}:
        answer.usage = counts
    if said.get("done") is True:
        answer.complete = True
    elif said.get("error") is not None:
        answer.failure = "error_event"


def _said(part: Mapping[str, Any]) -> int:
    return sum(characters(field(part, name)) for name in ("response", "content", "thinking"))


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of what was sent; images have none."""
    sent = [body[name] for name in _SENT if body.get(name) is not None]
    return sum(written(one, _CONTENT_KEYS) for one in sent) if sent else None


SHAPE = Shape(
    name="ollama",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=no_conditions,
    counters=Counters(input_tokens=("prompt_eval_count",), output_tokens=("eval_count",)),
)
