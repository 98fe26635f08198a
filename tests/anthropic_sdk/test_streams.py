"""Every way a stream can end: one event, the exact type, the caller's events as without aso."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import anthropic
import pytest

from aso.testing import capture_events
from tests.anthropic_sdk.scripted import (
    EVENTS,
    MESSAGES,
    MODEL,
    Script,
    ask,
    async_client,
    client,
    http,
    said,
    sse,
)

pytestmark = pytest.mark.sdk
ASKED: dict[str, Any] = {"model": MODEL, "messages": MESSAGES, "max_tokens": 100}


def end(event: Any) -> tuple[Any, ...]:
    return event.outcome, event.usage.source, event.usage.input_tokens, event.usage.output_tokens


DONE = ("completed", "provider", 2310, 22)
CUT = ("cancelled", "partial", 2310, 1)  # the input as reported; 3 characters, a quarter, up


def opened(**options: Any) -> Any:
    return ask(client(Script(sse())), stream=True, **options)


def test_a_stream_is_read_from_its_two_usages_and_nothing_is_asked_for() -> None:
    script = Script(sse())
    with capture_events() as events:
        kinds = [one.type for one in ask(client(script), stream=True)]
    assert kinds == [one["type"] for one in EVENTS if one["type"] != "ping"]
    assert b"stream_options" not in script.requests[0].content
    [event] = events
    assert end(event) == DONE
    usage = event.usage
    assert (usage.cache_write_5m_input_tokens, usage.cache_write_1h_input_tokens) == (100, 200)
    assert (event.stream, event.service_tier, event.generation_id) == (True, "standard", "msg_1")
    assert event.completion_chars == 6


def test_the_stream_is_the_sdks_own_type() -> None:
    with capture_events():
        stream = opened()
        assert type(stream) is anthropic.Stream
        assert isinstance(stream.response, http.Response)
        stream.close()


def test_the_stream_helper_yields_one_event() -> None:
    with capture_events() as events:
        with client(Script(sse())).messages.stream(**ASKED) as stream:
            assert "".join(stream.text_stream) == "Hello!"
            assert stream.get_final_message().usage.output_tokens == 22
        assert [end(event) for event in events] == [DONE]


def test_the_async_stream_helper_yields_one_event() -> None:
    async def main() -> None:
        async with async_client(Script(sse())).messages.stream(**ASKED) as stream:
            assert "".join([text async for text in stream.text_stream]) == "Hello!"

    with capture_events() as events:
        asyncio.run(main())
    assert [end(event) for event in events] == [DONE]


@pytest.mark.skipif(
    not hasattr(anthropic.resources.beta.messages.Messages, "stream"), reason="not in this SDK yet"
)
def test_the_beta_stream_helper_yields_one_event() -> None:
    with capture_events() as events:
        with client(Script(sse())).beta.messages.stream(**ASKED) as stream:
            stream.until_done()
        assert [end(event) for event in events] == [DONE]


def test_leaving_the_stream_helper_early_is_a_cancelled_call() -> None:
    with capture_events() as events:
        with client(Script(sse())).messages.stream(**ASKED) as stream:
            next(iter(stream.text_stream))
        assert [end(event) for event in events] == [CUT]


def test_the_async_stream_ends_like_the_sync_one() -> None:
    async def main() -> int:
        stream = await ask(async_client(Script(sse())), stream=True)
        assert type(stream) is anthropic.AsyncStream
        return len([one async for one in stream])

    with capture_events() as events:
        assert asyncio.run(main()) == len(EVENTS) - 1
    assert [end(event) for event in events] == [DONE]


def test_break_and_garbage_collection_is_a_cancelled_call() -> None:
    with capture_events() as events:
        for one in opened():
            if one.type == "content_block_delta":
                break
    gc.collect()
    assert [end(event) for event in events] == [CUT]


def test_a_stream_that_was_never_read_is_a_cancelled_call_without_cost() -> None:
    with capture_events() as events:
        opened()
    assert [end(event) for event in events] == [("cancelled", "none", None, None)]
    assert events[0].cost.total is None


def test_a_cut_stream_estimates_the_output_from_what_came_not_from_its_beginning() -> None:
    parts = [*sse([*EVENTS[:3], said("x" * 400)]), http.ReadError("reset")]
    with capture_events() as events, pytest.raises(Exception, match="reset|Connection"):
        list(ask(client(Script(parts)), stream=True))
    assert [end(event) for event in events] == [("error", "partial", 2310, 100)]


def test_a_stream_that_stops_without_its_end_is_an_error() -> None:
    with capture_events() as events:
        list(ask(client(Script(sse(EVENTS[:-1]))), stream=True))
    assert [(*end(event), event.error_type) for event in events] == [
        ("error", "partial", 2310, 22, "stream_truncated")
    ]


OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def test_an_error_event_is_the_sdks_error_and_one_event() -> None:
    parts = sse([*EVENTS[:4], OVERLOADED])
    with capture_events() as events, pytest.raises(anthropic.APIStatusError) as caught:
        list(ask(client(Script(parts)), stream=True))
    assert [(*end(event), event.error_type) for event in events] == [
        ("error", "partial", 2310, 1, type(caught.value).__name__)
    ]


def test_an_error_event_in_bytes_that_the_caller_reads_is_named() -> None:
    with capture_events() as events:
        read_bytes([*EVENTS[:4], OVERLOADED])
    assert [(*end(event), event.error_type) for event in events] == [
        ("error", "partial", 2310, 1, "overloaded_error")
    ]


def test_bytes_that_the_caller_reads_are_scanned() -> None:
    thinking, arguments = said("Hmm.", "thinking"), said('{"at"', "input_json")
    with capture_events() as events:
        read_bytes([*EVENTS[:3], thinking, arguments, *EVENTS[3:]])
    assert [(*end(event), event.completion_chars) for event in events] == [(*DONE, 6 + 4 + 5)]


def test_a_long_stream_read_as_bytes_keeps_its_beginning_and_its_end() -> None:
    many = [said("word ") for _ in range(3000)]
    with capture_events() as events:
        read_bytes([*EVENTS[:3], *many, *EVENTS[3:]])
    assert [(*end(event), event.completion_chars) for event in events] == [(*DONE, 15_006)]


def read_bytes(events: list[dict[str, Any]]) -> None:
    with client(Script(sse(events))).messages.with_streaming_response.create(
        **ASKED, stream=True
    ) as response:
        b"".join(response.iter_bytes())


def test_thinking_and_arguments_are_characters_of_the_stream() -> None:
    thinking, arguments = said("Hmm.", "thinking"), said('{"at"', "input_json")
    events_sent = [*EVENTS[:3], thinking, arguments, said("c2ln", "signature"), *EVENTS[3:]]
    with capture_events() as events:
        list(ask(client(Script(sse(events_sent))), stream=True))
    assert [event.completion_chars for event in events] == [6 + 4 + 5]


def test_what_the_last_usage_leaves_out_or_says_is_null_still_holds() -> None:
    said_null = {"output_tokens": 22, "input_tokens": None, "cache_read_input_tokens": None}
    last = {**EVENTS[-2], "usage": said_null}
    with capture_events() as events:
        list(ask(client(Script(sse([*EVENTS[:-2], last, EVENTS[-1]]))), stream=True))
    assert [end(event) for event in events] == [DONE]


def test_input_that_grows_while_tools_run_is_the_last_one_and_old_lifetimes_are_not_kept() -> None:
    grown = {"output_tokens": 22, "input_tokens": 500, "cache_creation_input_tokens": 900}
    last = {**EVENTS[-2], "usage": grown}
    with capture_events() as events:
        list(ask(client(Script(sse([*EVENTS[:-2], last, EVENTS[-1]]))), stream=True))
    usage = events[0].usage
    assert (usage.input_tokens, usage.cache_write_input_tokens) == (500 + 900 + 2000, 900)
    assert (usage.cache_write_5m_input_tokens, usage.cache_write_1h_input_tokens) == (None, None)
