"""Perplexity's asynchronous chat completions: begun by a POST, settled by whoever sees the end.

Fields: the types of perplexityai 0.46 (CompletionCreateResponse, CompletionGetResponse; read
2026-11-26). The answer stands inside, as a chat completion; the id is that of the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.wire import chat_completions
from aso.wire.access import fields, text
from aso.wire.jobs import observe_whole
from aso.wire.shape import Answer

_OVER = {"COMPLETED": None, "FAILED": "failed"}


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from what was begun, or from a look at how it stands."""
    said = fields(body)
    if (response := said.get("response")) is not None:
        chat_completions.read(response, answer)
    status = text(said.get("status")) or ""
    answer.model = answer.model or text(said.get("model"))
    answer.generation_id = text(said.get("id")) or answer.generation_id
    answer.failure = _OVER.get(status, answer.failure)
    answer.settle(is_over=status in _OVER)
    answer.complete = True


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of all messages; the request stands inside, too."""
    inside = fields(body.get("request"))
    return chat_completions.request_chars(inside or body)


SHAPE = chat_completions.SHAPE._replace(
    name="asynchronous_chat",
    read=read,
    observer=observe_whole(read),
    request_chars=request_chars,
)
