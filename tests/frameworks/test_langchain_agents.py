"""An agent of LangChain on LangGraph: each request of its loop is one event, its tools' too."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import aso
from tests.frameworks.answers import calling, calling_in_chunks
from tests.frameworks.langchain import model
from tests.frameworks.seen import CHAT, REFUSED, calls, captured, refused, whole
from tests.provider.answers import MODEL, TEXT
from tests.provider.server import OK, Provider, Scene

agents: Any = pytest.importorskip("langchain.agents")

DONE = ("completed", "chat/completions", False, "provider", 100, 20)
STREAMED = ("completed", "chat/completions", True, "provider", 100, 20)
ASKED = {"messages": [("user", "Say hello.")]}
DIMS = {"team": "search"}


def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


def agent(provider: Provider, *tools: Any) -> Any:
    return agents.create_agent(model(provider), list(tools or [weather]))


def test_each_request_of_the_loop_is_one_event(provider: Provider) -> None:
    provider.then(calling("weather"), OK)
    with captured(provider) as events, aso.dimensions(DIMS):
        found = agent(provider).invoke(ASKED)
    assert [message.content for message in found["messages"][2:]] == ["sunny in Bern", TEXT]
    assert calls(events) == [(*DONE, DIMS)] * len(provider.received) == [(*DONE, DIMS)] * 2


def test_an_awaited_loop_keeps_dimensions(provider: Provider) -> None:
    async def main() -> None:
        async with aso.dimensions(DIMS):
            async for _ in agent(provider).astream(ASKED):
                pass

    provider.then(calling("weather"), OK)
    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [(*DONE, DIMS)] * 2


def test_a_loop_that_streams_its_words_is_one_event_a_request(provider: Provider) -> None:
    provider.then(calling_in_chunks("weather"), OK)
    with captured(provider) as events, aso.dimensions(DIMS):
        list(agent(provider).stream(ASKED, stream_mode="messages"))
    assert calls(events) == [(*STREAMED, DIMS)] * 2


def test_a_loop_that_is_left_has_the_events_of_what_it_sent(provider: Provider) -> None:
    provider.then(calling("weather"), OK)
    with captured(provider) as events:
        stream = agent(provider).stream(ASKED, stream_mode="updates")
        next(stream)
        stream.close()
    assert calls(events) == [(*DONE, {})] * len(provider.received)


def test_words_that_are_left_are_read_on_by_langgraph_and_completed(provider: Provider) -> None:
    provider.then(Scene(pause_s=0.02))
    with captured(provider) as events:
        stream = agent(provider).stream(ASKED, stream_mode="messages")
        next(stream)
        stream.close()
    assert calls(events) == [(*STREAMED, {})]


def test_awaited_words_that_are_left_are_cancelled(provider: Provider) -> None:
    async def main() -> None:
        async for _ in agent(provider).astream(ASKED, stream_mode="messages"):
            break

    provider.then(Scene(pause_s=0.05))
    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [("cancelled", "chat/completions", True, "estimate", 3, 1, {})]


def test_a_call_inside_a_tool_is_an_event_with_the_tools_dimensions(provider: Provider) -> None:
    @aso.track(feature="forecast")
    def weather(city: str) -> str:
        """Tell the weather."""
        return str(model(provider).invoke(city).content)

    provider.then(calling("weather"), OK)
    with captured(provider) as events, aso.dimensions(DIMS):
        agent(provider, weather).invoke(ASKED)
    inside = {**DIMS, "feature": "forecast"}
    assert [dict(event.dims) for event in events] == [DIMS, inside, DIMS]
    assert len(provider.received) == 3


def test_a_refusal_ends_the_loop_untouched_but_for_a_note(provider: Provider) -> None:
    with captured(provider, policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models") as caught:
            agent(provider).invoke(ASKED)
    assert (caught.value.rule, caught.value.value) == ("denied_models", f"openai:{MODEL}")
    assert [whole(event) for event in events] == [refused(CHAT)]


def test_a_refusal_inside_a_tool_ends_the_loop_untouched(provider: Provider) -> None:
    def weather(city: str) -> str:
        """Tell the weather."""
        return str(model(provider, model="gpt-5.4").invoke(city).content)

    provider.then(calling("weather"), OK)
    with captured(provider, policy={"denied_models": ["openai:gpt-5*"]}) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            agent(provider, weather).invoke(ASKED)
    assert [event.kind for event in events] == ["call", "refused"]
