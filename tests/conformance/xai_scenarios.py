"""What a caller of xai-sdk does, by its clients and by its stubs; what it awaits is beside."""

from __future__ import annotations

import copy
import gc
import itertools
import pickle
from typing import Any

from grpc import _interceptor
from grpc.aio import _channel
from pydantic import BaseModel
from xai_sdk.chat import user

from tests.conformance.observing import fails, signature_of
from tests.conformance.xai_async_scenarios import AWAITED
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
from tests.xai_sdk.server import MODEL, grpc


class Shape(BaseModel):
    name: str


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
    return chat_of(client_of(script)).defer(interval=SOON).proto


def compact_context(script: Loopback) -> Any:
    found = client_of(script).chat.compact_context(model=MODEL, messages=[user("Hi")])
    return [found, found.usage]


def image(script: Loopback) -> Any:
    found = client_of(script).image.sample(prompt="A fox", model="grok-imagine")
    return [found, found.url]


def video(script: Loopback) -> Any:
    asked = {"prompt": "A fox", "model": "grok-imagine-video", "interval": SOON}
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
    chat_of(client_of(script, timeout=0.1), **WAITS).sample()


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


_SYNC = (
    *(sample, answer_survives_pickle_and_copy, sample_batch, parse, defer, compact_context, image),
    *(video, batch, unknown_method, client_block, stream_to_the_end, stream_batch, stream_left),
    *(stream_never_started, stream_loop_raises, stream_interrupted, stream_tee, streams_at_once),
    *(no_such_host, wrong_request, stub_unary, stub_stream, stub_stream_kind),
    *(stub_stream_dropped, function_shapes),
)
_PLANS: dict[Any, Plan] = {
    **dict.fromkeys(_SYNC, Plan()),
    **dict.fromkeys((error, bad_request, bad_stream), REFUSED),
    broken_stream: BROKEN,
    **dict.fromkeys((late, late_stream, stub_stream_cancelled), STALLS),
}
SCENARIOS: dict[str, tuple[Any, tuple[Plan]]] = {
    **{one.__name__: (one, (plan,)) for one, plan in _PLANS.items()},
    **AWAITED,
}
ERRORS = frozenset(
    {
        *("parse", "unknown_method", "stream_loop_raises", "stream_interrupted", "no_such_host"),
        *("wrong_request", "bad_request", "bad_stream", "broken_stream", "late", "late_stream"),
        *("stream_async_loop_raises", "late_async", "waited_for", "bad_request_async"),
        *("bad_stream_async", "broken_stream_async"),
    }
)
