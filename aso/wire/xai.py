"""xAI's own messages, as protobuf gives them: chat, images, videos, embeddings, and what is deferred.

Read: ``proto/v6`` of xai-sdk 1.21 (2026-11-26). A number that was not set reads as 0 there, so a usage
message says all its counts; only the cost says whether it was set. A stream's usage is cumulative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import characters, text
from aso.wire.audio import no_chars
from aso.wire.completions import no_conditions
from aso.wire.jobs import observe_whole
from aso.wire.shape import Answer, Shape

_TIERS = {"SERVICE_TIER_DEFAULT": "default", "SERVICE_TIER_PRIORITY": "priority"}
_TOOLS = "server_side_tools_used"
_SOURCES = "num_sources_used"  # of searches that few calls make: 0 is as good as not said
_OVER = {"DONE": None, "EXPIRED": "expired", "FAILED": "failed"}


def _has(message: Any, name: str) -> bool:
    return name in message.DESCRIPTOR.fields_by_name and bool(message.HasField(name))


def _named(message: Any, name: str) -> str:
    """Return the name of an enumeration's value; empty where the message has none such."""
    described = message.DESCRIPTOR.fields_by_name.get(name)
    return "" if described is None else _name_of(described, getattr(message, name))


def _name_of(described: Any, number: int) -> str:
    found = described.enum_type.values_by_number.get(number)
    return str(number) if found is None else str(found.name)


def _usage(message: Any) -> dict[str, Any] | None:
    """Return the usage as plain numbers, tools counted by name; None where none is said."""
    if not _has(message, "usage"):
        return None
    found: dict[str, Any] = {}
    for described in message.usage.DESCRIPTOR.fields:
        name = described.name
        if described.has_presence and not message.usage.HasField(name):
            continue
        value = getattr(message.usage, name)
        if name == _SOURCES and not value:
            continue
        found[name] = _tools(described, value) if name == _TOOLS else value
    return found


def _tools(described: Any, numbers: Any) -> dict[str, int]:
    names = [_name_of(described, number).removeprefix("SERVER_SIDE_TOOL_") for number in numbers]
    return {name: names.count(name) for name in names}


def _head(message: Any, answer: Answer) -> None:
    answer.model = text(getattr(message, "model", None)) or answer.model
    answer.generation_id = text(getattr(message, "id", None)) or answer.generation_id
    answer.usage = _usage(message) or answer.usage
    answer.service_tier = _TIERS.get(_named(message, "service_tier")) or answer.service_tier


def _said(message: Any) -> int:
    """Return the characters of a message, or of a piece of one."""
    calls = getattr(message, "tool_calls", ())
    arguments = sum(characters(call.function.arguments) for call in calls)
    return characters(message.content) + characters(message.reasoning_content) + arguments


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole completion; a compacted context has no outputs."""
    _head(body, answer)
    answer.chars = sum(_said(output.message) for output in getattr(body, "outputs", ()))
    answer.complete = True


def read_sample(body: Any, answer: Answer) -> None:
    """Fill the Answer from a sampled text, or a piece of one."""
    _head(body, answer)
    answer.chars = (answer.chars or 0) + sum(characters(choice.text) for choice in body.choices)
    answer.complete = answer.complete or any(choice.finish_reason for choice in body.choices)


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one chunk."""
    answer.chars = 0

    def observe(chunk: Any) -> None:
        _head(chunk, answer)
        for output in chunk.outputs:
            answer.chars = (answer.chars or 0) + _said(output.delta)
            answer.complete = answer.complete or output.finish_reason != 0

    return observe


def read_deferred(body: Any, answer: Answer) -> None:
    """Fill the Answer from what was begun, or from a look at how it stands."""
    status = _named(body, "status")
    identity = text(getattr(body, "request_id", None)) or answer.generation_id
    if status in _OVER and _has(body, "response"):
        _read_over(body.response, answer)
    answer.failure = _OVER.get(status)
    answer.settle(is_over=status in _OVER)
    answer.generation_id, answer.complete = identity, True


def _read_over(response: Any, answer: Answer) -> None:
    read(response, answer)
    if _has(response, "video"):
        answer.note("units", {"video_seconds": response.video.duration})


def read_image(body: Any, answer: Answer) -> None:
    """Fill the Answer from images: they are counted, not looked at."""
    _head(body, answer)
    answer.note("units", {"images": len(body.images)})
    answer.complete = True


def read_batch(body: Any, answer: Answer) -> None:
    """Fill the Answer from a batch: over when nothing waits and its cost is said."""
    answer.generation_id = text(body.batch_id)
    is_over = _has(body, "cost_breakdown") and not body.state.num_pending
    if is_over:
        answer.usage = {"cost_in_usd_ticks": body.cost_breakdown.total_cost_usd_ticks}
    answer.settle(is_over=is_over)
    answer.note("conditions", {"processing": "batch"})
    answer.complete = True


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of all messages."""
    messages = getattr(body.get("request"), "messages", None)
    if messages is None:
        return None
    return sum(characters(part.text) for message in messages for part in message.content)


def sampled_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the prompts of a plain sampling."""
    prompts = getattr(body.get("request"), "prompt", None)
    return None if prompts is None else sum(characters(prompt) for prompt in prompts)


SHAPE = Shape(
    name="xai_chat",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=no_conditions,
    counters=Counters(
        input_tokens=("prompt_tokens",),
        output_tokens=("completion_tokens",),
        total_tokens=("total_tokens",),
        cache_read_input_tokens=("cached_prompt_text_tokens",),
        reasoning_output_tokens=("reasoning_tokens",),
        input_image_tokens=("prompt_image_tokens",),
        web_search_requests=(f"{_TOOLS}.WEB_SEARCH",),
        units={
            "x_search_calls": (f"{_TOOLS}.X_SEARCH",),
            "code_interpreter_calls": (f"{_TOOLS}.CODE_EXECUTION",),
            "document_search_calls": (f"{_TOOLS}.COLLECTIONS_SEARCH",),
            "attachment_search_calls": (f"{_TOOLS}.ATTACHMENT_SEARCH",),
            "image_search_calls": (f"{_TOOLS}.IMAGE_SEARCH",),
            "image_generation_calls": (f"{_TOOLS}.IMAGE_GENERATION",),
            "mcp_calls": (f"{_TOOLS}.MCP",),
            "sources": (_SOURCES,),
        },
    ),
)
SAMPLES = SHAPE._replace(
    name="xai_samples",
    read=read_sample,
    observer=observe_whole(read_sample),
    request_chars=sampled_chars,
)
DEFERRED = SHAPE._replace(
    name="xai_deferred", read=read_deferred, observer=observe_whole(read_deferred)
)
IMAGES = SHAPE._replace(
    name="xai_images",
    read=read_image,
    observer=observe_whole(read_image),
    request_chars=no_chars,
)
EMBEDDINGS = SHAPE._replace(
    name="xai_embeddings",
    request_chars=no_chars,
    counters=Counters(
        units={
            "text_embeddings": ("num_text_embeddings",),
            "image_embeddings": ("num_image_embeddings",),
        }
    ),
)
BATCHES = SHAPE._replace(
    name="xai_batches",
    read=read_batch,
    observer=observe_whole(read_batch),
    request_chars=no_chars,
    counters=Counters(),
)
