"""LiteLLM's Router: every deployment that it tries is checked, and is a call of its own."""

from __future__ import annotations

from typing import Any

import litellm
import pytest

import aso
from tests.litellm_sdk.answers import CHAT, MESSAGES, REFUSAL
from tests.litellm_sdk.asking import captured, outline, run
from tests.litellm_sdk.server import Answer, Server

pytestmark = pytest.mark.sdk

MODELS = {"first": "deepseek/deepseek-chat", "second": "mistral/mistral-small"}


def router(server: Server, **options: Any) -> litellm.Router:
    options = {"fallbacks": [{"first": ["second"]}], "num_retries": 0, **options}
    deployments = [
        {
            "model_name": name,
            "litellm_params": {"model": model, "api_base": server.url, "api_key": "none"},
        }
        for name, model in MODELS.items()
    ]
    return litellm.Router(model_list=deployments, **options)


def ask(router: litellm.Router, way: str) -> Any:
    if way == "sync":
        return router.completion(model="first", messages=MESSAGES)
    return run(router.acompletion(model="first", messages=MESSAGES))


each_way = pytest.mark.parametrize("way", ["sync", "async"])


@each_way
def test_a_fallback_is_a_second_call(way: str, server: Server) -> None:
    server.then(Answer(REFUSAL, 400), CHAT)
    with captured() as events:
        ask(router(server), way)
    found = [(event.provider, event.outcome, event.attempts) for event in events]
    assert found == [("deepseek", "error", 1), ("mistral", "completed", 1)]
    assert len(server.received) == 2


@each_way
def test_a_refused_deployment_is_followed_by_its_fallback(way: str, server: Server) -> None:
    server.then(CHAT)
    with captured(policy={"denied_models": ["deepseek:*"]}) as events:
        ask(router(server), way)
    found = [(event.kind, event.provider) for event in events]
    assert found == [("refused", "deepseek"), ("call", "mistral")]
    assert len(server.received) == 1


@each_way
def test_where_all_are_refused_the_caller_sees_our_refusal(way: str, server: Server) -> None:
    server.then(CHAT)
    with captured(policy={"allowed_providers": ["anthropic"]}) as events:
        with pytest.raises(aso.ProviderNotAllowedError):
            ask(router(server), way)
    assert [event.provider for event in events] == ["deepseek", "mistral"]
    assert {outline(event)["kind"] for event in events} == {"refused"}
    assert server.received == []


def test_dimensions_reach_every_call_of_a_fallback(server: Server) -> None:
    server.then(Answer(REFUSAL, 400), CHAT)
    with captured() as events, aso.dimensions(team="search"):
        ask(router(server), "sync")
    assert [event.dims for event in events] == [{"team": "search"}] * 2
