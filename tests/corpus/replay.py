"""Replays recorded exchanges through the real OpenAI SDK on a mock transport."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import openai._base_client as base_client
from openai import OpenAI, Stream
from openai.types import Completion, CreateEmbeddingResponse, ModerationCreateResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk

http = getattr(base_client, "httpx2", None) or base_client.httpx  # type: ignore[attr-defined]

FOLDER = Path(
    os.environ.get("ASO_TEST_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus"
)
TYPES: dict[str, tuple[Any, Any]] = {
    "chat/completions": (ChatCompletion, ChatCompletionChunk),
    "completions": (Completion, Completion),
    "embeddings": (CreateEmbeddingResponse, CreateEmbeddingResponse),
    "moderations": (ModerationCreateResponse, ModerationCreateResponse),
}
if hasattr(openai, "resources") and hasattr(openai.OpenAI, "responses"):
    from openai.types.responses import Response, ResponseStreamEvent

    TYPES["responses"] = (Response, ResponseStreamEvent)

# The oracle's name → the event's.
FIELDS = {
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "cache_write_5m": "cache_write_5m_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "reasoning": "reasoning_tokens",
    "audio_in": "prompt_audio_tokens",
    "audio_out": "completion_audio_tokens",
    "image_in": "prompt_image_tokens",
    "image_out": "completion_image_tokens",
    "web_search_requests": "web_search_requests",
    "model_in_response": "model",
    "service_tier": "service_tier",
    "stream": "stream",
}
_PROVIDERS = {"bedrock_mantle": "bedrock"}


def records() -> Iterator[dict[str, Any]]:
    """Yield the billable exchanges that the OpenAI SDK can make, 2xx only."""
    for row in rows():
        if row["endpoint"] in TYPES and row["expected"]["billable_call"]:
            yield row


def rows() -> Iterator[dict[str, Any]]:
    """Yield every exchange that is here."""
    shared = FOLDER / "shared.jsonl.gz"
    if not shared.exists():
        return
    with gzip.open(shared, "rt") as lines:
        yield from map(json.loads, lines)
    yield from map(json.loads, (FOLDER / "documented.jsonl").read_text().splitlines())


def send(record: Mapping[str, Any], *, raw: str | None = None) -> None:
    """Make the recorded call; read the answer whole, by the SDK or, raw, as bytes."""
    endpoint = record["endpoint"]
    url = record["url"].replace("<AWS_REGION>", "us-east-1")
    base, _, query = url.rpartition(f"/{endpoint}")
    whole, chunk = TYPES[endpoint]
    stream = bool(record["expected"]["stream"])
    client = OpenAI(
        api_key="key",
        base_url=base,
        max_retries=0,
        http_client=http.Client(transport=http.MockTransport(lambda request: _answer(record))),
    )
    result = client.post(
        f"/{endpoint}{query}",
        cast_to=whole,
        body=request_body(record),
        options={"headers": {"X-Stainless-Raw-Response": raw}} if raw else {},
        stream=stream,
        stream_cls=Stream[chunk],
    )
    read(result, stream=stream, raw=raw)


def read(result: Any, *, stream: bool, raw: str | None) -> None:
    """Read an answer to its end."""
    if raw == "stream":
        for _ in result.iter_bytes():
            pass
    elif raw == "true":
        parsed = result.parse()
        for _ in parsed if stream else ():
            pass
    elif stream:
        for _ in result:
            pass


def request_body(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON that was sent; empty where it was none."""
    try:
        body = json.loads(record["request_body"])
    except ValueError:
        body = {}
    return body if isinstance(body, dict) else {}


def _answer(record: Mapping[str, Any]) -> Any:
    kind = "text/event-stream" if record["expected"]["stream"] else "application/json"
    headers = {"content-type": kind}
    return http.Response(
        record["status"], headers=headers, stream=_Body(record["response_body"].encode())
    )


class _Body(http.SyncByteStream):  # type: ignore[misc, name-defined]
    """A body that arrives in pieces, as over a network."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), 1000):
            yield self.data[start : start + 1000]


def expected(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the event must say, under the event's names."""
    oracle = record["expected"]
    wanted = {name: oracle[key] for key, name in FIELDS.items()}
    wanted["model"] = wanted["model"] or request_body(record).get(
        "model"
    )  # the request's, where unsaid
    wanted["provider"] = _PROVIDERS.get(record["provider"], record["provider"])
    cost = oracle["provider_cost"]
    wanted["provider_cost"] = None if cost is None else Decimal(str(cost)).normalize()
    wanted["provider_says_usage"] = oracle["usage_present"]
    return wanted


def seen(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the event says, for comparison with `expected`."""
    found = {name: event[name] for name in FIELDS.values()}
    found["provider"] = event["provider"]
    cost = event["provider_cost"]
    found["provider_cost"] = None if cost is None else Decimal(cost).normalize()
    found["provider_says_usage"] = event["usage_source"] in {"provider", "partial"}
    if not found["provider_says_usage"]:  # estimates are ours: the oracle has nothing to say
        found["prompt_tokens"] = found["completion_tokens"] = None
    return found
