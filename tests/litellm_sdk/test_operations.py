"""Everything else that LiteLLM sends and that bills: embeddings, responses, images, sound, ranking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import litellm
import pytest

from tests.litellm_sdk.answers import (
    CHAT,
    EMBEDDING,
    MESSAGE,
    RERANKED,
    RESPONSE,
    RESPONSE_STREAM,
)
from tests.litellm_sdk.asking import COMMON, captured, outline, run
from tests.litellm_sdk.server import Answer, Server

pytestmark = pytest.mark.sdk

IMAGES = {
    "created": 1,
    "data": [{"b64_json": "aGk="}],
    "usage": {"input_tokens": 9, "output_tokens": 100, "total_tokens": 109},
}
TEXT = {
    **CHAT,
    "object": "text_completion",
    "choices": [{"index": 0, "text": "Hello!", "finish_reason": "stop"}],
}
SOUND = ("sound.wav", b"RIFF")
Ask = Callable[..., Any]
# Name → function, its arguments, where it asks, the answer; what the event must say.
OPERATIONS: dict[str, tuple[str, dict[str, Any], str, Any, tuple[Any, ...]]] = {
    "embeddings by the SDK": (
        "embedding",
        {"model": "mistral/mistral-embed", "input": ["Hello"]},
        "",
        EMBEDDING,
        ("openai", "mistral", "embeddings", "embeddings", 7),
    ),
    "embeddings by its own HTTP": (
        "embedding",
        {"model": "voyage/voyage-3", "input": ["Hello"]},
        "",
        EMBEDDING,
        ("litellm", "voyage", "embeddings", "embeddings", 7),
    ),
    "images": (
        "image_generation",
        {"model": "openai/gpt-image-1", "prompt": "a cat"},
        "",
        IMAGES,
        ("openai", "unknown", "images/generations", "image", 9),
    ),
    "transcription": (
        "transcription",
        {"model": "groq/whisper-large-v3", "file": SOUND},
        "",
        {"text": "Hello!"},
        ("openai", "groq", "audio/transcriptions", "transcription", None),
    ),
    "speech": (
        "speech",
        {"model": "openai/tts-1", "input": "Hello!", "voice": "alloy"},
        "",
        Answer(b"sound", kind="audio/mpeg"),
        ("openai", "unknown", "audio/speech", "speech", None),
    ),
    "reranking": (
        "rerank",
        {"model": "cohere/rerank-v3.5", "query": "Hello", "documents": ["a", "b"]},
        "/v1/rerank",
        RERANKED,
        ("litellm", "cohere", "rerank", "rerank", None),
    ),
    "text completions": (
        "text_completion",
        {"model": "openai/gpt-3.5-turbo-instruct", "prompt": "Say hello."},
        "",
        TEXT,
        ("openai", "unknown", "completions", "completion", 11),
    ),
    "responses": (
        "responses",
        {"model": "openai/gpt-5", "input": "Say hello."},
        "",
        RESPONSE,
        ("litellm", "unknown", "responses", "responses", 5),
    ),
    "Azure": (
        "completion",
        {
            "model": "azure/my-deployment",
            "messages": [{"role": "user", "content": "Hi"}],
            "api_version": "2024-10-21",
        },
        "",
        CHAT,
        ("openai", "azure", "chat/completions", "chat", 11),
    ),
}


@pytest.mark.parametrize("prefix", ["", "a"], ids=["sync", "async"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_one_event(name: str, prefix: str, server: Server) -> None:
    function, arguments, path, answer, wanted = OPERATIONS[name]
    if not hasattr(litellm, function):
        pytest.skip(f"this LiteLLM has no {function}")
    server.then(answer)
    with captured() as events:
        asked = getattr(litellm, prefix + function)(
            **arguments, **COMMON, api_base=server.url + path
        )
        run(asked) if prefix else None
    [found] = map(outline, events)
    names = ("sdk", "provider", "endpoint", "operation", "prompt_tokens")
    assert tuple(found[one] for one in names) == wanted
    assert (found["kind"], found["outcome"], found["attempts"]) == ("call", "completed", 1)


def test_a_stream_of_responses_is_one_event(server: Server) -> None:
    if not hasattr(litellm, "responses"):
        pytest.skip("this LiteLLM has no responses")
    server.then(RESPONSE_STREAM)
    with captured() as events:
        asked = {"model": "openai/gpt-5", "input": "Say hello.", "stream": True}
        list(litellm.responses(**asked, **COMMON, api_base=server.url))
        assert len(events) == 1
    assert (events[0].stream, events[0].outcome, events[0].usage.output_tokens) == (
        True,
        "completed",
        6,
    )


def test_messages_in_anthropics_own_format_are_one_event(server: Server) -> None:
    if not hasattr(litellm, "anthropic"):
        pytest.skip("this LiteLLM has no anthropic.messages")
    server.then(MESSAGE)
    asked = {"model": "anthropic/claude-sonnet-4-5", "max_tokens": 9, "messages": MESSAGES}
    with captured() as events:
        run(litellm.anthropic.messages.acreate(**asked, api_key="none", api_base=server.url))
    [event] = events
    assert (event.provider, event.endpoint, event.usage.input_tokens) == (
        "anthropic",
        "messages",
        16,
    )


MESSAGES = [{"role": "user", "content": "Say hello."}]


def test_a_response_in_the_background_is_settled_by_whoever_looks(server: Server) -> None:
    if not hasattr(litellm, "get_responses"):
        pytest.skip("this LiteLLM has no get_responses")
    begun = {"background": True, "status": "queued", "usage": None, "output": []}
    server.then({**RESPONSE, **begun}, {**RESPONSE, "background": True})
    base = {"api_base": server.url, "api_key": "none"}
    with captured() as events:
        asked = litellm.responses(model="openai/gpt-5", input="Hi", background=True, **base)
        litellm.get_responses(response_id=asked.id, **base)
    assert [(event.revision, event.usage.output_tokens) for event in events] == [(0, None), (1, 6)]
    assert len({event.event_id for event in events}) == 1
