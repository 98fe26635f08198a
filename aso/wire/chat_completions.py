"""Chat completions, as OpenAI shaped them and most providers copied them.

Fields: platform.openai.com/docs/api-reference/chat/object, and each provider's own page; which
provider sends which was checked on recorded answers (2026-11-23). Cached, written, audio and image
tokens are inside ``prompt_tokens``; reasoning is inside ``completion_tokens``, but where the total
says otherwise (see aso.usage).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import LISTS, TABLE, characters, field, fields, is_a, items, text, written
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"content", "text", "arguments", "function", "tool_calls"})
_TEXT_FIELDS = ("content", "reasoning_content", "reasoning", "refusal")


def _message_chars(message: Any) -> int:
    said = fields(message)
    total = 0
    for name in _TEXT_FIELDS:
        if (value := said.get(name)) is not None:
            total += len(value) if type(value) is str else written(value, _CONTENT_KEYS)
    if (calls := said.get("tool_calls")) is not None:
        for call in items(calls):
            total += characters(field(field(call, "function"), "arguments"))
    if (function_call := said.get("function_call")) is not None:
        total += characters(field(function_call, "arguments"))
    return total


def _usage(answer: Mapping[str, Any]) -> Any:
    usage = answer.get("usage")
    if usage is None and (groq := answer.get("x_groq")) is not None:
        usage = field(groq, "usage")
    return usage


def _head(answer: Answer, body: Mapping[str, Any]) -> None:
    if type(model := body.get("model")) is str and model:
        answer.model = model
    if type(identity := body.get("id")) is str and identity:
        answer.generation_id = identity


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole chat completion."""
    said = fields(body)
    _head(answer, said)
    answer.usage = usage = _usage(said)
    answer.service_tier = _tier(said, usage)
    answer.chars = 0
    choices = items(said.get("choices"))
    for one in choices:
        answer.chars += _message_chars(field(one, "message"))
    if not choices and said.get("error") is not None:
        answer.failure = "error_body"  # some gateways say 200 and mean an error
    answer.complete = answer.failure is None


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one chunk: most carry nothing but a little text.

    Those are told at once, for this runs between two chunks of the caller's: any attribute of a
    pydantic model costs 50 ns, its ``__dict__`` only once for all of them.
    """
    answer.chars = chars = 0

    def observe(chunk: Any) -> None:
        nonlocal chars
        try:
            said = chunk.__dict__
            (choice,) = said["choices"]
            inner = choice.__dict__
            content = inner["delta"].__dict__["content"]
            is_text = type(content) is str and inner["finish_reason"] is None
            is_text = is_text and said["usage"] is None and answer.model is not None
        except (AttributeError, KeyError, TypeError, ValueError):  # a mapping, or no single choice
            content, is_text = None, False
        chars += len(content) if is_text and content else _observe(chunk, answer)
        answer.chars = chars

    return observe


def _observe(chunk: Any, answer: Answer) -> int:
    said = fields(chunk)
    if answer.model is None:
        _head(answer, said)
    choices = items(said.get("choices"))
    if any(field(choice, "finish_reason") is not None for choice in choices):
        answer.complete = True
    if said.get("error") is not None:  # OpenRouter's, after the status was sent
        answer.failure = "error_event"
    if (usage := _usage(said)) is not None:
        answer.usage = usage
        if not choices:  # asked for, it comes alone, and last
            answer.complete = True
    answer.service_tier = _tier(said, usage) or answer.service_tier
    return sum(_delta_chars(field(choice, "delta")) for choice in choices)


def _delta_chars(delta: Any) -> int:
    content = field(delta, "content")
    return len(content) if type(content) is str and content else _message_chars(delta)


def _tier(body: Mapping[str, Any], usage: Any) -> str | None:
    """Return the served tier; Mistral says it inside the usage."""
    tier = body.get("service_tier")
    return tier if type(tier) is str and tier else text(field(usage, "service_tier"))


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of all messages."""
    messages = body.get("messages")
    if messages is None or not is_a(messages, LISTS):
        return None
    total = 0
    for message in messages:
        content = message.get("content") if type(message) is TABLE else None
        if type(content) is str and "tool_calls" not in message:
            total += len(content)
        else:
            total += written(message, _CONTENT_KEYS)
    return total


def conditions(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what the request says that its price may depend on."""
    options = body.get("web_search_options")
    if options is None:
        return None
    size = options.get("search_context_size") if is_a(options, Mapping) else None
    return {"search_context_size": size or "medium", "search": True}


COUNTERS = Counters(
    input_tokens=("prompt_tokens",),
    output_tokens=("completion_tokens",),
    total_tokens=("total_tokens",),
    cache_read_input_tokens=(
        "prompt_tokens_details.cached_tokens",
        "prompt_token_details.cached_tokens",
        "prompt_cache_hit_tokens",
        "num_cached_tokens",
        "cached_tokens",
    ),
    cache_write_input_tokens=("prompt_tokens_details.cache_write_tokens",),
    reasoning_output_tokens=("completion_tokens_details.reasoning_tokens", "reasoning_tokens"),
    input_audio_tokens=("prompt_tokens_details.audio_tokens", "audio_prompt_tokens"),
    input_image_tokens=("prompt_tokens_details.image_tokens", "image_tokens"),
    output_audio_tokens=("completion_tokens_details.audio_tokens",),
    output_image_tokens=("completion_tokens_details.image_tokens",),
    web_search_requests=(
        "server_tool_use_details.web_search_requests",
        "server_tool_use.web_search_requests",
        "num_search_queries",
    ),
    units={
        "audio_seconds": ("prompt_audio_seconds",),
        "citation_tokens": ("citation_tokens",),
    },
)

SHAPE = Shape(
    name="chat_completions",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=conditions,
    counters=COUNTERS,
)
