"""What of LiteLLM's own HTTP is a call, who is named where the host says nothing, and what is not."""

from __future__ import annotations

from typing import Any

import httpx
import litellm
import openai
import pytest
from litellm.llms.custom_httpx.http_handler import HTTPHandler

import aso
from aso.testing import capture_events
from tests.litellm_sdk.answers import CHAT, EMBEDDING, MESSAGES
from tests.litellm_sdk.asking import COMMON, Way, captured, each_way, outline, run
from tests.litellm_sdk.server import Server

pytestmark = pytest.mark.sdk


def test_a_provider_that_we_do_not_know_still_counts(server: Server) -> None:
    server.then(EMBEDDING)
    with captured() as events:
        litellm.embedding("jina_ai/jina-v3", ["Hi"], api_base=server.url, **COMMON)
    found = [(event.provider, event.endpoint, event.kind) for event in events]
    assert found == [("unknown", "embeddings", "call")]


@each_way
def test_a_route_that_nobody_knows_is_unmetered(way: Way, server: Server) -> None:
    server.then(CHAT)
    with captured() as events:
        with pytest.raises(Exception):  # this answer is none of Triton's
            way.complete(model="triton/m", api_base=f"{server.url}/v2/models/m/infer")
    found = [(event.kind, event.provider, event.endpoint) for event in events]
    assert len(server.received) == 1
    assert found == [("unmetered", "unknown", "m/infer")]


def test_the_handler_in_anyone_elses_hands_is_plain_http(server: Server) -> None:
    server.then(CHAT)
    handler = HTTPHandler()
    with captured() as events:
        handler.post(f"{server.url}/chat/completions", json={"model": "m"})
        handler.post(f"{server.url}/api/v2/logs", json={"lines": []})
    assert events == []
    assert len(server.received) == 2


def test_a_callback_that_delivers_logs_is_no_call(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.then(CHAT)

    def deliver(kwargs: Any, response: Any, start: Any, end: Any) -> None:
        HTTPHandler().post(f"{server.url}/v1/traces", json={"model": "m"})
        httpx.post(f"{server.url}/v1/traces", json={"model": "m"})

    monkeypatch.setattr(litellm, "success_callback", [deliver])
    with captured() as events:
        litellm.completion("deepseek/m", MESSAGES, api_base=server.url, **COMMON)
        run(_until(lambda: len(server.received) == 3))
    assert [event.provider for event in events] == ["deepseek"]


async def _until(is_so: Any) -> None:
    import asyncio

    for _ in range(200):
        if is_so():
            return
        await asyncio.sleep(0.01)


def test_the_openai_sdk_beside_litellm_is_not_litellms(server: Server) -> None:
    server.then(CHAT)
    client = openai.OpenAI(api_key="none", base_url=server.url)
    with captured() as events:
        litellm.completion("perplexity/m", MESSAGES, api_base=server.url, **COMMON)
        client.chat.completions.create(model="m", messages=MESSAGES)
    assert [event.provider for event in events] == ["perplexity", "unknown"]


def test_named_alone_it_still_sees_what_goes_by_the_openai_sdk(server: Server) -> None:
    server.then(CHAT)
    client = openai.OpenAI(api_key="none", base_url=server.url)
    with aso.instrument(sinks=[], integrations=["litellm"]), capture_events() as events:
        litellm.completion("perplexity/m", MESSAGES, api_base=server.url, **COMMON)
        litellm.completion("groq/m", MESSAGES, api_base=server.url, **COMMON)
        client.chat.completions.create(model="m", messages=MESSAGES)
    assert [event.provider for event in events] == ["perplexity", "groq"]


def test_a_cached_answer_is_no_call(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.then(CHAT)
    monkeypatch.setattr(litellm, "cache", litellm.Cache(type="local"))
    asked = {"model": "deepseek/m", "messages": MESSAGES, "caching": True}
    with captured() as events:
        try:
            for _ in range(2):
                litellm.completion(**asked, api_base=server.url, **COMMON)
        except ModuleNotFoundError as missing:
            pytest.skip(f"this LiteLLM caches only with {missing.name}")
    assert len(events) == len(server.received) == 1


def test_a_timeout_is_one_error_of_an_unknown_end(server: Server) -> None:
    server.then(CHAT)
    server.stall_s = 1.0
    with captured() as events:
        with pytest.raises(Exception, match="timed out"):
            litellm.completion("groq/m", MESSAGES, api_base=server.url, timeout=0.2, **COMMON)
    [found] = map(outline, events)
    assert (found["outcome"], found["error_type"], found["attempts"]) == ("error", "Timeout", 1)
    assert events[0].cost.status == "unpriced"


def test_a_call_that_never_left_costs_nothing() -> None:
    with captured() as events:
        with pytest.raises(Exception):
            litellm.completion("groq/m", MESSAGES, api_base="http://127.0.0.1:9", **COMMON)
    assert [(event.outcome, str(event.cost.total)) for event in events] == [("error", "0")]
