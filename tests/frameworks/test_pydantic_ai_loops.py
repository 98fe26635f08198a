"""Agents of pydantic-ai with tools, structured output, several models: each request is one event."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pydantic
import pytest

import aso
from tests.frameworks.answers import CITY, calling, calling_in_chunks
from tests.frameworks.seen import CHAT, calls, captured, given_up, whole
from tests.provider.answers import MODEL, TEXT
from tests.provider.server import OK, OVERLOADED, STALLED, Provider

pydantic_ai: Any = pytest.importorskip("pydantic_ai")
for_openai: Any = pytest.importorskip("pydantic_ai.models.openai")
providers: Any = pytest.importorskip("pydantic_ai.providers.openai")
fallback: Any = pytest.importorskip("pydantic_ai.models.fallback")

QUESTION = "Say hello."
DIMS = {"team": "search"}
DONE = ("completed", "chat/completions", False, "provider", 100, 20)


class City(pydantic.BaseModel):
    city: str


def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


def model(provider: Provider, name: str = MODEL) -> Any:
    there = providers.OpenAIProvider(api_key="none", base_url=provider.url)
    return for_openai.OpenAIChatModel(name, provider=there)


def agent(provider: Provider, **options: Any) -> Any:
    return pydantic_ai.Agent(model(provider), **options)


def test_each_request_of_the_loop_is_one_event(provider: Provider) -> None:
    provider.then(calling("weather"), OK)
    with captured(provider) as events, aso.dimensions(DIMS):
        assert agent(provider, tools=[weather]).run_sync(QUESTION).output == TEXT
    assert calls(events) == [(*DONE, DIMS)] * len(provider.received) == [(*DONE, DIMS)] * 2


def test_a_loop_that_is_walked_through_is_one_event_a_request(provider: Provider) -> None:
    async def main() -> None:
        async with agent(provider, tools=[weather]).iter(QUESTION) as run:
            async for _ in run:
                pass

    provider.then(calling("weather"), OK)
    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [(*DONE, {})] * 2


def test_a_loop_that_is_streamed_is_one_event_a_request(provider: Provider) -> None:
    async def main() -> None:
        async with agent(provider, tools=[weather]).run_stream(QUESTION) as result:
            assert await result.get_output() == TEXT

    provider.then(calling_in_chunks("weather"), OK)
    with captured(provider) as events:
        asyncio.run(main())
    done = ("completed", "chat/completions", True, "provider", 100, 20, {})
    assert calls(events) == [done] * 2


def test_a_stream_without_an_event_loop_of_the_callers_keeps_dimensions(provider: Provider) -> None:
    with captured(provider) as events, aso.dimensions(DIMS):
        assert list(agent(provider).run_stream_sync(QUESTION).stream_text())[-1] == TEXT
    assert [whole(event) for event in events] == [{**CHAT, "stream": True, "dims": DIMS}]


def test_structured_output_that_is_asked_for_again_is_an_event_each(provider: Provider) -> None:
    provider.then(calling("final_result", '{"city":7}'), calling("final_result", CITY))
    with captured(provider) as events:
        found = agent(provider, output_type=City).run_sync(QUESTION)
    assert (found.output, found.usage.requests) == (City(city="Bern"), 2)
    assert calls(events) == [(*DONE, {})] * 2


def test_a_call_inside_a_tools_thread_is_an_event_with_its_dimensions(provider: Provider) -> None:
    @aso.track(feature="forecast")
    def weather(city: str) -> str:
        """Tell the weather."""
        with openai.OpenAI(api_key="none", base_url=provider.url) as sdk:
            asked: Any = [{"role": "user", "content": city}]
            return str(sdk.chat.completions.create(model=MODEL, messages=asked))

    provider.then(calling("weather"), OK)
    with captured(provider) as events, aso.dimensions(DIMS):
        agent(provider, tools=[weather]).run_sync(QUESTION)
    assert [dict(event.dims) for event in events] == [DIMS, {**DIMS, "feature": "forecast"}, DIMS]


def test_a_run_that_is_given_up_is_cancelled(provider: Provider) -> None:
    provider.then(STALLED)
    with captured(provider) as events, pytest.raises(asyncio.CancelledError):
        asyncio.run(given_up(provider, agent(provider).run(QUESTION)))
    assert [(event.outcome, event.cost.total) for event in events] == [("cancelled", None)]


def test_a_fallback_is_a_call_of_its_own(provider: Provider) -> None:
    provider.then(OVERLOADED, OVERLOADED, OVERLOADED, OK)
    both = fallback.FallbackModel(model(provider), model(provider, "gpt-5.4"))
    with captured(provider) as events:
        pydantic_ai.Agent(both).run_sync(QUESTION)
    found = [(event.outcome, event.request_model, event.attempts) for event in events]
    assert found == [("error", MODEL, 3), ("completed", "gpt-5.4", 1)]


def test_a_refusal_is_no_reason_to_fall_back(provider: Provider) -> None:
    both = fallback.FallbackModel(model(provider, "gpt-5.4"), model(provider))
    with captured(provider, policy={"denied_models": ["openai:gpt-5*"]}) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            pydantic_ai.Agent(both).run_sync(QUESTION)
    assert (provider.received, [event.kind for event in events]) == ([], ["refused"])


def test_a_refusal_inside_a_tool_ends_the_loop_untouched(provider: Provider) -> None:
    async def weather(city: str) -> str:
        """Tell the weather."""
        return str(await pydantic_ai.Agent(model(provider, "gpt-5.4")).run(city))

    provider.then(calling("weather"), OK)
    with captured(provider, policy={"denied_models": ["openai:gpt-5*"]}) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            agent(provider, tools=[weather]).run_sync(QUESTION)
    assert [event.kind for event in events] == ["call", "refused"]
