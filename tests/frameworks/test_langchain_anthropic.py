"""langchain-anthropic → anthropic → HTTP: each request that is billed is one event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import aso
from tests.anthropic_sdk.scripted import MODEL as CLAUDE
from tests.frameworks.answers import CLAUDE_SAYS, CLAUDE_STREAMS
from tests.frameworks.seen import MESSAGE, REFUSED, calls, captured, refused, whole
from tests.provider.server import REFUSED as BAD_REQUEST
from tests.provider.server import Provider, Scene

anthropic: Any = pytest.importorskip("langchain_anthropic")

QUESTION = "Say hello."
STREAMED = {**MESSAGE, "stream": True}


def model(provider: Provider, **options: Any) -> Any:
    base = f"http://{provider.host}"
    return anthropic.ChatAnthropic(model=CLAUDE, api_key="none", base_url=base, **options)


async def read(stream: Any) -> list[Any]:
    return [chunk async for chunk in stream]


@pytest.mark.parametrize(
    "call",
    [lambda llm: llm.invoke(QUESTION), lambda llm: asyncio.run(llm.ainvoke(QUESTION))],
    ids=["invoke", "ainvoke"],
)
def test_an_invocation_is_one_whole_event(provider: Provider, call: Any) -> None:
    provider.then(CLAUDE_SAYS)
    with captured(provider, "anthropic") as events:
        assert call(model(provider)).content == "Hello!"
    assert [whole(event) for event in events] == [MESSAGE]


@pytest.mark.parametrize(
    "call",
    [lambda llm: list(llm.stream(QUESTION)), lambda llm: asyncio.run(read(llm.astream(QUESTION)))],
    ids=["stream", "astream"],
)
def test_a_stream_is_one_whole_event(provider: Provider, call: Any) -> None:
    provider.then(CLAUDE_STREAMS)
    with captured(provider, "anthropic") as events:
        assert call(model(provider))
    assert [whole(event) for event in events] == [STREAMED]


def test_a_stream_reads_as_without_aso(provider: Provider) -> None:
    def said() -> list[Any]:
        found = model(provider).stream(QUESTION)
        return [(chunk.content, chunk.usage_metadata, chunk.response_metadata) for chunk in found]

    provider.then(CLAUDE_STREAMS)
    bare = said()
    with captured(provider, "anthropic"):
        assert said() == bare


def test_a_batch_keeps_dimensions(provider: Provider) -> None:
    provider.then(CLAUDE_SAYS)
    with captured(provider, "anthropic") as events, aso.dimensions(team="search"):
        model(provider).batch([QUESTION] * 3)
    done = ("completed", "messages", False, "provider", 2310, 22, {"team": "search"})
    assert calls(events) == [done] * 3


def test_a_stream_that_is_left_keeps_the_reported_prompt(provider: Provider) -> None:
    provider.then(Scene(events=CLAUDE_STREAMS.events, pause_s=0.05))
    with captured(provider, "anthropic") as events:
        stream = model(provider).stream(QUESTION)
        assert [next(stream).content for _ in range(2)] == ["", "Hel"]
        stream.close()
    assert calls(events) == [("cancelled", "messages", True, "partial", 2310, 1, {})]


def test_an_error_of_the_provider_is_one_event(provider: Provider) -> None:
    provider.then(BAD_REQUEST)
    with captured(provider, "anthropic") as events, pytest.raises(Exception, match="as the scene"):
        model(provider).invoke(QUESTION)
    assert [(event.outcome, event.http_status) for event in events] == [("error", 400)]


@pytest.mark.parametrize(
    ("call", "is_streamed"),
    [
        (lambda llm: llm.invoke(QUESTION), False),
        (lambda llm: list(llm.stream(QUESTION)), True),
        (lambda llm: asyncio.run(llm.ainvoke(QUESTION)), False),
        (lambda llm: asyncio.run(read(llm.astream(QUESTION))), True),
    ],
    ids=["invoke", "stream", "ainvoke", "astream"],
)
def test_a_refusal_reaches_the_caller_untouched(
    provider: Provider, call: Any, *, is_streamed: bool
) -> None:
    with captured(provider, "anthropic", policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            call(model(provider))
    assert provider.received == []
    expected = refused(MESSAGE, model=CLAUDE, stream=is_streamed)
    assert [whole(event) for event in events] == [expected]
