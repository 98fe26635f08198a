"""What a caller of xai-sdk does, sync and awaited, by its clients and by its stubs."""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import pickle
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import xai_sdk
from grpc import _interceptor
from grpc.aio import _channel
from pydantic import BaseModel
from xai_sdk.chat import user
from xai_sdk.proto import chat_pb2, chat_pb2_grpc

from tests.conformance.observing import fails, signature_of
from tests.conformance.xai_server import Loopback, Plan
from tests.xai_sdk.server import MODEL, grpc

_SOON = timedelta(milliseconds=1)
_WAITS: dict[str, Any] = {"user": "waits"}


class Shape(BaseModel):
    name: str


def client_of(script: Loopback, kind: str = "Client", **options: Any) -> Any:
    """Return a client whose channel is its own, and does not try again by itself."""
    own = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]
    options = {"api_host": script.host, "metadata": (("x-mine", "1"),), **options}
    made = getattr(xai_sdk, kind)
    return made("none", use_insecure_channel=True, channel_options=own, **options)


def chat_of(client: Any, **more: Any) -> Any:
    return client.chat.create(model=MODEL, messages=[user("Say hello.")], **more)


def asked(**more: Any) -> Any:
    """Return a request as stubs take it."""
    return chat_pb2.GetCompletionsRequest(model=MODEL, messages=[user("Say hello.")], **more)


def stub_of(client: Any) -> Any:
    return chat_pb2_grpc.ChatStub(client._api_channel)


def sample(script: Loopback) -> Any:
    found = chat_of(client_of(script)).sample()
    return [found, found.proto, found.content, found.usage, found.cost_usd]


def answer_survives_pickle_and_copy(script: Loopback) -> Any:
    found = chat_of(client_of(script)).sample().proto
    return [fails(lambda: pickle.dumps(found)), copy.deepcopy(found), found.SerializeToString()]


def sample_batch(script: Loopback) -> Any:
    return [one.proto for one in chat_of(client_of(script)).sample_batch(3)]


def parse(script: Loopback) -> Any:
    chat_of(client_of(script)).parse(Shape)


def defer(script: Loopback) -> Any:
    return chat_of(client_of(script)).defer(interval=_SOON).proto


def compact_context(script: Loopback) -> Any:
    found = client_of(script).chat.compact_context(model=MODEL, messages=[user("Hi")])
    return [found, found.usage]


def image(script: Loopback) -> Any:
    found = client_of(script).image.sample(prompt="A fox", model="grok-imagine")
    return [found, found.url]


def video(script: Loopback) -> Any:
    asked = {"prompt": "A fox", "model": "grok-imagine-video", "interval": _SOON}
    return client_of(script).video.generate(**asked).url


def batch(script: Loopback) -> Any:
    batches = client_of(script).batch
    return [batches.create(batch_name="nightly"), batches.get("b-1")]


def unknown_method(script: Loopback) -> Any:
    client_of(script).tokenize.tokenize_text("Hi", MODEL)


def client_block(script: Loopback) -> Any:
    with client_of(script) as client:
        found = chat_of(client).sample().content
    return [found, fails(chat_of(client).sample), client.close()]


def stream_to_the_end(script: Loopback) -> Any:
    stream = chat_of(client_of(script)).stream()
    read = [[chunk.content, chunk.proto, response.content] for response, chunk in stream]
    return [type(stream).__name__, read, list(stream)]


def stream_batch(script: Loopback) -> Any:
    stream = chat_of(client_of(script)).stream_batch(2)
    return [[chunk.proto for chunk in chunks] for _, chunks in stream]


def stream_left(script: Loopback) -> Any:
    stream = chat_of(client_of(script)).stream()
    _, first = next(stream)
    stream.close()
    return [first.content, list(stream)]


def stream_never_started(script: Loopback) -> Any:
    return type(chat_of(client_of(script)).stream()).__name__


def stream_loop_raises(script: Loopback) -> Any:
    for _ in chat_of(client_of(script)).stream():
        raise KeyError("mine")


def stream_interrupted(script: Loopback) -> Any:
    for _ in chat_of(client_of(script)).stream():
        raise KeyboardInterrupt


def stream_tee(script: Loopback) -> Any:
    left, right = itertools.tee(chat_of(client_of(script)).stream())
    return [[chunk.content for _, chunk in side] for side in (left, right)]


def streams_at_once(script: Loopback) -> Any:
    client = client_of(script)
    streams = zip(chat_of(client).stream(), chat_of(client).stream(), strict=True)
    return [[one[1].content for one in both] for both in streams]


def error(script: Loopback) -> Any:
    try:
        chat_of(client_of(script)).sample()
    except grpc.RpcError as error:
        return [error.code(), error.details(), dict(error.trailing_metadata() or ()), str(error)]


def bad_request(script: Loopback) -> Any:
    chat_of(client_of(script)).sample()


def bad_stream(script: Loopback) -> Any:
    list(chat_of(client_of(script)).stream())


def broken_stream(script: Loopback) -> Any:
    list(chat_of(client_of(script)).stream())


def late(script: Loopback) -> Any:
    chat_of(client_of(script, timeout=0.1), **_WAITS).sample()


def late_stream(script: Loopback) -> Any:
    list(chat_of(client_of(script, timeout=0.2)).stream())


def no_such_host(script: Loopback) -> Any:
    chat_of(client_of(script, api_host="127.0.0.1:9")).sample()


def wrong_request(script: Loopback) -> Any:
    stub_of(client_of(script)).GetCompletion(None)


def stub_unary(script: Loopback) -> Any:
    stub = stub_of(client_of(script))
    answer, call = stub.GetCompletion.with_call(asked())
    future = stub.GetCompletion.future(asked())
    told = [call.code(), call.details(), dict(call.initial_metadata())]
    return [stub.GetCompletion(asked(), timeout=5), answer, told, future.result(), future.done()]


def stub_stream(script: Loopback) -> Any:
    stream = stub_of(client_of(script)).GetCompletionChunk(asked())
    before = [stream.is_active(), isinstance(stream, grpc.RpcError), iter(stream) is stream]
    read = list(stream)
    return [before, read, list(stream), stream.code(), stream.details(), stream.is_active()]


def stub_stream_kind(script: Loopback) -> Any:
    stream = stub_of(client_of(script)).GetCompletionChunk(asked())
    list(stream)
    return [
        repr(stream),
        fails(lambda: copy.copy(stream).code()),
        fails(lambda: pickle.dumps(stream)),
    ]


def stub_stream_cancelled(script: Loopback) -> Any:
    stream = stub_of(client_of(script)).GetCompletionChunk(asked())
    first, called = next(stream), []
    stream.add_callback(lambda: called.append("called"))
    return [first, stream.cancel(), fails(lambda: next(stream)), stream.code(), stream.cancelled()]


def stub_stream_dropped(script: Loopback) -> Any:
    client = client_of(script)
    for one in stub_of(client).GetCompletionChunk(asked()):
        first = one
        break
    gc.collect()
    return [first, chat_of(client).sample().content]


def function_shapes(script: Loopback) -> Any:
    functions = (
        _interceptor._UnaryUnaryMultiCallable.__call__,
        _interceptor._UnaryStreamMultiCallable.__call__,
        _channel.UnaryUnaryMultiCallable.__call__,
        _channel.UnaryStreamMultiCallable.__call__,
        _channel.Channel.__init__,
    )
    return [signature_of(function) for function in functions]


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
    return (await chat_of(client).defer(interval=_SOON)).proto


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
    task = asyncio.create_task(chat_of(client, **_WAITS).sample())
    await asyncio.sleep(0.1)
    return await _cancelled(task)


async def _cancelled(task: asyncio.Task[Any]) -> Any:
    task.cancel("mine")
    with suppress(asyncio.CancelledError):
        await task
    return [task.cancelled(), task.done()]


async def late_async(client: Any) -> Any:
    await chat_of(client, **_WAITS).sample()


async def waited_for(client: Any) -> Any:
    await asyncio.wait_for(chat_of(client, **_WAITS).sample(), 0.1)


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
    call = stub_of(client).GetCompletion(asked(**_WAITS))
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


_SYNC = (
    *(sample, answer_survives_pickle_and_copy, sample_batch, parse, defer, compact_context, image),
    *(video, batch, unknown_method, client_block, stream_to_the_end, stream_batch, stream_left),
    *(stream_never_started, stream_loop_raises, stream_interrupted, stream_tee, streams_at_once),
    *(no_such_host, wrong_request, stub_unary, stub_stream, stub_stream_kind),
    *(stub_stream_dropped, function_shapes),
)
_ASYNC = (
    *(sample_async, samples_at_once, defer_async, stream_async, stream_async_left),
    *(stream_async_loop_raises, stub_unary_async, stub_unary_async_waited_for),
    *(stub_stream_async, stub_stream_async_read),
)
_STALLED_ASYNC = (
    *(stream_async_cancelled, sample_cancelled, waited_for, stub_unary_async_cancelled),
    stub_stream_async_cancelled,
)
_REFUSED = Plan(error=grpc.StatusCode.INVALID_ARGUMENT)
_BROKEN, _STALLS = Plan(breaks=True), Plan(stalls=True)
_PLANS: dict[Any, Plan] = {
    **dict.fromkeys(_SYNC, Plan()),
    **dict.fromkeys((error, bad_request, bad_stream), _REFUSED),
    broken_stream: _BROKEN,
    **dict.fromkeys((late, late_stream, stub_stream_cancelled), _STALLS),
}
_AWAITED: dict[Any, Plan] = {
    **dict.fromkeys(_ASYNC, Plan()),
    **dict.fromkeys(_STALLED_ASYNC, _STALLS),
    **dict.fromkeys((bad_request_async, bad_stream_async), _REFUSED),
    broken_stream_async: _BROKEN,
}
SCENARIOS: dict[str, tuple[Any, tuple[Plan]]] = {
    **{one.__name__: (one, (plan,)) for one, plan in _PLANS.items()},
    **{one.__name__: (awaited(one), (plan,)) for one, plan in _AWAITED.items()},
    "late_async": (awaited(late_async, timeout=0.1), (_STALLS,)),
}
ERRORS = frozenset(
    {
        *("parse", "unknown_method", "stream_loop_raises", "stream_interrupted", "no_such_host"),
        *("wrong_request", "bad_request", "bad_stream", "broken_stream", "late", "late_stream"),
        *("stream_async_loop_raises", "late_async", "waited_for", "bad_request_async"),
        *("bad_stream_async", "broken_stream_async"),
    }
)
