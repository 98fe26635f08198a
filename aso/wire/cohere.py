"""Cohere's own chat, generate and embed: fields as in 88 recordings (2026-11-24).

It tells two counts: tokens, which are all that the model read, and billed units, which leave its own
preamble out. Usage is the tokens; the price is that of the billed units (aso.event).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import characters, field, fields, items, text, written
from aso.wire.completions import no_conditions
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"text", "content", "thinking"})
_SENT = ("messages", "message", "preamble", "prompt", "texts", "inputs")


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole answer; vectors are not looked at."""
    said = fields(body)
    answer.generation_id = text(said.get("id")) or text(said.get("generation_id"))
    answer.usage = said.get("usage") or said.get("meta")
    answer.chars = characters(said.get("text"))
    for block in (*items(field(said.get("message"), "content")), *items(said.get("generations"))):
        answer.chars += characters(field(block, "text")) + characters(field(block, "thinking"))
    answer.complete = True


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event."""
    answer.chars = 0

    def observe(event: Any) -> None:
        said = fields(event)
        kind, delta = said.get("type"), said.get("delta")
        if (event_type := said.get("event_type")) is not None:
            _observe_first_version(event_type, said, answer)
        elif kind == "message-start":
            answer.generation_id = text(said.get("id"))
        elif kind == "message-end":
            answer.usage = field(delta, "usage")
            answer.complete = True
        else:
            answer.chars = (answer.chars or 0) + _delta_chars(delta)

    return observe


def _observe_first_version(event_type: Any, said: Mapping[str, Any], answer: Answer) -> None:
    """Read an event of the API's first version: lines of JSON, the last with the whole answer."""
    if event_type == "stream-end":
        read(said.get("response"), answer)
    else:
        answer.chars = (answer.chars or 0) + characters(said.get("text"))


def _delta_chars(delta: Any) -> int:
    message = field(delta, "message")
    content = field(message, "content")
    function = field(field(message, "tool_calls"), "function")
    return (
        characters(field(content, "text"))
        + characters(field(content, "thinking"))
        + characters(field(function, "arguments"))
        + characters(field(message, "tool_plan"))
    )


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of what was sent."""
    sent = [body[name] for name in _SENT if body.get(name) is not None]
    return sum(written(one, _CONTENT_KEYS) for one in sent) if sent else None


COUNTERS = Counters(
    input_tokens=("tokens.input_tokens", "billed_units.input_tokens"),
    output_tokens=("tokens.output_tokens", "billed_units.output_tokens"),
    cache_read_input_tokens=("cached_tokens",),
    reasoning_output_tokens=("tokens.reasoning_tokens",),
    input_image_tokens=("tokens.image_tokens",),
    units={"search_units": ("billed_units.search_units",)},
    rules=("billed_images",),
)
BILLED = Counters(
    input_tokens=("billed_units.input_tokens",),
    output_tokens=("billed_units.output_tokens",),
    units=COUNTERS.units,
    rules=COUNTERS.rules,
)

SHAPE = Shape(
    name="cohere",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=no_conditions,
    counters=COUNTERS,
)
