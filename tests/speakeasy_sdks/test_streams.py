"""Streams of mistralai and openrouter: one event each, whatever ends them."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

import aso
from aso.testing import capture_events
from tests.speakeasy_sdks.scripted import DONE, Script, Sdk, chunks, each_sdk

pytestmark = pytest.mark.sdk
COMPLETED = ("completed", True, 1, "provider", 11, 22)
CANCELLED = ("cancelled", True, 1, "estimate")


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    ending = event.outcome, event.stream, event.attempts, usage.source
    is_told = usage.source == "provider"
    return (*ending, usage.input_tokens, usage.output_tokens) if is_told else ending


def streamed(sdk: Sdk, *answers: Any, **options: Any) -> Any:
    client = sdk.open(Script(*(answers or (chunks(sdk),))), **options)
    return sdk.stream(client, model=sdk.model)


@each_sdk
def test_a_stream_that_is_read_is_completed(sdk: Sdk) -> None:
    with capture_events() as events:
        for _ in streamed(sdk):
            pass
    assert [said(event) for event in events] == [COMPLETED]
    assert events[0].completion_chars == len("Hello!")


@each_sdk
def test_a_stream_ends_at_its_end_mark_though_bytes_follow(sdk: Sdk) -> None:
    with capture_events() as events:
        for _ in streamed(sdk, [*chunks(sdk), b": kept alive\n\n", DONE]):
            pass
    assert [said(event) for event in events] == [COMPLETED]


@each_sdk
def test_the_event_is_there_when_the_caller_sees_the_end(sdk: Sdk) -> None:
    with capture_events() as events:
        stream = streamed(sdk)
        list(stream)
        assert [said(event) for event in events] == [COMPLETED]


@each_sdk
def test_a_stream_in_a_with_block_is_completed(sdk: Sdk) -> None:
    with capture_events() as events:
        with streamed(sdk) as stream:
            found = list(stream)
    assert len(found) == 3
    assert [said(event) for event in events] == [COMPLETED]


@each_sdk
def test_an_awaited_stream_is_completed(sdk: Sdk) -> None:
    async def read() -> None:
        client = sdk.open(Script(chunks(sdk)))
        async with await sdk.stream_async(client, model=sdk.model) as stream:
            async for _ in stream:
                pass

    with capture_events() as events:
        asyncio.run(read())
    assert [said(event) for event in events] == [COMPLETED]


@each_sdk
def test_a_stream_that_is_left_is_cancelled(sdk: Sdk) -> None:
    with capture_events() as events:
        for _ in streamed(sdk):
            break
        gc.collect()
    assert [said(event) for event in events] == [CANCELLED]


@each_sdk
def test_a_stream_that_is_closed_early_is_cancelled(sdk: Sdk) -> None:
    with capture_events() as events:
        with streamed(sdk) as stream:
            next(iter(stream))
    assert [said(event) for event in events] == [CANCELLED]


@each_sdk
def test_an_error_in_the_callers_loop_is_the_callers(sdk: Sdk) -> None:
    with capture_events() as events:
        with pytest.raises(KeyError):
            for _ in streamed(sdk):
                raise KeyError("mine")
        gc.collect()
    assert [said(event) for event in events] == [CANCELLED]


@each_sdk
def test_a_stream_that_breaks_is_an_error(sdk: Sdk) -> None:
    broken = [*chunks(sdk)[:1], sdk.http.ReadError("gone")]
    with capture_events() as events, pytest.raises(sdk.http.ReadError):
        for _ in streamed(sdk, broken):
            pass
    [event] = events
    assert (event.outcome, event.error_type) == ("error", "ReadError")


@each_sdk
def test_a_stream_that_stops_short_is_an_error(sdk: Sdk) -> None:
    with capture_events() as events:
        for _ in streamed(sdk, chunks(sdk)[:1]):
            pass
    [event] = events
    assert (event.outcome, event.error_type) == ("error", "stream_truncated")


@each_sdk
def test_a_stream_that_is_cancelled_while_awaited_is_cancelled(sdk: Sdk) -> None:
    async def read() -> None:
        client = sdk.open(Script([*chunks(sdk)[:1], asyncio.CancelledError()]))
        async for _ in await sdk.stream_async(client, model=sdk.model):
            pass

    with capture_events() as events, pytest.raises(asyncio.CancelledError):
        asyncio.run(read())
    assert [said(event) for event in events] == [CANCELLED]


@each_sdk
def test_retries_of_a_stream_are_attempts_of_one_call(sdk: Sdk) -> None:
    with capture_events() as events:
        busy = (503, {"message": "busy"})
        for _ in streamed(sdk, busy, chunks(sdk), retry_config=sdk.again_at_once()):
            pass
    assert [said(event) for event in events] == [("completed", True, 2, "provider", 11, 22)]


@each_sdk
def test_chunks_reach_the_caller_as_they_were(sdk: Sdk) -> None:
    bare = list(streamed(sdk))
    with capture_events():
        stream = streamed(sdk)
        watched = list(stream)
    assert watched == bare
    assert type(stream).__name__ == "EventStream"
