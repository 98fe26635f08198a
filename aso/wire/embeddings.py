"""Embeddings and moderations: an input, an answer without text, maybe a usage object.

platform.openai.com/docs/api-reference/embeddings and /moderations (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.wire.access import field, text, written
from aso.wire.chat_completions import COUNTERS
from aso.wire.completions import no_conditions
from aso.wire.jobs import observe_whole
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"text", "content"})


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer; the vectors are not looked at."""
    answer.model = text(field(body, "model"))
    answer.generation_id = text(field(body, "id"))
    answer.usage = field(body, "usage")
    answer.chars = 0
    answer.complete = True


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the input or inputs; None where token ids were sent."""
    sent = body.get("input")
    if isinstance(sent, (list, tuple)) and sent and isinstance(sent[0], (int, list)):
        return None
    return None if sent is None else written(sent, _CONTENT_KEYS)


SHAPE = Shape(
    name="embeddings",
    read=read,
    observer=observe_whole(read),
    request_chars=request_chars,
    conditions=no_conditions,
    counters=COUNTERS._replace(input_tokens=("prompt_tokens", "total_tokens")),  # Voyage: total
)
MODERATIONS = SHAPE._replace(name="moderations")
