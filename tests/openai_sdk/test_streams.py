"""Every way a stream can end: one event, the exact type, the caller's chunks as without aso."""

from __future__ import annotations

import asyncio
import gc
import types
from typing import Any

import openai
import pytest

from aso.testing import capture_events
from tests.openai_sdk.scripted import (
    CHUNKS,
    MESSAGES,
    MODEL,
    RESPONSE_EVENTS,
    Body,
    Script,
    ask,
    async_client,
    chunk,
    client,
    http,
    said,
    sse,
    usage_when_asked,
)

pytestmark = pytest.mark.sdk


def end(event: Any) -> tuple[Any, ...]:
    return event.outcome, event.usage.source, event.usage.input_tokens, event.usage.output_tokens


DONE = ("completed", "provider", 11, 22)
CUT = ("cancelled", "estimate", 3, 1)  # 10 characters sent, 3 received, a quarter, rounded up


def opened() -> Any:
    return ask(client(Script(usage_when_asked)), stream=True)


def test_usage_is_asked_for_and_its_chunk_is_hidden() -> None:
    script = Script(usage_when_asked)
    with capture_events() as events:
        chunks = list(ask(client(script), stream=True))
    assert script.bodies[0]["stream_options"] == {"include_usage": True}
    assert [one.to_dict() for one in chunks] == list(CHUNKS)
    assert [end(event) for event in events] == [DONE]


@pytest.mark.parametrize("asked", [True, False])
def test_what_the_caller_said_of_usage_stands(asked: bool) -> None:
    script = Script(usage_when_asked)
    options = {"include_usage": asked}
    with capture_events() as events:
        chunks = list(ask(client(script), stream=True, stream_options=options))
    assert script.bodies[0]["stream_options"] == {"include_usage": asked}
    assert len(chunks) == (4 if asked else 3)
    assert events[0].usage.source == ("provider" if asked else "estimate")


def test_the_callers_own_dictionaries_are_never_changed() -> None:
    body = {"model": MODEL, "messages": MESSAGES, "stream": True}
    with capture_events():
        sdk = client(Script(usage_when_asked))
        list(
            sdk.post(
                "/chat/completions",
                body=body,
                cast_to=object,
                stream=True,
                stream_cls=openai.Stream[openai.types.chat.ChatCompletionChunk],
            )
        )
    assert body == {"model": MODEL, "messages": MESSAGES, "stream": True}


def test_the_stream_is_the_sdks_own_type() -> None:
    with capture_events():
        stream = opened()
        assert type(stream) is openai.Stream
        assert type(stream._iterator) is types.GeneratorType
        assert isinstance(stream.response, http.Response)
        stream.close()


def test_closing_early_is_a_cancelled_call() -> None:
    with capture_events() as events:
        stream = opened()
        next(stream)
        stream.close()
        assert [end(event) for event in events] == [CUT]


def test_leaving_the_with_block_is_a_cancelled_call() -> None:
    with capture_events() as events:
        with opened() as stream:
            next(stream)
        assert [end(event) for event in events] == [CUT]


def test_break_and_garbage_collection_is_a_cancelled_call() -> None:
    with capture_events() as events:
        for _ in opened():
            break
    gc.collect()
    assert [end(event) for event in events] == [CUT]


def test_a_stream_that_was_never_read_is_a_cancelled_call_without_cost() -> None:
    with capture_events() as events:
        opened()
    assert [end(event) for event in events] == [("cancelled", "none", None, None)]
    assert events[0].cost.total is None


def test_an_exception_in_the_loop_is_a_cancelled_call() -> None:
    with capture_events() as events, pytest.raises(KeyError):
        for _ in opened():
            raise KeyError
    gc.collect()
    assert [event.outcome for event in events] == ["cancelled"]


def test_a_broken_connection_is_an_error_with_what_was_received() -> None:
    parts = [*sse(CHUNKS[:2], done=False), http.ReadError("reset")]
    with capture_events() as events, pytest.raises(Exception, match="reset|Connection"):
        list(ask(client(Script(parts)), stream=True))
    [event] = events
    assert end(event) == ("error", "estimate", 3, 2)


def test_a_stream_that_stops_without_its_end_is_an_error() -> None:
    with capture_events() as events:
        list(ask(client(Script(sse(CHUNKS[:2], done=False))), stream=True))
    assert [(*end(event), event.error_type) for event in events] == [
        ("error", "estimate", 3, 2, "stream_truncated")
    ]


def test_an_error_event_in_the_stream_is_the_sdks_error_and_one_event() -> None:
    parts = sse([said("Hel"), {"error": {"message": "overloaded"}}])
    with capture_events() as events, pytest.raises(openai.APIError, match="overloaded"):
        list(ask(client(Script(parts)), stream=True))
    assert [event.outcome for event in events] == ["error"]


def test_usage_of_every_chunk_is_kept_last_not_summed() -> None:
    growing = [
        {**one, "usage": {"prompt_tokens": 9, "completion_tokens": n, "total_tokens": 9 + n}}
        for n, one in enumerate(CHUNKS, 1)
    ]
    sdk = client(Script(sse(growing)), base_url="https://api.perplexity.ai")
    with capture_events() as events:
        chunks = list(ask(sdk, stream=True))
    assert [one.usage.completion_tokens for one in chunks] == [1, 2, 3]
    assert end(events[0]) == ("completed", "provider", 9, 3)


def test_usage_in_the_middle_of_a_cut_stream_is_partial() -> None:
    first = {**CHUNKS[0], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}
    sdk = client(Script(sse([first, *CHUNKS[1:]])), base_url="https://api.perplexity.ai")
    with capture_events() as events, ask(sdk, stream=True) as stream:
        next(stream)
    assert [end(event) for event in events] == [("cancelled", "partial", 9, 1)]


def test_a_raw_stream_parsed_later_is_one_event() -> None:
    sdk = client(Script(usage_when_asked))
    with capture_events() as events:
        raw = sdk.chat.completions.with_raw_response.create(
            model=MODEL, messages=MESSAGES, stream=True
        )
        assert events == []
        assert len(list(raw.parse())) == 3
    assert [end(event) for event in events] == [DONE]


@pytest.mark.parametrize("read", ["iter_lines", "iter_bytes", "iter_text", "read"])
def test_bytes_that_the_caller_reads_are_scanned_and_nothing_is_asked_for(read: str) -> None:
    script = Script(sse([*CHUNKS, chunk(choices=[], usage={"prompt_tokens": 1})]))
    completions = client(script).chat.completions
    with capture_events() as events:
        with completions.with_streaming_response.create(
            model=MODEL, messages=MESSAGES, stream=True
        ) as response:
            found = getattr(response, read)()
            b"".join(found) if read == "iter_bytes" else list(found)
    assert "stream_options" not in script.bodies[0]
    assert [(event.outcome, event.usage.input_tokens) for event in events] == [("completed", 1)]


def test_a_gzipped_stream_is_scanned_decoded() -> None:
    import gzip

    data = gzip.compress(b"".join(part for part in sse(CHUNKS) if isinstance(part, bytes)))
    headers = {"content-type": "text/event-stream", "content-encoding": "gzip"}
    answer = http.Response(200, headers=headers, stream=Body([data[:20], data[20:]]))
    sdk = client(lambda request: answer)
    with capture_events() as events:
        with sdk.chat.completions.with_streaming_response.create(
            model=MODEL, messages=MESSAGES, stream=True
        ) as response:
            b"".join(response.iter_bytes())
    assert [(event.outcome, event.completion_chars) for event in events] == [("completed", 6)]


def test_the_async_stream_ends_like_the_sync_one() -> None:
    async def read_all() -> int:
        stream = await ask(async_client(Script(usage_when_asked)), stream=True)
        assert type(stream) is openai.AsyncStream
        return len([one async for one in stream])

    with capture_events() as events:
        assert asyncio.run(read_all()) == 3
    assert [end(event) for event in events] == [DONE]


def test_closing_an_async_stream_early_is_a_cancelled_call() -> None:
    async def read_one() -> None:
        stream = await ask(async_client(Script(usage_when_asked)), stream=True)
        await stream.__anext__()
        await stream.close()

    with capture_events() as events:
        asyncio.run(read_one())
    assert [end(event) for event in events] == [CUT]


def test_a_cancelled_task_is_a_cancelled_call() -> None:
    class Slow(Body):
        async def __aiter__(self) -> Any:
            yield sse(CHUNKS)[0]
            await asyncio.sleep(60)

    headers = {"content-type": "text/event-stream"}
    sdk = async_client(lambda request: http.Response(200, headers=headers, stream=Slow([])))

    async def read(begun: asyncio.Event) -> None:
        async for _ in await ask(sdk, stream=True):
            begun.set()

    async def main() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(read(begun))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with capture_events() as events:
        asyncio.run(main())
    assert [(*end(event), event.error_type) for event in events] == [(*CUT, "CancelledError")]


@pytest.mark.skipif(not hasattr(openai.OpenAI, "responses"), reason="no Responses API")
def test_a_streamed_response_reads_its_last_event() -> None:
    script = Script(sse(RESPONSE_EVENTS, done=False))
    with capture_events() as events:
        kinds = [
            e.type for e in client(script).responses.create(model=MODEL, input="x", stream=True)
        ]
    assert kinds[-1] == "response.completed"
    assert [end(event) for event in events] == [("completed", "provider", 5, 6)]
    assert events[0].completion_chars == 6


def test_a_host_that_always_says_usage_is_not_asked() -> None:
    script = Script(sse([*CHUNKS[:2], {**CHUNKS[2], "x_groq": {"usage": {"prompt_tokens": 4}}}]))
    sdk = client(script, base_url="https://api.groq.com/openai/v1")
    with capture_events() as events:
        list(ask(sdk, stream=True))
    assert "stream_options" not in script.bodies[0]
    assert [(event.provider, event.usage.input_tokens) for event in events] == [("groq", 4)]


def test_an_unknown_host_is_not_asked_for_what_it_may_refuse() -> None:
    script = Script(sse(CHUNKS))
    with capture_events() as events:
        list(ask(client(script, base_url="https://llm.corp.example/v1"), stream=True))
    assert "stream_options" not in script.bodies[0]
    assert [(event.provider, event.usage.source) for event in events] == [("unknown", "estimate")]
