"""Replays recorded Messages through the real Anthropic SDK on a mock transport."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import anthropic._base_client as base_client
from anthropic import Anthropic, AnthropicBedrock, Stream
from anthropic.types import Message, RawMessageStreamEvent

from tests.corpus.recordings import answer, read, request_body, rows

http: Any = getattr(base_client, "httpx2", None) or base_client.httpx  # type: ignore[attr-defined]


def records(endpoint: str = "messages") -> Iterator[dict[str, Any]]:
    """Yield Anthropic's exchanges with one endpoint, 2xx only."""
    for row in rows():
        if (row["provider"], row["endpoint"]) == ("anthropic", endpoint) and row["status"] < 300:
            yield row


def send(record: Mapping[str, Any], *, raw: str | None = None) -> None:
    """Make the recorded call; read the answer whole, by the SDK or, raw, as bytes."""
    stream = bool(record["expected"]["stream"])
    transport = http.MockTransport(lambda request: answer(record, http))
    client = Anthropic(api_key="key", max_retries=0, http_client=http.Client(transport=transport))
    result = client.post(
        record["url"].removeprefix("https://api.anthropic.com"),
        cast_to=Message,
        body=request_body(record),
        options={"headers": {"X-Stainless-Raw-Response": raw}} if raw else {},
        stream=stream,
        stream_cls=Stream[RawMessageStreamEvent],
    )
    read(result, stream=stream, raw=raw)


def bedrock_records() -> Iterator[dict[str, Any]]:
    """Yield the messages that Bedrock answered whole.

    One is left out: its usage stands in headers alone, which no reader of the body sees; the event
    has an estimate.
    """
    for row in rows():
        if (row["provider"], row["endpoint"]) != ("bedrock", "invoke") or not row["response_body"]:
            continue
        is_message = json.loads(row["response_body"]).get("type") == "message"
        if is_message and "usage_only_in_bedrock_headers" not in row["expected"]["notes"]:
            yield row


def send_by_bedrock(record: Mapping[str, Any]) -> None:
    """Make the recorded call by the SDK's client for Bedrock, with a key: it signs nothing then."""
    transport = http.MockTransport(lambda request: answer(record, http))
    client = AnthropicBedrock(
        api_key="key",
        aws_region="us-east-1",
        max_retries=0,
        http_client=http.Client(transport=transport),
    )
    client.messages.create(
        model=unquote(record["url"].split("/model/")[1].split("/")[0]),
        messages=request_body(record).get("messages") or [],
        max_tokens=10,
    )
