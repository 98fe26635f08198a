"""Replays recorded exchanges through the real OpenAI SDK on a mock transport."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import openai
import openai._base_client as base_client
from openai import OpenAI, Stream
from openai.types import Completion, CreateEmbeddingResponse, ModerationCreateResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.corpus.recordings import answer, read, request_body, rows

http = getattr(base_client, "httpx2", None) or base_client.httpx  # type: ignore[attr-defined]

TYPES: dict[str, tuple[Any, Any]] = {
    "chat/completions": (ChatCompletion, ChatCompletionChunk),
    "completions": (Completion, Completion),
    "embeddings": (CreateEmbeddingResponse, CreateEmbeddingResponse),
    "moderations": (ModerationCreateResponse, ModerationCreateResponse),
}
if hasattr(openai, "resources") and hasattr(openai.OpenAI, "responses"):
    from openai.types.responses import Response, ResponseStreamEvent

    TYPES["responses"] = (Response, ResponseStreamEvent)


def records() -> Iterator[dict[str, Any]]:
    """Yield the billable exchanges that the OpenAI SDK can make, 2xx only."""
    for row in rows():
        if row["endpoint"] in TYPES and row["expected"]["billable_call"]:
            yield row


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
        http_client=http.Client(transport=http.MockTransport(lambda request: answer(record, http))),
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
