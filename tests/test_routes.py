"""Which POST is what: metered, billed but unmetered, or free."""

from __future__ import annotations

import pytest

from aso.routes import find


@pytest.mark.parametrize(
    ("path", "endpoint", "operation"),
    [
        ("/chat/completions", "chat/completions", "chat"),
        ("https://api.openai.com/v1/chat/completions", "chat/completions", "chat"),
        (
            "/openai/deployments/my-gpt-4o/chat/completions?api-version=1",
            "chat/completions",
            "chat",
        ),
        ("/v1beta/openai/chat/completions", "chat/completions", "chat"),
        ("/responses?beta=true", "responses", "responses"),
        ("/images/generations", "images/generations", "image"),
        ("/audio/speech", "audio/speech", "speech"),
        ("/audio/transcriptions", "audio/transcriptions", "transcription"),
        ("/v2/rerank", "rerank", "rerank"),
        ("/v1/ocr", "ocr", "ocr"),
        ("/v1/fim/completions", "fim/completions", "completion"),
        ("/responses/compact", "responses/compact", "responses"),
        ("/completions", "completions", "completion"),
        ("/embeddings", "embeddings", "embeddings"),
        ("/moderations", "moderations", "moderation"),
        ("/v1/messages?beta=true", "messages", "messages"),
        ("https://api.deepseek.com/anthropic/v1/messages", "messages", "messages"),
    ],
)
def test_what_is_metered_has_a_wire_format(path: str, endpoint: str, operation: str) -> None:
    route = find(path)
    assert route is not None and route.shape is not None
    assert (route.endpoint, route.operation) == (endpoint, operation)


@pytest.mark.parametrize(
    ("path", "endpoint", "operation"),
    [
        ("/images/something", "images/something", "image"),
        ("/decisions", "decisions", "other"),
        ("/search", "search", "search"),
        ("/videos", "videos", "video"),
        ("/batches", "batches", "batch"),
        ("/v1/messages/batches", "messages/batches", "batch"),
        ("/v1/complete", "complete", "completion"),
        ("/threads/thread_abc123/runs", "threads/runs", "other"),
        ("/threads/runs", "threads/runs", "other"),
        ("/something/new", "something/new", "other"),
    ],
)
def test_what_can_bill_and_is_not_read_yet_has_none(
    path: str, endpoint: str, operation: str
) -> None:
    route = find(path)
    assert route is not None and route.shape is None
    assert (route.endpoint, route.operation) == (endpoint, operation)


@pytest.mark.parametrize(
    "path",
    [
        "/files",
        "/uploads/upload_abc123/parts",
        "/responses/resp_68abc/cancel",
        "/responses/input_tokens",
        "/chat/completions/chatcmpl-123",
        "/batches/batch_123/cancel",
        "/assistants",
        "/threads/thread_abc123/messages",
        "/v1/messages/count_tokens?beta=true",
        "/v1/messages/batches/msgbatch_01GUqGVJfUzZfBn/cancel",
        "/v1/organizations/invites",
        "/threads/thread_abc123/runs/run_abc123/cancel",
        "/vector_stores/vs_123/files",
        "/conversations",
    ],
)
def test_what_never_bills_is_no_call(path: str) -> None:
    assert find(path) is None
