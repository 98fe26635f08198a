"""LiteLLM's streams: the caller gets what it gets without aso, and every end is one event."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import litellm
import pytest

import aso
from tests.litellm_sdk.answers import (
    CHAT_STREAM,
    CHAT_STREAM_WITHOUT_USAGE,
    MESSAGE_STREAM,
    MESSAGES,
)
from tests.litellm_sdk.asking import COMMON, Way, captured, each_way, let_go, run
from tests.litellm_sdk.server import Server

pytestmark = pytest.mark.sdk

BY_THE_SDK = {"model": "perplexity/sonar"}
BY_ITS_OWN_HTTP = {"model": "anthropic/claude-sonnet-4-5"}
each_model = pytest.mark.parametrize("asked", [BY_THE_SDK, BY_ITS_OWN_HTTP], ids=["sdk", "http"])


def told(server: Server, asked: dict[str, Any]) -> str:
    """Have the server stream as the model's provider does; return the base."""
    if asked is BY_THE_SDK:
        server.then(CHAT_STREAM)
        return server.url
    server.then(MESSAGE_STREAM)
    return f"{server.url}/v1/messages"


def plain(chunks: list[Any]) -> list[Any]:
    """Return the chunks without what differs from call to call."""
    found = [chunk.model_dump() for chunk in chunks]
    for one in found:
        one.pop("created", None)
        one.pop("id", None)
    return [(type(chunk), one) for chunk, one in zip(chunks, found, strict=True)]


@each_way
@each_model
@pytest.mark.parametrize("usage", [None, {"include_usage": True}], ids=["", "with usage"])
def test_the_caller_gets_what_it_gets_without_us(
    way: Way, asked: dict[str, Any], usage: Any, server: Server
) -> None:
    asked = {**asked, "api_base": told(server, asked), "stream_options": usage}
    bare = plain(way.stream(**asked))
    sent = server.received[0].document
    with captured():
        assert plain(way.stream(**asked)) == bare
    assert server.received[1].document == sent


@each_way
def test_usage_is_asked_for_where_the_host_takes_it_and_not_shown(way: Way, server: Server) -> None:
    server.then(CHAT_STREAM_WITHOUT_USAGE, CHAT_STREAM)
    asked = {"model": "openai/gpt-4o-mini", "api_base": server.url}
    bare = plain(way.stream(**asked))
    with captured(hosts={server.url.removeprefix("http://"): "openai"}) as events:
        assert plain(way.stream(**asked)) == bare
    assert server.received[1].document["stream_options"] == {"include_usage": True}
    assert [(event.sdk_name, event.usage.source) for event in events] == [("openai", "provider")]
    assert (events[0].usage.input_tokens, events[0].usage.output_tokens) == (11, 22)


@each_model
def test_an_exception_in_the_loop_is_one_cancelled_event(
    asked: dict[str, Any], server: Server
) -> None:
    if asked is BY_THE_SDK and version("litellm") == "1.60.0":
        pytest.skip("1.60 keeps what it reckoned a price from: the event comes at the exit")
    base = told(server, asked)
    server.pause_s = 0.05
    with captured() as events:
        with pytest.raises(ZeroDivisionError):
            divide_in_a_loop(**asked, api_base=base)
        let_go(events)
    assert [(event.stream, event.outcome) for event in events] == [(True, "cancelled")]


def divide_in_a_loop(**asked: Any) -> None:
    for _ in litellm.completion(messages=MESSAGES, stream=True, **COMMON, **asked):
        raise ZeroDivisionError


@each_model
def test_a_cancelled_task_is_one_cancelled_event(asked: dict[str, Any], server: Server) -> None:
    base = told(server, asked)
    server.pause_s = 0.3
    with captured() as events:
        with pytest.raises(asyncio.TimeoutError):
            run(asyncio.wait_for(read(**asked, api_base=base), 0.5))
        let_go(events)
    assert [(event.stream, event.outcome) for event in events] == [(True, "cancelled")]


async def read(**asked: Any) -> None:
    stream = await litellm.acompletion(messages=MESSAGES, stream=True, **COMMON, **asked)
    async for _ in stream:
        pass


@each_way
@each_model
def test_a_stream_that_is_cut_is_one_error(way: Way, asked: dict[str, Any], server: Server) -> None:
    base = told(server, asked)
    server.cut_after = 2
    with captured() as events:
        with suppress(Exception):  # 1.80's async streams just end
            way.stream(**asked, api_base=base)
        let_go(events)
    assert [(event.stream, event.outcome) for event in events] == [(True, "error")]


@each_way
def test_streams_at_once_are_one_event_each(way: Way, server: Server) -> None:
    server.then(MESSAGE_STREAM)
    base = f"{server.url}/v1/messages"
    asked = {**BY_ITS_OWN_HTTP, **COMMON, "messages": MESSAGES, "stream": True, "api_base": base}

    async def both() -> None:
        streams = [await litellm.acompletion(**asked) for _ in range(2)]
        for stream in reversed(streams):
            assert [chunk async for chunk in stream]

    with captured() as events, aso.dimensions(team="search"):
        if way.name == "async":
            run(both())
        else:
            for stream in reversed([litellm.completion(**asked) for _ in range(2)]):
                list(stream)
    found = [(event.outcome, event.usage.output_tokens, event.dims) for event in events]
    assert found == [("completed", 22, {"team": "search"})] * 2
