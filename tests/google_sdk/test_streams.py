"""google-genai's streams: however one ends, it is one event."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import suppress
from typing import Any

import pytest
from google import genai

from tests.google_sdk.scripted import (
    BUSY,
    CHUNKS,
    ERROR,
    MODEL,
    STREAMED,
    Ask,
    captured,
    each_way,
    outline,
    playing,
    unanswered,
    without,
)
from tests.google_sdk.test_calls import retries, retrying

pytestmark = pytest.mark.sdk
_NOT_TOLD = ("cache_read_tokens", "reasoning_tokens")
CUT = {
    "outcome": "cancelled",
    "usage_source": "partial",
    "prompt_tokens": 1000,
    "completion_tokens": 1,
    "total_tokens": 1001,
    "calculated_cost": "0.0003025",
    "completion_chars": 3,
}


@each_way
def test_a_stream_is_one_event(ask: Ask) -> None:
    with playing(list(CHUNKS)) as script, captured(script) as events:
        client = script.client()
        assert ask.stream(client) == ["Hel", "lo!"]
    assert [outline(event) for event in events] == [{**STREAMED, "completion_chars": 6}]


@each_way
def test_a_stream_that_is_left_early_is_one_cancelled_event(ask: Ask) -> None:
    with playing([CHUNKS[0], None]) as script, captured(script) as events:
        client = script.client()
        assert ask.stream(client, 1) == ["Hel"]
    assert [outline(event) for event in events] == [without(STREAMED, *_NOT_TOLD, **CUT)]


@each_way
def test_an_error_in_the_middle_is_one_error(ask: Ask) -> None:
    with playing([CHUNKS[0], ERROR[1]]) as script, captured(script) as events:
        client = script.client()
        with suppress(genai.errors.ClientError):  # old versions yield an empty chunk instead
            ask.stream(client)
    assert [(event.outcome, event.http_status) for event in events] == [("error", 200)]


@each_way
def test_an_error_instead_of_a_stream_is_one_error(ask: Ask) -> None:
    with playing(ERROR) as script, captured(script) as events:
        client = script.client()
        with pytest.raises(genai.errors.ClientError):
            ask.stream(client)
    failed = {"outcome": "error", "http_status": 400, "error_type": "ClientError"}
    assert [outline(event) for event in events] == [unanswered(STREAMED, "stream", **failed)]


@retries
@each_way
def test_retries_before_a_stream_are_attempts_of_one_call(ask: Ask) -> None:
    with playing(BUSY, list(CHUNKS)) as script, captured(script) as events:
        client = script.client(retry_options=retrying())
        ask.stream(client)
    assert [outline(event) for event in events] == [{**STREAMED, "attempts": 2}]


def test_a_stream_that_nobody_starts_is_no_event() -> None:
    with playing(list(CHUNKS)) as script, captured(script) as events:
        client = script.client()
        client.models.generate_content_stream(model=MODEL, contents="Say hello.")
    assert (events, script.requests) == ([], [])


def test_an_exception_in_the_loop_is_one_cancelled_event() -> None:
    with playing([CHUNKS[0], None]) as script, captured(script) as events:
        client = script.client()
        with pytest.raises(ZeroDivisionError):
            for _ in client.models.generate_content_stream(model=MODEL, contents="Say hello."):
                raise ZeroDivisionError
    assert [event.outcome for event in events] == ["cancelled"]


def test_a_cancelled_task_is_one_cancelled_event() -> None:
    async def leave(client: genai.Client) -> None:
        task = asyncio.ensure_future(_read(client, started := asyncio.Event()))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with playing([CHUNKS[0], None]) as script, captured(script) as events:
        client = script.client()
        asyncio.run(asyncio.wait_for(leave(client), 20))
    assert [(event.outcome, event.error_type) for event in events] == [
        ("cancelled", "CancelledError")
    ]


async def _read(client: genai.Client, started: asyncio.Event) -> None:
    async for _ in await client.aio.models.generate_content_stream(model=MODEL, contents="Hi"):
        started.set()


def test_streams_are_generators_as_without_us() -> None:
    def kinds(client: Any) -> list[bool]:
        api: Any = client._api_client
        arguments = ("post", f"models/{MODEL}:streamGenerateContent?alt=sse", {"contents": []})
        found = api.request_streamed(*arguments)
        return [inspect.isgenerator(found), inspect.iscoroutinefunction(api.async_request)]

    with playing(list(CHUNKS)) as script:
        client = script.client()
        bare = kinds(client)
        with captured(script):
            assert kinds(client) == bare == [True, True]
