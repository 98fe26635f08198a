"""What a caller of an SDK of Stainless's making does, one small function each; each returns what it saw.

SDKs of one generator: the same scenarios run on OpenAI's, Anthropic's and the small ones.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import pytest

from tests.conformance.observing import fails, look


class Sdk(NamedTuple):
    """One SDK on a mock transport, and how its provider answers.

    Attributes:
        scripted: the module of its tests that makes clients and answers.
        resource: the methods of a client that ask.
        arguments: of a small question.
        whole: the answer to it.
        streamed: the same, streamed: in parts, or made for each request.
        parts: the same as parts of an event stream.
        error_event: what a stream says of an error in its middle.
    """

    scripted: Any
    resource: Callable[[Any], Any]
    arguments: dict[str, Any]
    whole: Any
    streamed: Any
    parts: list[Any]
    error_event: bytes

    @property
    def http(self) -> Any:
        return self.scripted.http

    def client(self, script: Any, **options: Any) -> Any:
        return self.scripted.client(script, **options)

    def async_client(self, script: Any, **options: Any) -> Any:
        return self.scripted.async_client(script, **options)

    def ask(self, client: Any, **options: Any) -> Any:
        return self.scripted.ask(client, **options)


def plain(sdk: Sdk, script: Any) -> Any:
    answer = sdk.ask(sdk.client(script))
    return [answer, getattr(answer, "_request_id", None)]  # 1.40 has none


def plain_async(sdk: Sdk, script: Any) -> Any:
    return asyncio.run(sdk.ask(sdk.async_client(script)))


def answer_survives_pickle_and_copy(sdk: Sdk, script: Any) -> Any:
    answer = sdk.ask(sdk.client(script))
    copies = pickle.loads(pickle.dumps(answer)), copy.deepcopy(answer), answer.model_copy(deep=True)
    return [look(one) for one in copies]


def raw(sdk: Sdk, script: Any) -> Any:
    response = sdk.resource(sdk.client(script)).with_raw_response.create(**sdk.arguments)
    first, second = response.parse(), response.parse()
    return [response, first is second, response.headers["content-type"], response.text, first]


def raw_response_pickles(sdk: Sdk, script: Any) -> Any:
    response = sdk.resource(sdk.client(script)).with_raw_response.create(**sdk.arguments)
    again = pickle.loads(pickle.dumps(response.http_response))
    return [again.content, sorted(vars(response.http_response)), response.http_response.extensions]


def streaming_response_json(sdk: Sdk, script: Any) -> Any:
    completions = sdk.resource(sdk.client(script))
    with completions.with_streaming_response.create(**sdk.arguments) as response:
        before = response.is_closed
        return [before, response.read(), response.is_closed, response]


def streaming_response_lines(sdk: Sdk, script: Any) -> Any:
    completions = sdk.resource(sdk.client(script))
    with completions.with_streaming_response.create(**sdk.arguments, stream=True) as response:
        lines = list(response.iter_lines())
    return [lines, response.is_closed]


def stream_body(sdk: Sdk, script: Any) -> Any:
    with sdk.ask(sdk.client(script), stream=True) as stream:
        body = stream.response.stream
        said = repr(body).partition(" at ")[0]  # an address follows
        return [said, type(copy.copy(body)).__name__, fails(lambda: type(pickle.dumps(body)))]


def stream_to_the_end(sdk: Sdk, script: Any) -> Any:
    stream = sdk.ask(sdk.client(script), stream=True)
    chunks = list(stream)
    return [chunks, list(stream), stream, stream.response.is_closed, stream.response.status_code]


def stream_with_block(sdk: Sdk, script: Any) -> Any:
    with sdk.ask(sdk.client(script), stream=True) as stream:
        first = next(stream)
    return [first, stream.response.is_closed, fails(lambda: next(stream))]


def stream_closed(sdk: Sdk, script: Any) -> Any:
    stream = sdk.ask(sdk.client(script), stream=True)
    first = next(stream)
    stream.close()
    stream.close()
    return [first, stream.response.is_closed, fails(lambda: next(stream))]


def stream_never_read(sdk: Sdk, script: Any) -> Any:
    stream = sdk.ask(sdk.client(script), stream=True)
    stream.close()
    return [stream.response.is_closed, stream]


def stream_dropped(sdk: Sdk, script: Any) -> Any:
    body = sdk.scripted.Body(sdk.parts)
    script.answers = [lambda request: None]
    headers = {"content-type": "text/event-stream"}
    client = sdk.client(lambda request: sdk.http.Response(200, headers=headers, stream=body))
    for _ in sdk.ask(client, stream=True):
        break
    gc.collect()
    return ["closed by collection", body.closed > 0]


def stream_loop_raises(sdk: Sdk, script: Any) -> Any:
    for _ in sdk.ask(sdk.client(script), stream=True):
        raise KeyError("mine")


def stream_tee(sdk: Sdk, script: Any) -> Any:
    left, right = itertools.tee(sdk.ask(sdk.client(script), stream=True))
    return [list(left), list(right)]


def stream_copy(sdk: Sdk, script: Any) -> Any:
    stream = sdk.ask(sdk.client(script), stream=True)
    return [copy.copy(stream), fails(lambda: pickle.dumps(stream)), list(stream)]


def stream_generator_kinds(sdk: Sdk, script: Any) -> Any:
    stream = sdk.ask(sdk.client(script), stream=True)
    kinds = [type(stream).__name__, type(stream._iterator).__name__, type(iter(stream)).__name__]
    return [kinds, isinstance(stream.response.stream, sdk.http.SyncByteStream), list(stream)]


def stream_async_to_the_end(sdk: Sdk, script: Any) -> Any:
    async def read() -> Any:
        stream = await sdk.ask(sdk.async_client(script), stream=True)
        return [[one async for one in stream], stream, stream.response.is_closed]

    return asyncio.run(read())


def stream_async_closed(sdk: Sdk, script: Any) -> Any:
    async def read() -> Any:
        async with await sdk.ask(sdk.async_client(script), stream=True) as stream:
            first = await stream.__anext__()
        return [first, stream.response.is_closed]

    return asyncio.run(read())


def stream_async_cancelled(sdk: Sdk, script: Any) -> Any:
    class Slow(sdk.scripted.Body):
        async def __aiter__(self) -> Any:
            yield sdk.parts[0]
            await asyncio.sleep(60)

    headers = {"content-type": "text/event-stream"}
    body = Slow([])
    client = sdk.async_client(lambda request: sdk.http.Response(200, headers=headers, stream=body))

    async def read() -> None:
        async for _ in await sdk.ask(client, stream=True):
            pass

    async def main() -> None:
        task = asyncio.create_task(read())
        await asyncio.sleep(0.02)
        task.cancel()
        await task

    try:
        asyncio.run(main())
    except asyncio.CancelledError as error:
        return ["cancelled", str(error), body.closed > 0]


def raw_stream_parse(sdk: Sdk, script: Any) -> Any:
    raw_answer = sdk.resource(sdk.client(script)).with_raw_response.create(
        **sdk.arguments, stream=True
    )
    stream = raw_answer.parse()
    return [raw_answer, raw_answer.parse() is stream, list(stream)]


def bad_request(sdk: Sdk, script: Any) -> Any:
    sdk.ask(sdk.client(script))


def rate_limited(sdk: Sdk, script: Any) -> Any:
    sdk.ask(sdk.client(script, max_retries=2))


def retried(sdk: Sdk, script: Any) -> Any:
    return sdk.ask(sdk.client(script, max_retries=2))


def timed_out(sdk: Sdk, script: Any) -> Any:
    sdk.ask(sdk.client(script, max_retries=1))


def timed_out_async(sdk: Sdk, script: Any) -> Any:
    asyncio.run(sdk.ask(sdk.async_client(script, max_retries=1)))


def interrupted(sdk: Sdk, script: Any) -> Any:
    sdk.ask(sdk.client(script))


def broken_stream(sdk: Sdk, script: Any) -> Any:
    list(sdk.ask(sdk.client(script), stream=True))


def error_in_stream(sdk: Sdk, script: Any) -> Any:
    list(sdk.ask(sdk.client(script), stream=True))


_LIMITED = (429, {"error": {"message": "slow down"}})
_BAD = (400, {"error": {"message": "bad", "code": "c", "param": "p", "type": "t"}})


def scenarios(sdk: Sdk) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """Return name → the scenario and what the provider answers."""
    late, broken = sdk.http.ReadTimeout("late"), sdk.http.ReadError("reset")
    answers: dict[Any, tuple[Any, ...]] = {
        bad_request: (_BAD,),
        rate_limited: (_LIMITED,),
        retried: (_LIMITED, sdk.whole),
        timed_out: (late,),
        timed_out_async: (late,),
        interrupted: (KeyboardInterrupt(),),
        broken_stream: ([sdk.parts[0], broken],),
        error_in_stream: ([sdk.parts[0], sdk.error_event],),
    }
    answers |= dict.fromkeys(_WHOLE, (sdk.whole,))
    answers |= dict.fromkeys(_STREAMED, (sdk.streamed,))
    return {one.__name__: (partial(one, sdk), answers[one]) for one in answers}


ERRORS = frozenset(
    {
        *("bad_request", "rate_limited", "timed_out", "timed_out_async", "interrupted"),
        "stream_loop_raises",
    }
)
"""The scenarios of every SDK of Stainless's that are to end in an error."""


@contextmanager
def quick_retries(base_client: Any) -> Iterator[None]:
    """Let the SDK retry at once, bare and with aso alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_client, "INITIAL_RETRY_DELAY", 0.001)
        yield


_WHOLE = (
    plain,
    plain_async,
    answer_survives_pickle_and_copy,
    raw,
    raw_response_pickles,
    streaming_response_json,
)
_STREAMED = (
    streaming_response_lines,
    stream_body,
    stream_to_the_end,
    stream_with_block,
    stream_closed,
    stream_never_read,
    stream_dropped,
    stream_loop_raises,
    stream_tee,
    stream_copy,
    stream_generator_kinds,
    stream_async_to_the_end,
    stream_async_closed,
    stream_async_cancelled,
    raw_stream_parse,
)
