"""What a caller of an SDK of Speakeasy's making does; each function returns what it saw.

mistralai and openrouter come from one generator: the same scenarios run on both.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import pickle
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from tests.conformance.bodies import EVENTS, body_of
from tests.conformance.observing import fails, look, signature_of
from tests.conformance.promise import Suite
from tests.conformance.stages import OVER_HTTPX
from tests.speakeasy_sdks.scripted import Script, Sdk, answer, chunks


def plain(sdk: Sdk, script: Script) -> Any:
    return sdk.ask(sdk.open(script), model=sdk.model)


def plain_async(sdk: Sdk, script: Script) -> Any:
    return asyncio.run(sdk.ask_async(sdk.open(script), model=sdk.model))


def answer_survives_pickle_and_copy(sdk: Sdk, script: Script) -> Any:
    found = sdk.ask(sdk.open(script), model=sdk.model)
    copies = pickle.loads(pickle.dumps(found)), copy.deepcopy(found), found.model_copy(deep=True)
    return [look(one) for one in copies]


def client_block(sdk: Sdk, script: Script) -> Any:
    with sdk.open(script) as client:
        found = sdk.ask(client, model=sdk.model)
    return [found, client.sdk_configuration.client, fails(lambda: sdk.ask(client, model="m"))]


def client_block_async(sdk: Sdk, script: Script) -> Any:
    async def ask() -> Any:
        async with sdk.open(script) as client:
            return [await sdk.ask_async(client, model=sdk.model), client]

    found, client = asyncio.run(ask())
    return [found, client.sdk_configuration.async_client]


def own_headers_stay(sdk: Sdk, script: Script) -> Any:
    client = sdk.open(script, headers={"X-Client": "1"})
    return sdk.ask(client, model=sdk.model, http_headers={"X-Mine": "1"})


def own_address(sdk: Sdk, script: Script) -> Any:
    return sdk.ask(sdk.open(script), model=sdk.model, server_url="https://gateway.internal/v1")


def stream_to_the_end(sdk: Sdk, script: Script) -> Any:
    stream = sdk.stream(sdk.open(script), model=sdk.model)
    read = list(stream)
    return [read, list(stream), stream, stream.response.is_closed, stream.response.status_code]


def stream_with_block(sdk: Sdk, script: Script) -> Any:
    with sdk.stream(sdk.open(script), model=sdk.model) as stream:
        first = next(stream)
    return [first, stream.response.is_closed, fails(lambda: next(stream)), list(stream)]


def stream_response_closed(sdk: Sdk, script: Script) -> Any:
    stream = sdk.stream(sdk.open(script), model=sdk.model)
    first = next(stream)
    stream.response.close()
    stream.response.close()
    return [first, stream.response.is_closed, fails(lambda: list(stream))]


def stream_never_read(sdk: Sdk, script: Script) -> Any:
    stream = sdk.stream(sdk.open(script), model=sdk.model)
    with stream:
        before = stream.response.is_closed
    return [before, stream.response.is_closed, stream.response.is_stream_consumed]


def stream_dropped(sdk: Sdk, script: Script) -> Any:
    body = body_of(sdk.http)(chunks(sdk))
    for _ in sdk.stream(_streaming(sdk, script, body), model=sdk.model):
        break
    gc.collect()
    return ["closed by collection", body.closed > 0]


def stream_loop_raises(sdk: Sdk, script: Script) -> Any:
    for _ in sdk.stream(sdk.open(script), model=sdk.model):
        raise KeyError("mine")


def stream_tee(sdk: Sdk, script: Script) -> Any:
    left, right = itertools.tee(sdk.stream(sdk.open(script), model=sdk.model))
    return [list(left), list(right)]


def stream_copy(sdk: Sdk, script: Script) -> Any:
    stream = sdk.stream(sdk.open(script), model=sdk.model)
    return [copy.copy(stream), fails(lambda: pickle.dumps(stream)), list(stream)]


def stream_kinds(sdk: Sdk, script: Script) -> Any:
    stream = sdk.stream(sdk.open(script), model=sdk.model)
    kinds = [type(stream).__name__, type(stream.generator).__name__, type(iter(stream)).__name__]
    body = stream.response.stream
    return [kinds, isinstance(body, sdk.http.SyncByteStream), list(stream)]


def stream_bytes(sdk: Sdk, script: Script) -> Any:
    stream = sdk.stream(sdk.open(script), model=sdk.model)
    return [
        list(stream.response.iter_raw()),
        stream.response.is_closed,
        fails(lambda: list(stream)),
    ]


def stream_async_to_the_end(sdk: Sdk, script: Script) -> Any:
    async def read() -> Any:
        stream = await sdk.stream_async(sdk.open(script), model=sdk.model)
        return [[one async for one in stream], stream, stream.response.is_closed]

    return asyncio.run(read())


def stream_async_left(sdk: Sdk, script: Script) -> Any:
    async def read() -> Any:
        async with await sdk.stream_async(sdk.open(script), model=sdk.model) as stream:
            first = await anext(stream)
        return [first, stream.response.is_closed]

    return asyncio.run(read())


def stream_async_cancelled(sdk: Sdk, script: Script) -> Any:
    body = body_of(sdk.http)([chunks(sdk)[0], None])
    client, begun = _streaming(sdk, script, body), asyncio.Event()

    async def read() -> None:
        async for _ in await sdk.stream_async(client, model=sdk.model):
            begun.set()

    async def main() -> None:
        task = asyncio.create_task(read())
        await asyncio.wait_for(begun.wait(), 20)
        task.cancel()
        await task

    try:
        asyncio.run(main())
    except asyncio.CancelledError as error:
        return ["cancelled", str(error), body.closed > 0]


def retried(sdk: Sdk, script: Script) -> Any:
    return sdk.ask(sdk.open(script), model=sdk.model, retries=sdk.again_at_once())


def retried_async(sdk: Sdk, script: Script) -> Any:
    asked = sdk.ask_async(sdk.open(script), model=sdk.model, retries=sdk.again_at_once())
    return asyncio.run(asked)


def reconnected(sdk: Sdk, script: Script) -> Any:
    return retried(sdk, script)


def bad_request(sdk: Sdk, script: Script) -> Any:
    plain(sdk, script)


def bad_request_async(sdk: Sdk, script: Script) -> Any:
    plain_async(sdk, script)


def bad_stream(sdk: Sdk, script: Script) -> Any:
    stream_to_the_end(sdk, script)


def bad_stream_async(sdk: Sdk, script: Script) -> Any:
    stream_async_to_the_end(sdk, script)


def not_json(sdk: Sdk, script: Script) -> Any:
    plain(sdk, script)


def timed_out(sdk: Sdk, script: Script) -> Any:
    sdk.ask(sdk.open(script), model=sdk.model, retries=sdk.never_again())


def timed_out_async(sdk: Sdk, script: Script) -> Any:
    asked = sdk.ask_async(sdk.open(script), model=sdk.model, retries=sdk.never_again())
    asyncio.run(asked)


def interrupted(sdk: Sdk, script: Script) -> Any:
    plain(sdk, script)


def broken_stream(sdk: Sdk, script: Script) -> Any:
    stream_to_the_end(sdk, script)


def broken_stream_async(sdk: Sdk, script: Script) -> Any:
    stream_async_to_the_end(sdk, script)


def interrupted_stream(sdk: Sdk, script: Script) -> Any:
    stream_to_the_end(sdk, script)


def cut_stream(sdk: Sdk, script: Script) -> Any:
    return stream_to_the_end(sdk, script)


def function_shapes(sdk: Sdk, script: Script) -> Any:
    below = import_module(f"{sdk.client.__module__.rpartition('.')[0]}.basesdk").BaseSDK
    chat = sdk.open(script).chat
    names = [name for name in sorted(vars(type(chat))) if not name.startswith("_")]
    functions = [below.do_request, below.do_request_async]
    return [signature_of(one) for one in [*functions, *(getattr(chat, name) for name in names)]]


def parsed(sdk: Sdk, script: Script) -> Any:
    chat = sdk.open(script).chat
    return chat.parse(Greeting, model=sdk.model, messages=_ASKED)


def parsed_async(sdk: Sdk, script: Script) -> Any:
    chat = sdk.open(script).chat
    return asyncio.run(chat.parse_async(Greeting, model=sdk.model, messages=_ASKED))


def parsed_stream(sdk: Sdk, script: Script) -> Any:
    chat = sdk.open(script).chat
    return list(chat.parse_stream(Greeting, model=sdk.model, messages=_ASKED))


class Greeting(BaseModel):
    text: str


def _streaming(sdk: Sdk, script: Script, body: Any) -> Any:
    """Return a client whose every answer has this body."""
    script.answers = [sdk.http.Response(200, headers=EVENTS, stream=body)]
    return sdk.open(script)


def _answers(sdk: Sdk) -> dict[Any, tuple[Any, ...]]:
    first, late = chunks(sdk)[0], sdk.http.ReadTimeout("late")
    bad, whole, reset = (400, {"message": "No."}), answer(sdk), sdk.http.ReadError("reset")
    page = sdk.http.Response(200, headers={"content-type": "application/json"}, content=b"{oops")
    return {
        **dict.fromkeys(_WHOLE, (whole,)),
        **dict.fromkeys(_STREAMED, (chunks(sdk),)),
        **dict.fromkeys((bad_request, bad_request_async, bad_stream, bad_stream_async), (bad,)),
        **dict.fromkeys((timed_out, timed_out_async), (late,)),
        **dict.fromkeys((broken_stream, broken_stream_async), ([first, reset],)),
        **dict.fromkeys((retried, retried_async), ((503, {"message": "Busy."}), whole)),
        reconnected: (sdk.http.ConnectError("refused"), whole),
        not_json: (page,),
        interrupted: (KeyboardInterrupt(),),
        interrupted_stream: ([first, KeyboardInterrupt()],),
        cut_stream: ([first],),
    }


_WHOLE = (
    *(plain, plain_async, answer_survives_pickle_and_copy, client_block, client_block_async),
    *(own_headers_stay, own_address, function_shapes),
)
_STREAMED = (
    *(stream_to_the_end, stream_with_block, stream_response_closed, stream_never_read),
    *(stream_dropped, stream_loop_raises, stream_tee, stream_copy, stream_kinds, stream_bytes),
    *(stream_async_to_the_end, stream_async_left, stream_async_cancelled),
)
_ASKED: Any = [{"role": "user", "content": "Say hello."}]
_ERRORS = frozenset(
    {
        *("bad_request", "bad_request_async", "bad_stream", "bad_stream_async", "not_json"),
        *("timed_out", "timed_out_async", "interrupted", "interrupted_stream"),
        *("broken_stream", "broken_stream_async", "stream_loop_raises"),
    }
)


def suite_of(sdk: Sdk) -> Suite:
    """Return the suite of one SDK."""
    answers = _answers(sdk)
    if sdk.name == "mistralai":
        greeting = answer(sdk)
        greeting["choices"][0]["message"]["content"] = '{"text": "Hello!"}'
        answers |= {parsed: (greeting,), parsed_async: (greeting,), parsed_stream: (chunks(sdk),)}
    found: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
        one.__name__: (partial(one, sdk), answers[one]) for one in answers
    }
    return Suite(found, Script, OVER_HTTPX, _ERRORS)
