"""The Responses API: platform.openai.com/docs/api-reference/responses (read 2026-11-23).

Cached and written tokens are inside ``input_tokens``; reasoning is inside ``output_tokens``, also
at xAI. ``tool_usage`` stands beside ``usage`` and counts the billable searches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import TABLE, characters, field, is_a, items, plain, text, written
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"content", "text", "arguments", "output", "summary", "refusal", "input"})
_TERMINAL = {
    "response.completed": None,
    "response.incomplete": None,
    "response.failed": "response_failed",
}
_RUNNING = frozenset({"queued", "in_progress"})
_STATUS_FAILED = "failed"
_NOT_HOSTED = frozenset({"function_call", "custom_tool_call", "computer_call", "local_shell_call"})


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole response object."""
    _head(body, answer)
    if (usage := field(body, "usage")) is not None:
        answer.usage = usage
    output = items(field(body, "output"))
    answer.chars = sum(_item_chars(item) for item in output)
    _note_tools(body, output, answer)
    status = text(field(body, "status"))
    if status in _RUNNING:
        answer.settle(is_over=False)
    if status == _STATUS_FAILED:
        answer.failure = "response_failed"
    answer.complete = True


def _head(body: Any, answer: Answer) -> None:
    answer.model = text(field(body, "model")) or answer.model
    answer.generation_id = text(field(body, "id")) or answer.generation_id
    answer.service_tier = text(field(body, "service_tier")) or answer.service_tier
    is_running = text(field(body, "status")) in _RUNNING
    if field(body, "background") is True:
        answer.settle(is_over=not is_running)


def _item_chars(item: Any) -> int:
    return sum(
        written(plain(value), _CONTENT_KEYS)
        for name in ("content", "summary", "arguments", "input", "code")
        if (value := field(item, name)) is not None
    )


def _note_tools(body: Any, output: Any, answer: Answer) -> None:
    if (tool_usage := field(body, "tool_usage")) is not None:
        answer.note("tool_usage", plain(tool_usage))
        for tool in items(field(body, "tools")):
            if field(tool, "type") == "image_generation":
                answer.note("drawing_model", text(field(tool, "model")))
    counts: dict[str, int] = {}
    for item in output:
        kind = text(field(item, "type")) or ""
        if kind.endswith("_call") and kind not in _NOT_HOSTED and _is_billed(kind, item):
            counts[f"{kind}s"] = counts.get(f"{kind}s", 0) + 1
    answer.note("tool_calls", counts)


def _is_billed(kind: str, item: Any) -> bool:
    if kind != "web_search_call":
        return True
    action = text(field(field(item, "action"), "type"))
    return action in {None, "search"}


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event; the last one holds the whole response."""
    answer.chars = chars = 0

    def observe(event: Any) -> None:
        nonlocal chars
        fields = event if type(event) is TABLE else event.__dict__
        delta = fields.get("delta")
        if type(delta) is str:
            answer.chars = chars = chars + len(delta)
            return
        kind = fields.get("type")
        if kind in _TERMINAL:
            _finish(fields.get("response"), kind, answer)
        elif kind in {"response.created", "response.in_progress", "response.queued"}:
            _head(fields.get("response"), answer)

    return observe


def _finish(response: Any, kind: str, answer: Answer) -> None:
    if response is not None:
        received = answer.chars
        read(response, answer)
        answer.chars = answer.chars or received
    answer.failure = _TERMINAL[kind]
    answer.complete = True


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the instructions and the input."""
    sent = body.get("input")
    if sent is None and body.get("instructions") is None:
        return None
    return written(sent, _CONTENT_KEYS) + characters(body.get("instructions"))


def conditions(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the search context size, where a search tool was declared."""
    for tool in items(body.get("tools")):
        kind = tool.get("type") if is_a(tool, Mapping) else None
        if isinstance(kind, str) and kind.startswith("web_search"):
            return {"search_context_size": tool.get("search_context_size") or "medium"}
    return None


COUNTERS = Counters(
    input_tokens=("input_tokens", "prompt_tokens"),
    output_tokens=("output_tokens", "completion_tokens"),
    total_tokens=("total_tokens",),
    cache_read_input_tokens=(
        "input_tokens_details.cached_tokens",
        "prompt_tokens_details.cached_tokens",
        "input_tokens_details.cache_read_input_tokens",  # Perplexity
    ),
    cache_write_input_tokens=(
        "input_tokens_details.cache_write_tokens",
        "input_tokens_details.cache_creation_input_tokens",  # Perplexity
    ),
    reasoning_output_tokens=("output_tokens_details.reasoning_tokens",),
    input_audio_tokens=("input_tokens_details.audio_tokens",),
    input_image_tokens=("input_tokens_details.image_tokens",),
    output_audio_tokens=("output_tokens_details.audio_tokens",),
    output_image_tokens=("output_tokens_details.image_tokens",),
    web_search_requests=(
        "server_side_tool_usage_details.web_search_calls",
        "server_tool_use_details.web_search_requests",  # OpenRouter
    ),
    units={
        # Its rate is not published; of what lives for 30 minutes it is that of all writes.
        "cache_write_12h_tokens": (
            "input_tokens_details.cache_write_tokens_details.ttl_12h_tokens",
        ),
        "x_search_calls": ("server_side_tool_usage_details.x_search_calls",),
        "code_interpreter_calls": ("server_side_tool_usage_details.code_interpreter_calls",),
        "file_search_calls": ("server_side_tool_usage_details.file_search_calls",),
        "document_search_calls": ("server_side_tool_usage_details.document_search_calls",),
        "image_generation_calls": ("server_side_tool_usage_details.image_generation_calls",),
        "mcp_calls": ("server_side_tool_usage_details.mcp_calls",),
    },
)

SHAPE = Shape(
    name="responses",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=conditions,
    counters=COUNTERS,
)
