"""google-genai is not hooked itself: its HTTP client is, and each request is one event."""

from __future__ import annotations

import json
from typing import Any

import google.genai._api_client as below
import pytest
from google import genai
from google.genai import types

import aso
from aso.testing import capture_events

http: Any = getattr(below, "httpx2", None) or below.httpx  # type: ignore[attr-defined]

USAGE = {
    "promptTokenCount": 1000,
    "cachedContentTokenCount": 400,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 30,
    "totalTokenCount": 1050,
}
ANSWER = {
    "candidates": [{"content": {"parts": [{"text": "Hello!"}]}, "finishReason": "STOP"}],
    "usageMetadata": USAGE,
    "modelVersion": "gemini-2.5-flash",
}


def client(body: str, kind: str) -> genai.Client:
    def answer(request: Any) -> Any:
        return http.Response(200, headers={"content-type": kind}, stream=Pieces(body))

    transport = http.MockTransport(answer)
    options = types.HttpOptions(httpx_client=http.Client(transport=transport))
    return genai.Client(api_key="none", http_options=options)


class Pieces(http.SyncByteStream):
    def __init__(self, body: str) -> None:
        self.body = body.encode()

    def __iter__(self) -> Any:
        yield self.body


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    counts = usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens
    return event.provider, event.endpoint, event.model, event.outcome, event.stream, *counts


def test_an_answer_is_one_event() -> None:
    with capture_events() as events:
        google = client(json.dumps(ANSWER), "application/json")
        google.models.generate_content(model="gemini-2.5-flash", contents="Say hello.")
    assert [said(event) for event in events] == [
        ("google", "generateContent", "gemini-2.5-flash", "completed", False, 1000, 50, 400)
    ]


def test_a_stream_is_one_event() -> None:
    body = f"data: {json.dumps(ANSWER)}\r\n\r\n" * 2
    with capture_events() as events:
        google = client(body, "text/event-stream")
        for _ in google.models.generate_content_stream(model="gemini-2.5-flash", contents="Hi"):
            pass
    assert [said(event) for event in events] == [
        ("google", "streamGenerateContent", "gemini-2.5-flash", "completed", True, 1000, 50, 400)
    ]


def test_a_refusal_comes_through_untouched() -> None:
    with aso.instrument(sinks=[], policy={"denied_models": ["google:*"]}):
        google = client(json.dumps(ANSWER), "application/json")
        with pytest.raises(aso.ModelNotAllowedError):
            google.models.generate_content(model="gemini-2.5-flash", contents="Say hello.")
