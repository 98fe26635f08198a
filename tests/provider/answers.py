"""What an OpenAI-shaped provider answers on each route, and how its hosts differ. All made up.

Every host serves the same text; what it says about usage is its own, as its page documents it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

MODEL = "gpt-4o-mini"
WORDS = ("Real", " sockets", " break", " in", " real", " ways.")
TEXT = "".join(WORDS)
_CREATED = 1_795_420_800
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Host(NamedTuple):
    """A host's way to tell usage.

    Attributes:
        usage: the usage object of a chat completion.
        told: where a stream tells it: in a chunk of its own when asked, in the last chunk, in
            every chunk, or in the last chunk's ``x_groq``.
        extra: fields beside it.
    """

    usage: Mapping[str, Any]
    told: Literal["when_asked", "last", "every", "x_groq"] = "last"
    extra: Mapping[str, Any] = _NOTHING


_PLAIN = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
HOSTS: Mapping[str, Host] = {
    "openai": Host(
        {
            **_PLAIN,
            "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 5, "audio_tokens": 0},
        },
        "when_asked",
        {"service_tier": "default"},
    ),
    "groq": Host({**_PLAIN, "queue_time": 0.01, "total_time": 0.05}, "x_groq"),
    "deepseek": Host(
        {**_PLAIN, "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36},
    ),
    "xai": Host(
        {
            **_PLAIN,
            "total_tokens": 150,
            "completion_tokens_details": {"reasoning_tokens": 30},
            "cost_in_usd_ticks": 12_500_000,
        },
    ),
    "openrouter": Host(
        {**_PLAIN, "cost": 0.00125, "is_byok": False, "cost_details": {}},
        extra={"provider": "Somebody"},
    ),
    "perplexity": Host(
        {**_PLAIN, "search_context_size": "low", "cost": {"total_cost": 0.00625}}, "every"
    ),
    "mistral": Host(_PLAIN),
}


def chat(host: Host, body: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Return a chat completion."""
    message = {"role": "assistant", "content": TEXT}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    head = _head(body, identity, "chat.completion")
    return {**head, "choices": [choice], "usage": host.usage, **host.extra}


def chat_chunks(host: Host, body: Mapping[str, Any], identity: str) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a chat completion: a word each, then the end, then usage if asked."""
    head = {**_head(body, identity, "chat.completion.chunk"), **host.extra}
    everywhere = {"usage": host.usage} if host.told == "every" else {}
    for word in WORDS:
        yield {**head, "choices": [_delta({"content": word}, None)], **everywhere}
    last = everywhere
    if host.told == "last":
        last = {"usage": host.usage}
    elif host.told == "x_groq":
        last = {"x_groq": {"id": identity, "usage": host.usage}}
    yield {**head, "choices": [_delta({}, "stop")], **last}
    is_asked = (body.get("stream_options") or {}).get("include_usage") is True
    if host.told == "when_asked" and is_asked:
        yield {**head, "choices": [], "usage": host.usage}


def completion(host: Host, body: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Return a completion of the older kind."""
    choice = {"index": 0, "finish_reason": "stop", "text": TEXT, "logprobs": None}
    return {
        **_head(body, identity, "text_completion"),
        "choices": [choice],
        "usage": host.usage,
    }


def response(host: Host, body: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Return a response; its usage has names of its own."""
    del host
    content = [{"type": "output_text", "text": TEXT, "annotations": []}]
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    return {
        **_response_head(body, identity),
        "status": "completed",
        "output": [{**message, "content": content}],
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 0},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 5},
            "total_tokens": 120,
        },
    }


def response_events(host: Host, body: Mapping[str, Any], identity: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a response."""
    whole = response(host, body, identity)
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
    created = {**whole, "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "sequence_number": 0, "response": created}
    for number, word in enumerate(WORDS, 1):
        event = {"type": "response.output_text.delta", "sequence_number": number, "delta": word}
        yield {**event, **where}
    number = len(WORDS) + 1
    yield {"type": "response.completed", "sequence_number": number, "response": whole}


def compaction(host: Host, body: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Return a compacted conversation."""
    whole = response(host, body, identity)
    item = {"type": "compaction", "id": "cmp_1", "encrypted_content": "opaque"}
    kept = {name: whole[name] for name in ("id", "created_at", "usage")}
    return {**kept, "object": "response.compaction", "output": [item]}


def embeddings(host: Host, body: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Return one vector."""
    del host, identity
    return {
        "object": "list",
        "model": body.get("model"),
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
        "usage": {"prompt_tokens": 8, "total_tokens": 8},
    }


def moderation(host: Host, body: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Return a verdict: nothing is flagged."""
    del host
    verdict = {"flagged": False, "categories": {}, "category_scores": {}}
    return {"id": identity, "model": body.get("model"), "results": [verdict]}


def models() -> dict[str, Any]:
    """Return the list of models."""
    model = {"id": MODEL, "object": "model", "created": _CREATED, "owned_by": "loopback"}
    return {"object": "list", "data": [model]}


ROUTES: Mapping[str, Any] = {
    "/chat/completions": chat,
    "/completions": completion,
    "/responses": response,
    "/responses/compact": compaction,
    "/embeddings": embeddings,
    "/moderations": moderation,
}
STREAMS: Mapping[str, Any] = {"/chat/completions": chat_chunks, "/responses": response_events}


def encoded(document: Any) -> bytes:
    """Return JSON as providers write it: no spaces."""
    return json.dumps(document, separators=(",", ":")).encode()


def _head(body: Mapping[str, Any], identity: str, kind: str) -> dict[str, Any]:
    return {"id": identity, "object": kind, "created": _CREATED, "model": body.get("model")}


def _response_head(body: Mapping[str, Any], identity: str) -> dict[str, Any]:
    fixed = {"parallel_tool_calls": False, "tool_choice": "auto", "tools": []}
    head = {"id": identity, "object": "response", "created_at": _CREATED}
    return {**head, "model": body.get("model"), **fixed}


def _delta(delta: Mapping[str, str], finish_reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}
