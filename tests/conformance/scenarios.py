"""What a caller of the OpenAI SDK does, one small function each; each returns what it saw."""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import pickle
from typing import Any

import openai

from tests.conformance.observing import look, signature_of
from tests.openai_sdk.scripted import (
    CHUNKS,
    COMPLETION,
    MESSAGES,
    MODEL,
    RESPONSE,
    RESPONSE_EVENTS,
    Body,
    Script,
    ask,
    async_client,
    client,
    http,
    sse,
    usage_when_asked,
)

HAS_RESPONSES = hasattr(openai.OpenAI, "responses")
_LIMITED = (429, {"error": {"message": "slow down"}})
_BAD = (400, {"error": {"message": "bad", "code": "c", "param": "p", "type": "t"}})


def plain(script: Script) -> Any:
    answer = ask(client(script))
    return [answer, answer.choices[0].message.content, answer._request_id]


def plain_async(script: Script) -> Any:
    return asyncio.run(ask(async_client(script)))


def answer_survives_pickle_and_copy(script: Script) -> Any:
    answer = ask(client(script))
    copies = pickle.loads(pickle.dumps(answer)), copy.deepcopy(answer), answer.model_copy(deep=True)
    return [look(one) for one in copies]


def raw(script: Script) -> Any:
    response = client(script).chat.completions.with_raw_response.create(
        model=MODEL, messages=MESSAGES
    )
    first, second = response.parse(), response.parse()
    return [response, first is second, response.headers["content-type"], response.text, first]


def raw_response_pickles(script: Script) -> Any:
    response = client(script).chat.completions.with_raw_response.create(
        model=MODEL, messages=MESSAGES
    )
    again = pickle.loads(pickle.dumps(response.http_response))
    return [again.content, sorted(vars(response.http_response)), response.http_response.extensions]


def streaming_response_json(script: Script) -> Any:
    completions = client(script).chat.completions
    with completions.with_streaming_response.create(model=MODEL, messages=MESSAGES) as response:
        before = response.is_closed
        return [before, response.read(), response.is_closed, response]


def streaming_response_lines(script: Script) -> Any:
    completions = client(script).chat.completions
    with completions.with_streaming_response.create(
        model=MODEL, messages=MESSAGES, stream=True
    ) as response:
        lines = list(response.iter_lines())
    return [lines, response.is_closed]


def stream_to_the_end(script: Script) -> Any:
    stream = ask(client(script), stream=True)
    chunks = list(stream)
    return [chunks, list(stream), stream, stream.response.is_closed, stream.response.status_code]


def stream_with_block(script: Script) -> Any:
    with ask(client(script), stream=True) as stream:
        first = next(stream)
    return [first, stream.response.is_closed, _next_of(stream)]


def stream_closed(script: Script) -> Any:
    stream = ask(client(script), stream=True)
    first = next(stream)
    stream.close()
    stream.close()
    return [first, stream.response.is_closed, _next_of(stream)]


def stream_never_read(script: Script) -> Any:
    stream = ask(client(script), stream=True)
    stream.close()
    return [stream.response.is_closed, stream]


def stream_dropped(script: Script) -> Any:
    body = Body(sse(CHUNKS))
    script.answers = [lambda request: None]
    headers = {"content-type": "text/event-stream"}
    sdk = client(lambda request: http.Response(200, headers=headers, stream=body))
    for _ in ask(sdk, stream=True):
        break
    gc.collect()
    return ["closed by collection", body.closed > 0]


def stream_loop_raises(script: Script) -> Any:
    for _ in ask(client(script), stream=True):
        raise KeyError("mine")


def stream_tee(script: Script) -> Any:
    left, right = itertools.tee(ask(client(script), stream=True))
    return [list(left), list(right)]


def stream_copy(script: Script) -> Any:
    stream = ask(client(script), stream=True)
    return [copy.copy(stream), _fails(lambda: pickle.dumps(stream)), list(stream)]


def stream_generator_kinds(script: Script) -> Any:
    stream = ask(client(script), stream=True)
    kinds = [type(stream).__name__, type(stream._iterator).__name__, type(iter(stream)).__name__]
    return [kinds, isinstance(stream.response.stream, http.SyncByteStream), list(stream)]


def stream_async_to_the_end(script: Script) -> Any:
    async def read() -> Any:
        stream = await ask(async_client(script), stream=True)
        return [[one async for one in stream], stream, stream.response.is_closed]

    return asyncio.run(read())


def stream_async_closed(script: Script) -> Any:
    async def read() -> Any:
        async with await ask(async_client(script), stream=True) as stream:
            first = await stream.__anext__()
        return [first, stream.response.is_closed]

    return asyncio.run(read())


def stream_async_cancelled(script: Script) -> Any:
    class Slow(Body):
        async def __aiter__(self) -> Any:
            yield sse(CHUNKS)[0]
            await asyncio.sleep(60)

    headers = {"content-type": "text/event-stream"}
    body = Slow([])
    sdk = async_client(lambda request: http.Response(200, headers=headers, stream=body))

    async def read() -> None:
        async for _ in await ask(sdk, stream=True):
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


def raw_stream_parse(script: Script) -> Any:
    raw_answer = client(script).chat.completions.with_raw_response.create(
        model=MODEL, messages=MESSAGES, stream=True
    )
    stream = raw_answer.parse()
    return [raw_answer, raw_answer.parse() is stream, list(stream)]


def stream_helper(script: Script) -> Any:
    completions = client(script).chat.completions
    if not hasattr(completions, "stream"):
        completions = client(script).beta.chat.completions
    with completions.stream(model=MODEL, messages=MESSAGES) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    return [kinds, final.choices[0].message.content, final.usage]


def parse_helper(script: Script) -> Any:
    return client(script).beta.chat.completions.parse(model=MODEL, messages=MESSAGES)


def post_untyped(script: Script) -> Any:
    body = {"model": MODEL, "messages": MESSAGES}
    return [client(script).post("/chat/completions", body=body, cast_to=object), body]


def post_response(script: Script) -> Any:
    body = {"model": MODEL, "messages": MESSAGES}
    response = client(script).post("/chat/completions", body=body, cast_to=http.Response)
    return [type(response).__name__, response.status_code, response.content]


def bad_request(script: Script) -> Any:
    ask(client(script))


def rate_limited(script: Script) -> Any:
    ask(client(script, max_retries=2))


def retried(script: Script) -> Any:
    return ask(client(script, max_retries=2))


def timed_out(script: Script) -> Any:
    ask(client(script, max_retries=1))


def timed_out_async(script: Script) -> Any:
    asyncio.run(ask(async_client(script, max_retries=1)))


def interrupted(script: Script) -> Any:
    ask(client(script))


def not_json(script: Script) -> Any:
    script.answers = [lambda request: None]
    headers = {"content-type": "application/json"}
    return ask(client(lambda request: http.Response(200, headers=headers, content=b"{oops")))


def broken_stream(script: Script) -> Any:
    list(ask(client(script), stream=True))


def error_in_stream(script: Script) -> Any:
    list(ask(client(script), stream=True))


def response_plain(script: Script) -> Any:
    return client(script).responses.create(model=MODEL, input="Say hello.")


def response_stream(script: Script) -> Any:
    with client(script).responses.create(model=MODEL, input="x", stream=True) as stream:
        return [list(stream), stream]


def response_stream_helper(script: Script) -> Any:
    with client(script).responses.stream(model=MODEL, input="x") as stream:
        stream.until_done()
        return stream.get_final_response()


def own_headers_stay(script: Script) -> Any:
    return ask(client(script), extra_headers={"X-Mine": "1"}, extra_query={"q": "1"})


def listing(script: Script) -> Any:
    return client(script).models.list()


def function_shapes(script: Script) -> Any:
    del script
    functions = (
        openai.OpenAI.request,
        openai.AsyncOpenAI.request,
        openai.OpenAI._process_response,
        openai.AsyncOpenAI._process_response,
        openai.Stream.__stream__,
        openai.AsyncStream.__stream__,
        openai.OpenAI.post,
    )
    return [signature_of(function) for function in functions]


def _next_of(stream: Any) -> Any:
    return _fails(lambda: next(stream))


def _fails(action: Any) -> Any:
    try:
        return look(action())
    except Exception as error:
        return [type(error).__name__, str(error)]


_READ_ERROR = [*sse(CHUNKS[:1], done=False), http.ReadError("reset")]
_ERROR_EVENT = sse([CHUNKS[0], {"error": {"message": "overloaded"}}])

# name → the scenario and what the provider answers
SCENARIOS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    one.__name__: (one, answers)
    for one, answers in (
        (plain, (COMPLETION,)),
        (plain_async, (COMPLETION,)),
        (answer_survives_pickle_and_copy, (COMPLETION,)),
        (raw, (COMPLETION,)),
        (raw_response_pickles, (COMPLETION,)),
        (streaming_response_json, (COMPLETION,)),
        (streaming_response_lines, (usage_when_asked,)),
        (stream_to_the_end, (usage_when_asked,)),
        (stream_with_block, (usage_when_asked,)),
        (stream_closed, (usage_when_asked,)),
        (stream_never_read, (usage_when_asked,)),
        (stream_dropped, (usage_when_asked,)),
        (stream_loop_raises, (usage_when_asked,)),
        (stream_tee, (usage_when_asked,)),
        (stream_copy, (usage_when_asked,)),
        (stream_generator_kinds, (usage_when_asked,)),
        (stream_async_to_the_end, (usage_when_asked,)),
        (stream_async_closed, (usage_when_asked,)),
        (stream_async_cancelled, (usage_when_asked,)),
        (raw_stream_parse, (usage_when_asked,)),
        (stream_helper, (usage_when_asked,)),
        (parse_helper, (COMPLETION,)),
        (post_untyped, (COMPLETION,)),
        (post_response, (COMPLETION,)),
        (bad_request, (_BAD,)),
        (rate_limited, (_LIMITED,)),
        (retried, (_LIMITED, COMPLETION)),
        (timed_out, (http.ReadTimeout("late"),)),
        (timed_out_async, (http.ReadTimeout("late"),)),
        (interrupted, (KeyboardInterrupt(),)),
        (not_json, (COMPLETION,)),
        (broken_stream, (_READ_ERROR,)),
        (error_in_stream, (_ERROR_EVENT,)),
        (own_headers_stay, (COMPLETION,)),
        (listing, ({"object": "list", "data": []},)),
        (function_shapes, (COMPLETION,)),
    )
}
if HAS_RESPONSES:
    SCENARIOS.update(
        response_plain=(response_plain, (RESPONSE,)),
        response_stream=(response_stream, (sse(RESPONSE_EVENTS, done=False),)),
        response_stream_helper=(response_stream_helper, (sse(RESPONSE_EVENTS, done=False),)),
    )
