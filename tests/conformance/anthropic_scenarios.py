"""What only a caller of the Anthropic SDK does; each function returns what it saw."""

from __future__ import annotations

import asyncio
from typing import Any

import anthropic

from tests.anthropic_sdk import scripted
from tests.anthropic_sdk.scripted import (
    EVENTS,
    MESSAGE,
    MESSAGES,
    MODEL,
    Script,
    async_client,
    client,
    sse,
)
from tests.conformance.observing import signature_of
from tests.conformance.stainless_scenarios import Sdk, scenarios

SDK = Sdk(
    scripted=scripted,
    resource=lambda client: client.messages,
    arguments={"model": MODEL, "messages": MESSAGES, "max_tokens": 100},
    whole=MESSAGE,
    streamed=sse(),
    parts=sse(),
    error_event=b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error"}}\n\n',
)


def stream_helper(script: Script) -> Any:
    with client(script).messages.stream(**SDK.arguments) as stream:
        kinds = [event.type for event in stream]
        return [kinds, stream.get_final_message(), stream.get_final_text(), stream.response.headers]


def stream_helper_text(script: Script) -> Any:
    with client(script).messages.stream(**SDK.arguments) as stream:
        texts = list(stream.text_stream)
    return [texts, stream.current_message_snapshot, stream.response.is_closed]


def stream_helper_left(script: Script) -> Any:
    with client(script).messages.stream(**SDK.arguments) as stream:
        first = next(iter(stream.text_stream))
    return [first, stream.response.is_closed]


def stream_helper_async(script: Script) -> Any:
    async def read() -> Any:
        async with async_client(script).messages.stream(**SDK.arguments) as stream:
            kinds = [event.type async for event in stream]
            return [kinds, await stream.get_final_message()]

    return asyncio.run(read())


def stream_helper_until_done(script: Script) -> Any:
    with client(script).messages.stream(**SDK.arguments) as stream:
        stream.until_done()
        return stream.get_final_message()


def beta_messages(script: Script) -> Any:
    return client(script).beta.messages.create(**SDK.arguments, betas=["none-2026-01-01"])


def beta_stream(script: Script) -> Any:
    with client(script).beta.messages.create(**SDK.arguments, stream=True) as stream:
        return [list(stream), stream]


def count_tokens(script: Script) -> Any:
    return client(script).messages.count_tokens(model=MODEL, messages=MESSAGES)


def post_untyped(script: Script) -> Any:
    return client(script).post("/v1/messages", body=dict(SDK.arguments), cast_to=object)


def listing(script: Script) -> Any:
    return client(script).models.list()


def own_headers_stay(script: Script) -> Any:
    headers = {"X-Mine": "1", "anthropic-beta": "none-2026-01-01"}
    return client(script).messages.create(**SDK.arguments, extra_headers=headers)


def function_shapes(script: Script) -> Any:
    del script
    functions = (
        anthropic.Anthropic.request,
        anthropic.AsyncAnthropic.request,
        anthropic.Anthropic._process_response,
        anthropic.Stream.__stream__,
        anthropic.AsyncStream.__stream__,
    )
    return [signature_of(function) for function in functions]


_COUNTED = {"input_tokens": 10}
# name → the scenario and what the provider answers
SCENARIOS: dict[str, tuple[Any, tuple[Any, ...]]] = scenarios(SDK) | {
    one.__name__: (one, answers)
    for one, answers in (
        (stream_helper, (sse(),)),
        (stream_helper_text, (sse(),)),
        (stream_helper_left, (sse(),)),
        (stream_helper_async, (sse(),)),
        (stream_helper_until_done, (sse(),)),
        (beta_messages, (MESSAGE,)),
        (beta_stream, (sse(EVENTS),)),
        (post_untyped, (MESSAGE,)),
        (own_headers_stay, (MESSAGE,)),
        (function_shapes, (MESSAGE,)),
    )
}
if hasattr(anthropic.Anthropic, "models"):
    SCENARIOS.update(
        count_tokens=(count_tokens, (_COUNTED,)),
        listing=(listing, ({"data": [], "has_more": False, "first_id": None, "last_id": None},)),
    )
