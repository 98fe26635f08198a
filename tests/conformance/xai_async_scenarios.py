"""What a caller of xai-sdk awaits, by its AsyncClient and by grpc.aio's stubs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from tests.conformance.xai_server import (
    BROKEN,
    REFUSED,
    SOON,
    STALLS,
    WAITS,
    Loopback,
    Plan,
    asked,
    chat_of,
    client_of,
    stub_of,
)
from tests.xai_sdk.server import grpc

Awaiting = Callable[[Any], Coroutine[Any, Any, Any]]


def awaited(ask: Awaiting, **options: Any) -> Callable[[Loopback], Any]:
    """Return a scenario that gives a question an AsyncClient and a loop of its own."""

    def scenario(script: Loopback) -> Any:
        async def main() -> Any:
            async with client_of(script, "AsyncClient", **options) as client:
                return await ask(client)

        return asyncio.run(main())

    return scenario


async def sample_async(client: Any) -> Any:
    found = await chat_of(client).sample()
    return [found, found.proto]


async def samples_at_once(client: Any) -> Any:
    found = await asyncio.gather(*(chat_of(client).sample() for _ in range(3)))
    return [one.content for one in found]


async def defer_async(client: Any) -> Any:
    return (await chat_of(client).defer(interval=SOON)).proto


async def stream_async(client: Any) -> Any:
    stream = chat_of(client).stream()
    read = [[chunk.proto, response.content] async for response, chunk in stream]
    return [type(stream).__name__, read, [one async for one in stream]]


async def stream_async_left(client: Any) -> Any:
    stream = chat_of(client).stream()
    _, first = await anext(stream)
    await stream.aclose()
    return [first.content, [one async for one in stream]]


async def stream_async_loop_raises(client: Any) -> Any:
    async for _ in chat_of(client).stream():
        raise KeyError("mine")


async def stream_async_cancelled(client: Any) -> Any:
    begun = asyncio.Event()

    async def read() -> None:
        async for _ in chat_of(client).stream():
            begun.set()

    task = asyncio.create_task(read())
    await asyncio.wait_for(begun.wait(), 20)
    return await _cancelled(task)


async def sample_cancelled(client: Any) -> Any:
    task = asyncio.create_task(chat_of(client, **WAITS).sample())
    await asyncio.sleep(0.1)
    return await _cancelled(task)


async def _cancelled(task: asyncio.Task[Any]) -> Any:
    task.cancel("mine")
    with suppress(asyncio.CancelledError):
        await task
    return [task.cancelled(), task.done()]


async def late_async(client: Any) -> Any:
    await chat_of(client, **WAITS).sample()


async def waited_for(client: Any) -> Any:
    await asyncio.wait_for(chat_of(client, **WAITS).sample(), 0.1)


async def bad_request_async(client: Any) -> Any:
    await chat_of(client).sample()


async def bad_stream_async(client: Any) -> Any:
    [one async for one in chat_of(client).stream()]


async def broken_stream_async(client: Any) -> Any:
    [one async for one in chat_of(client).stream()]


async def stub_unary_async(client: Any) -> Any:
    call = stub_of(client).GetCompletion(asked())
    kinds = [isinstance(call, grpc.aio.UnaryUnaryCall), asyncio.iscoroutine(call), call.done()]
    told = [await call.code(), await call.details(), dict(await call.initial_metadata())]
    return [kinds, await call, await call, told, call.done(), call.cancelled(), call.cancel()]


async def stub_unary_async_waited_for(client: Any) -> Any:
    return await asyncio.wait_for(stub_of(client).GetCompletion(asked()), 20)


async def stub_unary_async_cancelled(client: Any) -> Any:
    call = stub_of(client).GetCompletion(asked(**WAITS))
    await asyncio.sleep(0.1)
    found = [call.cancel(), call.cancelled(), call.done()]
    with suppress(asyncio.CancelledError):
        await call
        found.append("answered")
    return [*found, await call.code(), call.cancelled()]


async def stub_stream_async(client: Any) -> Any:
    call = stub_of(client).GetCompletionChunk(asked())
    kinds = [isinstance(call, grpc.aio.UnaryStreamCall), call.done()]
    async for first in call:
        kinds.append(first)
        break
    return [kinds, [one async for one in call], await call.code(), call.done()]


async def stub_stream_async_read(client: Any) -> Any:
    call = stub_of(client).GetCompletionChunk(asked())
    read = [await call.read(), await call.read(), await call.read() is grpc.aio.EOF]
    return [read, await call.code()]


async def stub_stream_async_cancelled(client: Any) -> Any:
    call = stub_of(client).GetCompletionChunk(asked())
    return [await call.read(), call.cancel(), call.cancelled(), await call.code()]


_ASYNC = (
    *(sample_async, samples_at_once, defer_async, stream_async, stream_async_left),
    *(stream_async_loop_raises, stub_unary_async, stub_unary_async_waited_for),
    *(stub_stream_async, stub_stream_async_read),
)
_STALLED_ASYNC = (
    *(stream_async_cancelled, sample_cancelled, waited_for, stub_unary_async_cancelled),
    stub_stream_async_cancelled,
)
_PLANS: dict[Any, Plan] = {
    **dict.fromkeys(_ASYNC, Plan()),
    **dict.fromkeys(_STALLED_ASYNC, STALLS),
    **dict.fromkeys((bad_request_async, bad_stream_async), REFUSED),
    broken_stream_async: BROKEN,
}
AWAITED: dict[str, tuple[Any, tuple[Plan]]] = {
    **{one.__name__: (awaited(one), (plan,)) for one, plan in _PLANS.items()},
    "late_async": (awaited(late_async, timeout=0.1), (STALLS,)),
}
