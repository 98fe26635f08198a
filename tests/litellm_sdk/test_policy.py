"""A refusal reaches LiteLLM's caller as it is, before anything is sent, and is one event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import litellm
import pytest
from litellm import completion as bound_before_it_was_hooked

import aso
from tests.litellm_sdk.answers import CHAT, MESSAGES, REFUSAL
from tests.litellm_sdk.asking import COMMON, Way, captured, each_way, outline, run
from tests.litellm_sdk.server import Answer, Server

pytestmark = pytest.mark.sdk

NO_DEEPSEEK = {"denied_models": ["deepseek:*"]}
ASKED: dict[str, Any] = {"model": "deepseek/deepseek-chat"}
REFUSED = {
    "sdk": "litellm",
    "kind": "refused",
    "provider": "deepseek",
    "endpoint": "chat/completions",
    "operation": "chat",
    "request_model": "deepseek-chat",
    "stream": False,
    "attempts": 0,
    "outcome": "refused",
    "http_status": None,
    "error_type": "ModelNotAllowedError",
    "usage_source": "none",
    "prompt_tokens": None,
    "completion_tokens": None,
}


@each_way
@pytest.mark.parametrize(
    "options",
    [{}, {"num_retries": 2}, {"fallbacks": ["openai/a-model"]}],
    ids=["plain", "with retries", "with fallbacks"],
)
def test_a_refusal_is_raised_untouched(way: Way, options: dict[str, Any], server: Server) -> None:
    server.then(CHAT)
    with captured(policy=NO_DEEPSEEK) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="denied_models"):
            way.complete(**ASKED, **options, api_base=server.url)
    assert [outline(event) for event in events] == [REFUSED]
    assert server.received == []


@each_way
def test_a_stream_is_refused_when_it_is_asked_for(way: Way, server: Server) -> None:
    with captured(policy=NO_DEEPSEEK) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            way.complete(**ASKED, stream=True, api_base=server.url)
    assert [outline(event) for event in events] == [{**REFUSED, "stream": True}]


def test_a_function_that_was_imported_earlier_refuses_too(server: Server) -> None:
    server.then(CHAT)
    with captured(policy=NO_DEEPSEEK) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            bound_before_it_was_hooked("deepseek/deepseek-chat", MESSAGES, api_base=server.url)
    assert [event.kind for event in events] == ["refused"]
    assert server.received == []


# LiteLLM's model → what is denied: written as the request says it, not as LiteLLM does.
DENIED = {
    "anthropic/claude-opus-4-1": "anthropic:claude-opus*",
    "openrouter/openai/gpt-4o": "openrouter:openai/*",
    "fireworks_ai/kimi-k2": "fireworks:accounts/fireworks/models/kimi*",
    "together_ai/moonshotai/Kimi": "together:moonshotai/*",
    "gemini/gemini-2.5-pro": "google:gemini-2.5-pro",
    "bedrock/converse/anthropic.claude-opus-4": "bedrock:anthropic.claude-opus*",
    "bedrock/us-east-1/anthropic.claude-v2": "bedrock:anthropic.claude-v2",
    "vertex_ai/claude-opus-4@20250514": "vertex:claude-opus*",
    "azure/my-deployment": "azure:my-deployment",
    "openai/a-model": "unknown:a-model",  # by a host of its own: only the protocol is OpenAI's
}


@pytest.mark.parametrize("model", DENIED)
def test_a_model_is_known_by_its_name_in_the_request(model: str, server: Server) -> None:
    with captured(policy={"denied_models": [DENIED[model]]}) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            litellm.completion(model, MESSAGES, **COMMON, api_base=server.url)
    assert [event.kind for event in events] == ["refused"]
    assert server.received == []


OTHERS: dict[str, Callable[[str], Any]] = {
    "embedding": lambda base: litellm.embedding("deepseek/m", ["Hi"], api_base=base, **COMMON),
    "image": lambda base: litellm.image_generation("a cat", "deepseek/m", api_base=base, **COMMON),
    "rerank": lambda base: litellm.rerank("deepseek/m", "Hi", ["a"], api_base=base, **COMMON),
    "async embedding": lambda base: run(
        litellm.aembedding(model="deepseek/m", input=["Hi"], api_base=base, **COMMON)
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_operations_are_refused_alike(name: str, server: Server) -> None:
    with captured(policy=NO_DEEPSEEK) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            OTHERS[name](server.url)
    assert [event.kind for event in events] == ["refused"]


def test_a_missing_dimension_is_refused_and_one_in_a_header_is_not(server: Server) -> None:
    server.then(CHAT)
    with captured(policy={"mandatory_dimensions": ["team"]}) as events:
        with pytest.raises(aso.DimensionError):
            litellm.completion(**ASKED, messages=MESSAGES, api_base=server.url, **COMMON)
        header = {"X-ASO-Dims": "team=search"}
        asked = {**ASKED, "messages": MESSAGES, "extra_headers": header}
        litellm.completion(**asked, api_base=server.url, **COMMON)
    assert [(event.kind, event.dims) for event in events] == [
        ("refused", {}),
        ("call", {"team": "search"}),
    ]
    assert not [name for name in server.received[0].headers if name.lower().startswith("x-aso")]


@each_way
def test_what_is_allowed_is_one_event_and_no_other(way: Way, server: Server) -> None:
    server.then(CHAT)
    with captured(policy={"allowed_models": ["deepseek:deepseek-*"]}) as events:
        way.complete(**ASKED, api_base=server.url)
    assert [event.kind for event in events] == ["call"]


@pytest.mark.parametrize("mode", ["warn", "shadow"])
def test_a_policy_that_only_watches_lets_the_call_through(mode: Any, server: Server) -> None:
    server.then(CHAT)
    with captured(policy={**NO_DEEPSEEK, "mode": mode}) as events:
        litellm.completion(**ASKED, messages=MESSAGES, api_base=server.url, **COMMON)
    assert [event.kind for event in events] == ["call"]


def test_who_bills_is_the_mapped_hosts_provider(server: Server) -> None:
    server.then(CHAT)
    hosts = {server.url.removeprefix("http://"): "azure"}
    with captured(policy={"allowed_providers": ["azure"]}, hosts=hosts) as events:
        litellm.completion(**ASKED, messages=MESSAGES, api_base=server.url, **COMMON)
    assert [(event.kind, event.provider) for event in events] == [("call", "azure")]


def test_a_base_that_the_environment_sets_is_known(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.then(CHAT)
    monkeypatch.setenv("OPENAI_API_BASE", server.url)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    hosts = {server.url.removeprefix("http://"): "azure"}
    with captured(policy={"allowed_providers": ["azure"]}, hosts=hosts) as events:
        litellm.completion("gpt-4o", MESSAGES, **COMMON)
    assert [(event.kind, event.provider) for event in events] == [("call", "azure")]


def test_a_mocked_answer_is_not_refused(server: Server) -> None:
    with captured(policy=NO_DEEPSEEK) as events:
        litellm.completion(**ASKED, messages=MESSAGES, mock_response="Hello!", **COMMON)
    assert events == []


def test_litellms_own_errors_stay_its_own() -> None:
    with captured(policy=NO_DEEPSEEK) as events:
        with pytest.raises(litellm.BadRequestError, match="LLM Provider NOT provided"):
            litellm.completion("no-such-model", MESSAGES, **COMMON)
    assert events == []


@each_way
def test_a_denied_fallback_is_never_sent(
    way: Way, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.then(Answer(REFUSAL, 400), CHAT)
    # one each, for a sync call leaves a client of a loop that is closed; 1.60 loses api_base here
    monkeypatch.setenv("OPENAI_API_BASE", f"{server.url}/{way.name}")
    monkeypatch.setenv("DEEPSEEK_API_BASE", server.url)
    with captured(policy=NO_DEEPSEEK) as events:
        with pytest.raises(Exception, match=r"fallback|denied_models"):
            asked = {"model": "openai/a-model", "fallbacks": ["deepseek/deepseek-chat"]}
            way.complete(**asked)
    assert [event.kind for event in events] == ["call", "refused"]
    assert len(server.received) == 1
