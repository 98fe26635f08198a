"""Bedrock's Converse, and InvokeModel for models that speak no other format of ours.

Fields as in 240 recordings of 2024 to 2026 (2026-11-24). Input stands beside what the cache read
and wrote. InvokeModel hands the model's own answer through: Nova's is Converse's, Llama counts in
words of its own, and a stream's last chunk carries Bedrock's own count; whose answer says nothing
is counted in the response's headers (`providers`). Answers of OpenAI's models have its names (recorded
2026-11-26), those of an inference profile may be anybody's: Anthropic's are read, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import characters, field, fields, items, plain, text, written
from aso.wire.completions import no_conditions
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"text", "content", "prompt", "inputText", "texts", "reasoningText"})
_BESIDE = ("prompt_token_count", "generation_token_count", "inputTextTokenCount")
_NUMBERS = {int, float}
_METRICS = "amazon-bedrock-invocationMetrics"
_STOPS = ("stopReason", "stop_reason", "completionReason", "finish_reason")


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole answer, of whichever model."""
    said = fields(body)
    answer.model = text(said.get("model"))
    answer.generation_id = text(said.get("id"))
    answer.usage = _usage(said)
    answer.chars = _chars(said)
    answer.complete = True


def _usage(said: Mapping[str, Any]) -> Any:
    """Return the usage object, or the counts that stand beside the text."""
    if (usage := said.get("usage")) is not None:
        return plain(usage)
    counts = {name: said[name] for name in _BESIDE if said.get(name) is not None}
    written_by_titan = [field(one, "tokenCount") for one in items(said.get("results"))]
    if written_by_titan and all(type(count) in _NUMBERS for count in written_by_titan):
        counts["outputTokenCount"] = sum(written_by_titan)
    return counts or None


def _chars(said: Mapping[str, Any]) -> int:
    message = field(said.get("output"), "message")
    found = sum(_block_chars(block) for block in items(field(message, "content")))
    found += characters(said.get("generation"))
    for name, inside in (("outputs", "text"), ("generations", "text"), ("results", "outputText")):
        found += sum(characters(field(one, inside)) for one in items(said.get(name)))
    for choice in items(said.get("choices")):
        found += characters(field(field(choice, "message"), "content"))
    return found


def _block_chars(block: Any) -> int:
    reasoning = field(field(block, "reasoningContent"), "reasoningText")
    return characters(field(block, "text")) + characters(field(reasoning, "text"))


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event, named by its kind, or one chunk of a model."""
    answer.chars = 0

    def observe(event: Any) -> None:
        said = fields(event)
        answer.chars = (answer.chars or 0) + _delta_chars(said)
        if (failure := said.get("error")) is not None:
            answer.failure = text(field(failure, "type")) or "error_event"
        if _is_end(said):
            answer.complete = True
        usage = field(said.get("metadata"), "usage") or said.get(_METRICS) or _usage(said)
        if usage is not None:
            answer.usage = {**(answer.usage or {}), **plain(usage)}

    return observe


def _delta_chars(said: Mapping[str, Any]) -> int:
    delta = field(said.get("contentBlockDelta"), "delta") or said.get("delta")
    reasoning = field(delta, "reasoningContent")
    tool = field(field(delta, "toolUse"), "input")
    return (
        characters(field(delta, "text"))
        + characters(field(reasoning, "text"))
        + characters(tool)
        + characters(said.get("generation"))
        + characters(said.get("outputText"))
    )


def _is_end(said: Mapping[str, Any]) -> bool:
    if "messageStop" in said or _METRICS in said:
        return True
    return any(said.get(name) for name in _STOPS)


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the system prompt and all messages, or of the prompt."""
    sent = [body.get(name) for name in ("system", "messages", "prompt", "inputText", "texts")]
    if all(one is None for one in sent):
        return None
    return sum(written(one, _CONTENT_KEYS) for one in sent if one is not None)


COUNTERS = Counters(
    input_tokens=(
        "inputTokens",
        "inputTokenCount",
        "prompt_token_count",
        "inputTextTokenCount",
        "prompt_tokens",
        "input_tokens",
    ),
    output_tokens=(
        "outputTokens",
        "outputTokenCount",
        "generation_token_count",
        "completion_tokens",
        "output_tokens",
    ),
    total_tokens=("totalTokens", "total_tokens"),
    cache_read_input_tokens=(
        "cacheReadInputTokens",
        "cacheReadInputTokenCount",
        "prompt_tokens_details.cached_tokens",
        "cache_read_input_tokens",
    ),
    cache_write_input_tokens=(
        "cacheWriteInputTokens",
        "cacheWriteInputTokenCount",
        "prompt_tokens_details.cache_write_tokens",
        "cache_creation_input_tokens",
    ),
    cache_write_5m_input_tokens=("cache_creation.ephemeral_5m_input_tokens",),
    cache_write_1h_input_tokens=("cache_creation.ephemeral_1h_input_tokens",),
    reasoning_output_tokens=(
        "completion_tokens_details.reasoning_tokens",
        "output_tokens_details.thinking_tokens",
    ),
    rules=("cache_details", "cache_outside"),
)

SHAPE = Shape(
    name="bedrock",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=no_conditions,
    counters=COUNTERS,
)
