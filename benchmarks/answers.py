"""What a provider would answer: bodies of a wanted size, and streams, all made up."""

from __future__ import annotations

import json

USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 80,
    "total_tokens": 200,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 16,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
MODEL = "gpt-4o-mini-2024-07-18"
REQUEST = {
    "model": "gpt-4o-mini",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "How much does a whale weigh? " * 20},
    ],
}


def whole(size: int) -> bytes:
    """Return a chat completion of about ``size`` bytes."""
    body = {
        "id": "chatcmpl-benchmark0001",
        "object": "chat.completion",
        "created": 1_795_435_200,
        "model": MODEL,
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ""}}
        ],
        "usage": USAGE,
        "service_tier": "default",
        "system_fingerprint": "fp_benchmark",
    }
    body["choices"][0]["message"]["content"] = "word " * ((size - len(json.dumps(body))) // 5)
    return json.dumps(body).encode()


def streamed(chunks: int) -> bytes:
    """Return an event stream of ``chunks`` chunks of text, then the usage and the end."""
    deltas = [{"content": "word "}] * chunks
    lines = [_chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    lines.append(_chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    lines.append(_chunk([], usage=USAGE))
    return b"".join(lines) + b"data: [DONE]\n\n"


def _chunk(choices: list[object], usage: object = None) -> bytes:
    head = {"id": "chatcmpl-benchmark0002", "object": "chat.completion.chunk"}
    body = {**head, "created": 1_795_435_200, "model": MODEL, "choices": choices, "usage": usage}
    return b"data: " + json.dumps(body).encode() + b"\n\n"
