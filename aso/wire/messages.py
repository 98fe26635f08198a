"""Anthropic's Messages: fields as in the types of its SDK (2.12), checked on recordings (2026-11-23).

``input_tokens`` stands beside what the cache read and wrote, not around it (aso.usage adds them);
thinking is inside ``output_tokens``. A stream tells its usage twice: ``message_start`` at the
beginning, ``message_delta`` as it stands since; what the later one leaves out still holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import (
    LISTS,
    TABLE,
    characters,
    field,
    fields,
    is_a,
    items,
    plain,
    text,
    written,
)
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"content", "text", "thinking"})
_DELTA_TEXTS = ("text", "thinking", "partial_json")
_PRICED_BY = ("speed", "inference_geo")


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole message."""
    said = fields(body)
    _head(said, answer)
    answer.usage = said.get("usage")
    answer.service_tier = text(field(answer.usage, "service_tier"))
    answer.chars = sum(_block_chars(block) for block in items(said.get("content")))
    if said.get("type") == "error":
        _fail(said, answer)  # some gateways say 200 and mean an error
    answer.complete = answer.failure is None


def _head(message: Mapping[str, Any], answer: Answer) -> None:
    answer.model = text(message.get("model")) or answer.model
    answer.generation_id = text(message.get("id")) or answer.generation_id


def _fail(event: Any, answer: Answer) -> None:
    answer.failure = text(field(field(event, "error"), "type")) or "error_event"


def _block_chars(block: Any) -> int:
    said = fields(block)
    chars = characters(said.get("text")) + characters(said.get("thinking"))
    arguments = said.get("input")
    return chars if arguments is None else chars + _arguments_chars(arguments)


def _arguments_chars(arguments: Any) -> int:
    """Return the length of a tool's arguments as they were written, but for spaces: JSON."""
    import json  # only where tools are called

    return len(json.dumps(plain(arguments), ensure_ascii=False, separators=(",", ":")))


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event: most carry nothing but a little text.

    Those are told at once, for this runs between two events of the caller's.
    """
    answer.chars = chars = 0

    def observe(event: Any) -> None:
        nonlocal chars
        try:
            received = event.__dict__["delta"].__dict__["text"]
        except (AttributeError, KeyError):  # a mapping, or something else than text
            received = None
        chars += len(received) if type(received) is str else _observe(event, answer)
        answer.chars = chars

    return observe


def _observe(event: Any, answer: Answer) -> int:
    said = fields(event)
    kind = said.get("type")
    if kind == "content_block_delta":
        delta = fields(said.get("delta"))
        return sum(characters(delta.get(name)) for name in _DELTA_TEXTS)
    if (note := _NOTES.get(kind)) is not None:
        note(said, answer)
    return 0


def _start(event: Mapping[str, Any], answer: Answer) -> None:
    message = fields(event.get("message"))
    _head(message, answer)
    answer.usage = None  # what an earlier message in the stream said is not this one's
    _merge(message.get("usage"), answer)
    if answer.usage is not None:
        # A few tokens of an answer that has just begun: no count of it, should the rest not come.
        answer.usage.pop("output_tokens", None)


def _delta(event: Mapping[str, Any], answer: Answer) -> None:
    _merge(event.get("usage"), answer)


def _merge(usage: Any, answer: Answer) -> None:
    """Keep what was said last of each counter; a counter that is left out is as it was."""
    found = plain(usage)
    if type(found) is TABLE:
        answer.usage = {**(answer.usage or {}), **found}
        answer.service_tier = text(found.get("service_tier")) or answer.service_tier


def _stop(event: Mapping[str, Any], answer: Answer) -> None:
    del event
    answer.complete = True


_NOTES: Mapping[Any, Callable[[Mapping[str, Any], Answer], None]] = {
    "message_start": _start,
    "message_delta": _delta,
    "message_stop": _stop,
    "error": _fail,
}


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the system prompt and all messages."""
    messages = body.get("messages")
    if messages is None or not is_a(messages, LISTS):
        return None
    total = written(body.get("system"), _CONTENT_KEYS)
    for message in messages:
        content = message.get("content") if type(message) is TABLE else None
        total += len(content) if type(content) is str else written(message, _CONTENT_KEYS)
    return total


def conditions(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what was asked for and is priced apart; what the usage says of it outranks this."""
    found = {name: value for name in _PRICED_BY if (value := text(body.get(name))) is not None}
    return found or None


COUNTERS = Counters(
    input_tokens=("input_tokens",),
    output_tokens=("output_tokens",),
    cache_read_input_tokens=("cache_read_input_tokens",),
    cache_write_input_tokens=("cache_creation_input_tokens",),
    cache_write_5m_input_tokens=("cache_creation.ephemeral_5m_input_tokens",),
    cache_write_1h_input_tokens=("cache_creation.ephemeral_1h_input_tokens",),
    reasoning_output_tokens=("output_tokens_details.thinking_tokens",),
    web_search_requests=("server_tool_use.web_search_requests",),
    rules=("cache_outside", "iterations_outside"),
)

SHAPE = Shape(
    name="messages",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=conditions,
    counters=COUNTERS,
)
