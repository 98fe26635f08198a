"""LlamaIndex → openai → HTTP: each request that is billed is one event."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pydantic
import pytest

import aso
from tests.frameworks.answers import CITY, calling_in_chunks, chat
from tests.frameworks.seen import CHAT, REFUSED, RESPONSE, arrived, calls, captured, refused, whole
from tests.provider.answers import MODEL, TEXT
from tests.provider.server import OK, RATE_LIMITED, STALLED, Provider, Scene
from tests.provider.server import REFUSED as BAD_REQUEST

llms: Any = pytest.importorskip("llama_index.llms.openai")
core: Any = pytest.importorskip("llama_index.core.llms")
agents: Any = pytest.importorskip("llama_index.core.agent.workflow")
prompts: Any = pytest.importorskip("llama_index.core.prompts")

# its agents read all names of pydantic models, also those that are going
pytestmark = pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")
QUESTION = "Say hello."
STREAMED = {**CHAT, "stream": True}
DIMS = {"team": "search"}
DONE = ("completed", "chat/completions", False, "provider", 100, 20)
DONE_STREAMED = ("completed", "chat/completions", True, "provider", 100, 20)


class City(pydantic.BaseModel):
    city: str


def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


def model(provider: Provider, kind: str = "OpenAI", **options: Any) -> Any:
    options = {"model": MODEL, "api_key": "none", "api_base": provider.url, **options}
    return getattr(llms, kind)(**options)


def messages() -> list[Any]:
    return [core.ChatMessage(role="user", content=QUESTION)]


async def read(stream: Any) -> list[Any]:
    return [chunk async for chunk in await stream]


@pytest.mark.parametrize(
    "call",
    [
        lambda llm: llm.complete(QUESTION),
        lambda llm: llm.chat(messages()),
        lambda llm: asyncio.run(llm.acomplete(QUESTION)),
        lambda llm: asyncio.run(llm.achat(messages())),
    ],
    ids=["complete", "chat", "acomplete", "achat"],
)
def test_a_completion_is_one_whole_event(provider: Provider, call: Any) -> None:
    with captured(provider) as events:
        assert TEXT in str(call(model(provider)))
    assert [whole(event) for event in events] == [CHAT]


@pytest.mark.parametrize(
    "call",
    [
        lambda llm: list(llm.stream_complete(QUESTION)),
        lambda llm: list(llm.stream_chat(messages())),
        lambda llm: asyncio.run(read(llm.astream_complete(QUESTION))),
        lambda llm: asyncio.run(read(llm.astream_chat(messages()))),
    ],
    ids=["stream_complete", "stream_chat", "astream_complete", "astream_chat"],
)
def test_a_stream_is_one_whole_event(provider: Provider, call: Any) -> None:
    with captured(provider) as events:
        assert TEXT in str(call(model(provider))[-1])
    assert [whole(event) for event in events] == [STREAMED]
    assert provider.received[0].document["stream_options"] == {"include_usage": True}


def test_a_stream_reads_as_without_aso(provider: Provider) -> None:
    def said() -> list[Any]:
        found = model(provider).stream_complete(QUESTION)
        return [(chunk.text, chunk.delta, chunk.additional_kwargs) for chunk in found]

    bare = said()
    with captured(provider):
        assert said() == bare


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_response_is_one_whole_event(provider: Provider, *, is_streamed: bool) -> None:
    llm = model(provider, "OpenAIResponses")
    with captured(provider) as events:
        found = list(llm.stream_complete(QUESTION)) if is_streamed else llm.complete(QUESTION)
    assert found
    assert [whole(event) for event in events] == [{**RESPONSE, "stream": is_streamed}]


def test_tasks_keep_dimensions(provider: Provider) -> None:
    async def main() -> None:
        llm = model(provider)
        async with aso.dimensions(DIMS):
            await asyncio.gather(*(llm.acomplete(QUESTION) for _ in range(3)))

    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [(*DONE, DIMS)] * 3


def test_each_request_of_an_agents_workflow_is_one_event(provider: Provider) -> None:
    async def main() -> Any:
        agent = agents.FunctionAgent(tools=[weather], llm=model(provider))
        async with aso.dimensions(DIMS):
            return await agent.run(QUESTION)

    provider.then(calling_in_chunks("weather"), OK)
    with captured(provider) as events:
        assert str(asyncio.run(main())) == TEXT
    found = calls(events)
    assert found == [(*DONE_STREAMED, DIMS)] * len(provider.received) == [found[0]] * 2


def test_a_workflow_has_the_dimensions_of_where_it_was_started(provider: Provider) -> None:
    async def main() -> None:
        async with aso.dimensions(DIMS):
            handler = agents.FunctionAgent(tools=[weather], llm=model(provider)).run(QUESTION)
        await handler

    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [(*DONE_STREAMED, DIMS)]


def test_a_stream_has_the_dimensions_of_where_its_first_chunk_is_asked_for(
    provider: Provider,
) -> None:
    with captured(provider) as events:
        with aso.dimensions(DIMS):
            stream = model(provider).stream_complete(QUESTION)
        list(stream)
    assert [whole(event) for event in events] == [STREAMED]


def test_structured_output_is_one_event(provider: Provider) -> None:
    provider.then(chat({"content": CITY}))
    with captured(provider) as events:
        prompt = prompts.PromptTemplate(QUESTION)
        assert model(provider).structured_predict(City, prompt) == City(city="Bern")
    assert calls(events) == [(*DONE, {})]


def test_retries_are_attempts_of_one_event(provider: Provider) -> None:
    provider.then(RATE_LIMITED, OK)
    with captured(provider) as events:
        model(provider).complete(QUESTION)
    assert [(event.outcome, event.attempts) for event in events] == [("completed", 2)]


def test_a_stream_that_is_left_is_cancelled_and_estimated(provider: Provider) -> None:
    provider.then(Scene(pause_s=0.05))
    with captured(provider) as events:
        stream = model(provider).stream_complete(QUESTION)
        next(stream)
        stream.close()
    assert calls(events) == [("cancelled", "chat/completions", True, "estimate", 3, 1, {})]


def test_a_workflow_that_is_given_up_is_cancelled(provider: Provider) -> None:
    async def main() -> None:
        agent = agents.FunctionAgent(tools=[weather], llm=model(provider))
        handler = agent.run(QUESTION)
        await arrived(provider)
        await handler.cancel_run()
        await handler

    provider.then(STALLED)
    with captured(provider) as events, suppress(Exception):
        asyncio.run(main())
    assert [(event.outcome, event.cost.total) for event in events] == [("cancelled", None)]


def test_an_error_of_the_provider_is_one_event_and_the_sdks_error(provider: Provider) -> None:
    provider.then(BAD_REQUEST)
    with captured(provider) as events, pytest.raises(Exception, match="as the scene says"):
        model(provider).complete(QUESTION)
    assert [(event.outcome, event.http_status) for event in events] == [("error", 400)]


@pytest.mark.parametrize(
    ("call", "is_streamed"),
    [
        (lambda llm: llm.complete(QUESTION), False),
        (lambda llm: list(llm.stream_complete(QUESTION)), True),
        (lambda llm: asyncio.run(llm.acomplete(QUESTION)), False),
        (lambda llm: asyncio.run(read(llm.astream_complete(QUESTION))), True),
    ],
    ids=["complete", "stream", "acomplete", "astream"],
)
def test_a_refusal_reaches_the_caller_untouched(
    provider: Provider, call: Any, *, is_streamed: bool
) -> None:
    with captured(provider, policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            call(model(provider))
    assert provider.received == []
    assert [whole(event) for event in events] == [refused(CHAT, stream=is_streamed)]


def test_a_refusal_ends_an_agents_workflow(provider: Provider) -> None:
    async def main() -> None:
        agent = agents.FunctionAgent(tools=[weather], llm=model(provider))
        await agent.run(QUESTION)

    with captured(provider, policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            asyncio.run(main())
    assert (provider.received, [event.kind for event in events]) == ([], ["refused"])


def test_a_refusal_inside_an_agents_tool_is_told_to_the_model(provider: Provider) -> None:
    def weather(city: str) -> str:
        """Tell the weather."""
        return str(model(provider, model="gpt-4.1").complete(city))

    async def main() -> Any:
        agent = agents.FunctionAgent(tools=[weather], llm=model(provider))
        return await agent.run(QUESTION)

    provider.then(calling_in_chunks("weather"), OK)
    with captured(provider, policy={"denied_models": ["openai:gpt-4.1"]}) as events:
        assert str(asyncio.run(main())) == TEXT
    assert [event.kind for event in events] == ["call", "refused", "call"]
    assert "Model not allowed" in provider.received[-1].body.decode()
