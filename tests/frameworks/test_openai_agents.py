"""OpenAI Agents → openai → HTTP: each request that is billed is one event, plain and streamed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pydantic
import pytest

import aso
from tests.frameworks.answers import CITY, calling, calling_in_chunks, calling_in_response, chat
from tests.frameworks.seen import CHAT, REFUSED, RESPONSE, calls, captured, refused, whole
from tests.provider.answers import MODEL, TEXT
from tests.provider.server import OK, RATE_LIMITED, Provider, Scene
from tests.provider.server import REFUSED as BAD_REQUEST

agents: Any = pytest.importorskip("agents")

QUESTION = "Say hello."
DIMS = {"team": "search"}
DONE = ("completed", "chat/completions", False, "provider", 100, 20)
each_model = pytest.mark.parametrize(
    ("kind", "call"),
    [("OpenAIChatCompletionsModel", CHAT), ("OpenAIResponsesModel", RESPONSE)],
    ids=["chat", "responses"],
)


class City(pydantic.BaseModel):
    city: str


@pytest.fixture(autouse=True)
def no_tracing() -> Iterator[None]:
    """Nothing is exported: by default, traces go to OpenAI."""
    agents.set_tracing_disabled(disabled=True)
    yield
    agents.set_tracing_disabled(disabled=False)


def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


def agent(
    provider: Provider,
    kind: str = "OpenAIChatCompletionsModel",
    name: str = MODEL,
    **options: Any,
) -> Any:
    sdk = openai.AsyncOpenAI(api_key="none", base_url=provider.url)
    model = getattr(agents, kind)(name, sdk)
    return agents.Agent(name="assistant", model=model, **options)


async def streamed(agent: Any, most: int = 999) -> Any:
    run, found = agents.Runner.run_streamed(agent, QUESTION), 0
    async for event in run.stream_events():
        found += event.type == "raw_response_event"
        if found == most:
            run.cancel()
    return run.final_output


@each_model
def test_a_run_is_one_whole_event(provider: Provider, kind: str, call: Any) -> None:
    with captured(provider) as events:
        assert agents.Runner.run_sync(agent(provider, kind), QUESTION).final_output == TEXT
    assert [whole(event) for event in events] == [call]


@each_model
def test_a_streamed_run_is_one_whole_event(provider: Provider, kind: str, call: Any) -> None:
    with captured(provider) as events:
        assert asyncio.run(streamed(agent(provider, kind))) == TEXT
    assert [whole(event) for event in events] == [{**call, "stream": True}]


@each_model
def test_a_streamed_run_reads_as_without_aso(provider: Provider, kind: str, call: Any) -> None:
    async def said() -> tuple[list[str], Any, Any]:
        run = agents.Runner.run_streamed(agent(provider, kind), QUESTION)
        seen = [(event.type, getattr(event, "name", "")) async for event in run.stream_events()]
        return seen, run.final_output, run.context_wrapper.usage.total_tokens

    bare = asyncio.run(said())
    with captured(provider):
        assert asyncio.run(said()) == bare


@each_model
def test_tasks_have_their_own_dimensions(provider: Provider, kind: str, call: Any) -> None:
    async def ask(team: str) -> None:
        async with aso.dimensions(team=team):
            await streamed(agent(provider, kind))

    async def main() -> None:
        await asyncio.gather(ask("search"), ask("support"))

    with captured(provider) as events:
        asyncio.run(main())
    assert sorted(event.dims["team"] for event in events) == ["search", "support"]


def test_a_streamed_run_has_the_dimensions_of_where_it_was_started(provider: Provider) -> None:
    async def main() -> None:
        async with aso.dimensions(DIMS):
            run = agents.Runner.run_streamed(agent(provider), QUESTION)
        async for _ in run.stream_events():
            pass

    with captured(provider) as events:
        asyncio.run(main())
    assert [whole(event) for event in events] == [{**CHAT, "stream": True, "dims": DIMS}]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("OpenAIChatCompletionsModel", calling("weather")),
        ("OpenAIResponsesModel", calling_in_response("weather")),
    ],
    ids=["chat", "responses"],
)
def test_each_request_of_the_loop_is_one_event(provider: Provider, kind: str, says: Scene) -> None:
    provider.then(says, OK)
    tools = [agents.function_tool(weather)]
    with captured(provider) as events, aso.dimensions(DIMS):
        found = agents.Runner.run_sync(agent(provider, kind, tools=tools), QUESTION)
    assert found.final_output == TEXT
    assert [(event.usage.input_tokens, dict(event.dims)) for event in events] == [(100, DIMS)] * 2
    assert len(provider.received) == 2


def test_a_streamed_loop_is_one_event_a_request(provider: Provider) -> None:
    provider.then(calling_in_chunks("weather"), OK)
    with captured(provider) as events:
        asyncio.run(streamed(agent(provider, tools=[agents.function_tool(weather)])))
    done = ("completed", "chat/completions", True, "provider", 100, 20, {})
    assert calls(events) == [done] * 2


def test_a_handoff_is_a_request_of_the_next_agent(provider: Provider) -> None:
    provider.then(calling("transfer_to_assistant", "{}"), OK)
    second = agent(provider, name="gpt-5.4")
    with captured(provider) as events:
        agents.Runner.run_sync(agent(provider, handoffs=[second]), QUESTION)
    assert [event.request_model for event in events] == [MODEL, "gpt-5.4"]


def test_structured_output_is_one_event(provider: Provider) -> None:
    provider.then(chat({"content": CITY}))
    with captured(provider) as events:
        found = agents.Runner.run_sync(agent(provider, output_type=City), QUESTION)
    assert found.final_output == City(city="Bern")
    assert calls(events) == [(*DONE, {})]


def test_a_call_inside_a_tools_thread_is_an_event_with_its_dimensions(provider: Provider) -> None:
    @agents.function_tool
    @aso.track(feature="forecast")
    def weather(city: str) -> str:
        """Tell the weather."""
        with openai.OpenAI(api_key="none", base_url=provider.url) as sdk:
            asked: Any = [{"role": "user", "content": city}]
            return str(sdk.chat.completions.create(model=MODEL, messages=asked))

    provider.then(calling("weather"), OK)
    with captured(provider) as events, aso.dimensions(DIMS):
        agents.Runner.run_sync(agent(provider, tools=[weather]), QUESTION)
    assert [dict(event.dims) for event in events] == [DIMS, {**DIMS, "feature": "forecast"}, DIMS]


def test_retries_are_attempts_of_one_event(provider: Provider) -> None:
    provider.then(RATE_LIMITED, OK)
    with captured(provider) as events:
        agents.Runner.run_sync(agent(provider), QUESTION)
    assert [(event.outcome, event.attempts) for event in events] == [("completed", 2)]


@each_model
def test_a_run_that_is_cancelled_while_it_streams_is_cancelled(
    provider: Provider, kind: str, call: Any
) -> None:
    provider.then(Scene(pause_s=0.05))
    with captured(provider) as events:
        asyncio.run(streamed(agent(provider, kind), most=2))
    [event] = events
    assert (event.outcome, event.stream, event.endpoint) == ("cancelled", True, call["endpoint"])


def test_an_error_of_the_provider_is_one_event_and_the_sdks_error(provider: Provider) -> None:
    provider.then(BAD_REQUEST)
    with captured(provider) as events, pytest.raises(openai.BadRequestError):
        agents.Runner.run_sync(agent(provider), QUESTION)
    assert [(event.outcome, event.http_status) for event in events] == [("error", 400)]


@each_model
@pytest.mark.parametrize("is_streamed", [False, True], ids=["plain", "streamed"])
def test_a_refusal_reaches_the_caller_untouched(
    provider: Provider, kind: str, call: Any, *, is_streamed: bool
) -> None:
    refusing = agent(provider, kind)
    with captured(provider, policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            if is_streamed:
                asyncio.run(streamed(refusing))
            agents.Runner.run_sync(refusing, QUESTION)
    assert provider.received == []
    assert [whole(event) for event in events] == [refused(call, stream=is_streamed)]


def refused_by_a_tool(provider: Provider, **options: Any) -> Any:
    """Run an agent whose tool asks for a model that policy denies."""

    @agents.function_tool(**options)
    async def weather(city: str) -> str:
        """Tell the weather."""
        return str(await agents.Runner.run(agent(provider, name="gpt-5.4"), city))

    provider.then(calling("weather"), OK)
    return agents.Runner.run_sync(agent(provider, tools=[weather]), QUESTION)


def test_the_model_is_told_that_a_tool_failed_and_the_run_goes_on_after_a_refusal_inside_it(
    provider: Provider,
) -> None:
    with captured(provider, policy={"denied_models": ["openai:gpt-5*"]}) as events:
        assert refused_by_a_tool(provider).final_output == TEXT
    told = provider.received[-1].document["messages"][-1]["content"]
    assert told == "An error occurred while running the tool. Please try again."
    assert [event.kind for event in events] == ["call", "refused", "call"]


def test_a_tool_without_a_failure_function_ends_the_run_with_the_refusal_as_its_cause(
    provider: Provider,
) -> None:
    with captured(provider, policy={"denied_models": ["openai:gpt-5*"]}) as events:
        with pytest.raises(agents.UserError, match="Model not allowed") as caught:
            refused_by_a_tool(provider, failure_error_function=None)
    assert isinstance(caught.value.__cause__, aso.ModelNotAllowedError)
    assert [event.kind for event in events] == ["call", "refused"]
