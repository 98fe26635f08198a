"""What a caller of the google-genai SDK does; each function returns what it saw."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import pickle
from collections.abc import Callable
from typing import Any

from google.genai import types
from google.genai._api_client import BaseApiClient

from tests.conformance.observing import look, signature_of
from tests.google_sdk.scripted import (
    ANSWER,
    BUSY,
    CHUNKS,
    ERROR,
    MODEL,
    Script,
    answer,
    playing,
)
from tests.serving import Received

HAS_RETRIES = hasattr(types, "HttpRetryOptions")
_CALLED = {"functionCall": {"name": "add", "args": {"a": 1, "b": 2}}}
_ASKED = answer(candidates=[{"content": {"role": "model", "parts": [_CALLED]}}])
_EMBEDDED = {"embeddings": [{"values": [0.1]}], "embedding": {"values": [0.1]}}


def plain(script: Script) -> Any:
    client = script.client()
    found = client.models.generate_content(model=MODEL, contents="Hi")
    return [found.text, found, found.usage_metadata]


def plain_async(script: Script) -> Any:
    client = script.client()
    return asyncio.run(client.aio.models.generate_content(model=MODEL, contents="Hi"))


def answer_survives_pickle_and_copy(script: Script) -> Any:
    client = script.client()
    found = client.models.generate_content(model=MODEL, contents="Hi")
    return [look(one) for one in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found))]


def stream_to_the_end(script: Script) -> Any:
    client = script.client()
    chunks = client.models.generate_content_stream(model=MODEL, contents="Hi")
    return [type(chunks).__name__, list(chunks), list(chunks)]


def stream_left(script: Script) -> Any:
    client = script.client()
    chunks = client.models.generate_content_stream(model=MODEL, contents="Hi")
    first = next(chunks)
    chunks.close()
    return [first, list(chunks)]


def stream_loop_raises(script: Script) -> Any:
    client = script.client()
    for _ in client.models.generate_content_stream(model=MODEL, contents="Hi"):
        raise KeyError("mine")


def stream_never_started(script: Script) -> Any:
    client = script.client()
    return [type(client.models.generate_content_stream(model=MODEL, contents="Hi")).__name__]


def stream_async(script: Script) -> Any:
    async def read() -> Any:
        chunks = await client.aio.models.generate_content_stream(model=MODEL, contents="Hi")
        return [type(chunks).__name__, [chunk async for chunk in chunks]]

    client = script.client()
    return asyncio.run(read())


def stream_async_left(script: Script) -> Any:
    async def read() -> Any:
        chunks: Any = await client.aio.models.generate_content_stream(model=MODEL, contents="Hi")
        first = await chunks.__anext__()
        await chunks.aclose()
        return [first, [chunk async for chunk in chunks]]

    client = script.client()
    return asyncio.run(read())


def stream_async_cancelled(script: Script) -> Any:
    async def read() -> None:
        async for _ in await client.aio.models.generate_content_stream(model=MODEL, contents="Hi"):
            started.set()

    async def main() -> None:
        task = asyncio.ensure_future(read())
        await asyncio.wait_for(started.wait(), 20)
        task.cancel()
        await task

    client, started = script.client(), asyncio.Event()
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(main())
        return "not cancelled"
    return "cancelled"


def chat(script: Script) -> Any:
    client = script.client()
    talk = client.chats.create(model=MODEL)
    return [talk.send_message("Hi"), list(talk.send_message_stream("And?")), _history(talk)]


def _history(talk: Any) -> Any:
    return [content.model_dump() for content in talk.get_history()]


def function_calling(script: Script) -> Any:
    client = script.client()
    config = types.GenerateContentConfig(tools=[add])
    return client.models.generate_content(model=MODEL, contents="Hi", config=config)


def add(a: Any, b: Any) -> Any:
    """Add."""
    return a + b


add.__annotations__ = {"a": int, "b": int, "return": int}  # old versions do not resolve strings


def embeddings(script: Script) -> Any:
    client = script.client()
    return client.models.embed_content(model="gemini-embedding-001", contents="Hi")


def count_tokens(script: Script) -> Any:
    client = script.client()
    return client.models.count_tokens(model=MODEL, contents="Hi")


def listing(script: Script) -> Any:
    client = script.client()
    return list(client.models.list(config={"query_base": True}))


def own_headers_stay(script: Script) -> Any:
    client = script.client(headers={"X-Mine": "1"})
    return client.models.generate_content(model=MODEL, contents="Hi")


def retried(script: Script) -> Any:
    retries = types.HttpRetryOptions(attempts=3, initial_delay=0.001)
    client = script.client(retry_options=retries)
    return client.models.generate_content(model=MODEL, contents="Hi")


def retried_async(script: Script) -> Any:
    retries = types.HttpRetryOptions(attempts=3, initial_delay=0.001)
    client = script.client(retry_options=retries)
    return asyncio.run(client.aio.models.generate_content(model=MODEL, contents="Hi"))


def bad_request(script: Script) -> Any:
    plain(script)


def bad_request_async(script: Script) -> Any:
    plain_async(script)


def bad_stream(script: Script) -> Any:
    stream_to_the_end(script)


def bad_stream_async(script: Script) -> Any:
    stream_async(script)


def error_in_stream(script: Script) -> Any:
    stream_to_the_end(script)


def error_in_stream_async(script: Script) -> Any:
    stream_async(script)


def function_shapes(script: Script) -> Any:
    del script
    functions = (
        BaseApiClient.request,
        BaseApiClient.request_streamed,
        BaseApiClient.async_request,
        BaseApiClient.async_request_streamed,
    )
    return [signature_of(function) for function in functions]


class Answers:
    """What a server is to answer, and what it received."""

    def __init__(self, *answers: Any) -> None:
        self.answers = answers
        self.requests: list[Received] = []


def _served(scenario: Callable[[Script], Any]) -> Callable[[Answers], Any]:
    """Return a scenario with a server of its own."""

    def run(script: Answers) -> Any:
        with playing(*script.answers) as server:
            script.requests = server.requests
            return scenario(server)

    return run


_STREAM, _BROKEN = list(CHUNKS), [CHUNKS[0], ERROR[1]]
# name → the scenario and what the provider answers
SCENARIOS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    one.__name__: (_served(one), answers)
    for one, answers in (
        (plain, (ANSWER,)),
        (plain_async, (ANSWER,)),
        (answer_survives_pickle_and_copy, (ANSWER,)),
        (stream_to_the_end, (_STREAM,)),
        (stream_left, (_STREAM,)),
        (stream_loop_raises, (_STREAM,)),
        (stream_never_started, (_STREAM,)),
        (stream_async, (_STREAM,)),
        (stream_async_left, (_STREAM,)),
        (stream_async_cancelled, ([CHUNKS[0], None],)),
        (chat, (ANSWER, _STREAM)),
        (function_calling, (_ASKED, ANSWER)),
        (embeddings, (_EMBEDDED,)),
        (count_tokens, ({"totalTokens": 3},)),
        (listing, ({"models": [{"name": "models/gemini-2.5-flash"}]},)),
        (own_headers_stay, (ANSWER,)),
        (bad_request, (ERROR,)),
        (bad_request_async, (ERROR,)),
        (bad_stream, (ERROR,)),
        (bad_stream_async, (ERROR,)),
        (error_in_stream, (_BROKEN,)),
        (error_in_stream_async, (_BROKEN,)),
        (function_shapes, (ANSWER,)),
    )
}
if HAS_RETRIES:
    SCENARIOS.update(
        retried=(_served(retried), (BUSY, ANSWER)),
        retried_async=(_served(retried_async), (BUSY, ANSWER)),
    )
