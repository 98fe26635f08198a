"""What LiteLLM sends is one event: the innermost hook's, whichever way it goes."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest

from tests.litellm_sdk.answers import (
    CHAT,
    CHAT_STREAM,
    GENERATED,
    GENERATED_STREAM,
    MESSAGE,
    MESSAGE_STREAM,
    REFUSAL,
)
from tests.litellm_sdk.asking import Way, captured, each_way, let_go, outline
from tests.litellm_sdk.server import Answer, Server

pytestmark = pytest.mark.sdk

CALL: dict[str, Any] = {
    "kind": "call",
    "attempts": 1,
    "outcome": "completed",
    "http_status": 200,
    "error_type": None,
    "usage_source": "provider",
    "prompt_tokens": 11,
    "completion_tokens": 22,
}
CHATTED = {**CALL, "endpoint": "chat/completions", "operation": "chat"}
# LiteLLM's model → our provider, the model as it is sent.
SDK_BELOW = {
    "perplexity/sonar": ("perplexity", "sonar"),
    "cerebras/m": ("cerebras", "m"),
    "deepinfra/a/model": ("deepinfra", "a/model"),
    "openai/a-model": ("unknown", "a-model"),
}
OWN_HTTP = {
    "groq/m": ("groq", "m"),
    "anthropic/claude-sonnet-4-5": ("anthropic", "claude-sonnet-4-5"),
    "gemini/gemini-2.5-flash": ("google", "gemini-2.5-flash"),
}
EITHER = {  # by the SDK below in 1.60, by its own HTTP later
    "deepseek/deepseek-chat": ("deepseek", "deepseek-chat"),
    "mistral/mistral-small": ("mistral", "mistral-small"),
    "xai/grok-4": ("xai", "grok-4"),
    "openrouter/openai/gpt-4o": ("openrouter", "openai/gpt-4o"),
    "together_ai/a/model": ("together", "a/model"),
    "fireworks_ai/m": ("fireworks", "accounts/fireworks/models/m"),
}
NATIVE = {
    "anthropic": ("/v1/messages", MESSAGE, MESSAGE_STREAM),
    "gemini": ("/v1beta/models/gemini-2.5-flash", GENERATED, GENERATED_STREAM),
}


def told(server: Server, model: str, *, stream: bool) -> str:
    """Have the server answer as the model's provider does; return what LiteLLM takes as api_base."""
    path, answer, chunks = NATIVE.get(model.split("/", maxsplit=1)[0], ("/v1", CHAT, CHAT_STREAM))
    server.then(chunks if stream else answer)
    return server.url + path


@each_way
@pytest.mark.parametrize("model", [*SDK_BELOW, *EITHER])
def test_a_call_in_the_openai_format_is_one_event(way: Way, model: str, server: Server) -> None:
    base = told(server, model, stream=False)
    with captured() as events:
        way.complete(model=model, api_base=base)
    [found] = map(outline, events)
    provider, sent = {**SDK_BELOW, **EITHER}[model]
    assert found.pop("sdk") in ({"openai"} if model in SDK_BELOW else {"openai", "litellm"})
    assert found == {**CHATTED, "provider": provider, "request_model": sent, "stream": False}
    assert len(server.received) == 1


@each_way
@pytest.mark.parametrize("model", OWN_HTTP)
def test_a_call_by_its_own_http_is_one_event(way: Way, model: str, server: Server) -> None:
    base = told(server, model, stream=False)
    with captured() as events:
        way.complete(model=model, api_base=base)
    [event] = events
    provider, sent = OWN_HTTP[model]
    assert event.to_dict()["sdk"] == {"name": "litellm", "version": version("litellm")}
    assert (event.provider, event.request_model, event.outcome) == (provider, sent, "completed")
    assert event.usage.output_tokens == 22


@each_way
@pytest.mark.parametrize(
    "model", [*SDK_BELOW, *EITHER, "anthropic/claude-sonnet-4-5", "gemini/gemini-2.5-flash"]
)
def test_a_stream_is_one_event_when_the_caller_sees_its_end(
    way: Way, model: str, server: Server
) -> None:
    base = told(server, model, stream=True)
    with captured() as events:
        chunks = way.stream(model=model, api_base=base, stream_options={"include_usage": True})
        assert len(events) == 1
    [event] = events
    assert (event.stream, event.outcome, event.usage.source) == (True, "completed", "provider")
    assert event.usage.output_tokens == 22
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "Hello!"


@each_way
@pytest.mark.parametrize("model", ["deepseek/deepseek-chat", "anthropic/claude-sonnet-4-5"])
def test_a_stream_that_is_left_is_one_cancelled_event(way: Way, model: str, server: Server) -> None:
    base = told(server, model, stream=True)
    server.pause_s = 0.05
    with captured() as events:
        way.stream(model=model, api_base=base, count=1)
        let_go(events)
    [event] = events
    assert (event.stream, event.outcome) == (True, "cancelled")


@each_way
@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-4-5", "perplexity/sonar"])
def test_an_error_answer_is_one_error_at_no_cost(way: Way, model: str, server: Server) -> None:
    base = told(server, model, stream=False)
    server.then(Answer(REFUSAL, 429))
    with captured() as events:
        with pytest.raises(Exception, match="as the test says"):
            way.complete(model=model, api_base=base)
    [event] = events
    assert (event.outcome, event.http_status, str(event.cost.total)) == ("error", 429, "0")
    assert event.error_type in {"429", "RateLimitError"}


@each_way
def test_a_mocked_answer_is_no_call(way: Way, server: Server) -> None:
    server.then(CHAT)
    with captured() as events:
        way.complete(model="deepseek/m", api_base=server.url, mock_response="Hello!")
    assert (events, server.received) == ([], [])
