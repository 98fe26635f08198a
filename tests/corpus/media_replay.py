"""Replays recorded images, audio, reranking and OCR through the real OpenAI SDK."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from openai import BaseModel, OpenAI, Stream
from openai._legacy_response import HttpxBinaryResponseContent
from openai.types import ImagesResponse
from openai.types.audio import Transcription

from tests.corpus.openai_replay import http
from tests.corpus.recordings import answer, read, request_body, rows

PROVIDERS = {
    *("openai", "azure", "bedrock_mantle", "nebius", "together", "xai"),
    *("openrouter", "mistral", "voyage", "cohere", "perplexity"),
}
TYPES: dict[str, Any] = {
    "images": ImagesResponse,
    "audio/transcriptions": Transcription,
    "audio/speech": HttpxBinaryResponseContent,
    "rerank": BaseModel,
    "ocr": BaseModel,
}
_MODEL = re.compile(rb'name="model"\r\n\r\n([^\r]+)')


def records() -> Iterator[dict[str, Any]]:
    """Yield the billable exchanges with these routes, 2xx only."""
    for row in rows():
        is_ours = row["provider"] in PROVIDERS and row["endpoint"] in TYPES
        if is_ours and row["expected"]["billable_call"]:
            yield row


def sent_body(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent: JSON, or of a form its model."""
    form = base64.b64decode(record.get("request_body_b64") or "")
    model = _MODEL.search(form)
    return {"model": model[1].decode()} if model else request_body(record)


def send(record: Mapping[str, Any], *, raw: str | None = None) -> None:
    """Make the recorded call; read the answer whole, by the SDK or, raw, as bytes."""
    stream = bool(record["expected"]["stream"])
    client = OpenAI(
        api_key="key",
        max_retries=0,
        http_client=http.Client(transport=http.MockTransport(lambda request: answer(record, http))),
    )
    result = client.post(
        record["url"],
        cast_to=TYPES[record["endpoint"]],
        body=sent_body(record),
        options={"headers": {"X-Stainless-Raw-Response": raw}} if raw else {},
        stream=stream,
        stream_cls=Stream[BaseModel],
    )
    read(result, stream=stream, raw=raw)
