"""What providers answer, written by hand: each format that LiteLLM reads itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

MESSAGES: Any = [{"role": "user", "content": "Say hello."}]
USAGE = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "the-model",
    "service_tier": "default",  # LiteLLM cannot read an answer of Groq's without one
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello!"},
        }
    ],
    "usage": USAGE,
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Hello!"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 11, "cache_read_input_tokens": 5, "output_tokens": 22},
}
GENERATED = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "Hello!"}]}, "finishReason": "STOP"}
    ],
    "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 22, "totalTokenCount": 33},
    "modelVersion": "gemini-2.5-flash",
}
EMBEDDING = {
    "object": "list",
    "model": "the-model",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
    "usage": {"prompt_tokens": 7, "total_tokens": 7},
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "the-model",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Hello!", "annotations": []}],
        }
    ],
    "parallel_tool_calls": False,
    "tool_choice": "auto",
    "tools": [],
    "usage": {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 2},
        "output_tokens": 6,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 11,
    },
}
RERANKED = {
    "id": "rerank-1",
    "results": [{"index": 0, "relevance_score": 0.9}],
    "meta": {"billed_units": {"search_units": 1}},
}
REFUSAL = {"error": {"message": "as the test says", "type": "loopback", "code": None}}


def sse(events: Iterable[Any], *, done: bool = False) -> list[bytes]:
    """Return server-sent events, one part each; those with a type are named by it."""
    parts = [_framed(one) for one in events]
    return [*parts, b"data: [DONE]\n\n"] if done else parts


def _framed(event: Any) -> bytes:
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


def _chunk(**fields: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "the-model",
        **fields,
    }


def _said(text: str, finish: str | None = None) -> dict[str, Any]:
    delta = {"role": "assistant", "content": text}
    return _chunk(choices=[{"index": 0, "delta": delta, "finish_reason": finish}])


CHAT_CHUNKS = [_said("Hel"), _said("lo!"), _said("", "stop")]
CHAT_STREAM = sse([*CHAT_CHUNKS, _chunk(choices=[], usage=USAGE)], done=True)
CHAT_STREAM_WITHOUT_USAGE = sse(CHAT_CHUNKS, done=True)
MESSAGE_STREAM = sse(
    [
        {"type": "message_start", "message": {**MESSAGE, "content": []}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "text", "text": ""},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Hello!"},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 22},
        },
        {"type": "message_stop"},
    ]
)
GENERATED_STREAM = sse([GENERATED])
RESPONSE_STREAM = sse(
    [
        {"type": "response.created", "sequence_number": 0, "response": {**RESPONSE, "output": []}},
        {
            "type": "response.output_text.delta",
            "sequence_number": 1,
            "item_id": "msg_1",
            "output_index": 0,
            "content_index": 0,
            "delta": "Hello!",
        },
        {"type": "response.completed", "sequence_number": 2, "response": RESPONSE},
    ]
)
