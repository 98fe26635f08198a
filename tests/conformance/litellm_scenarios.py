"""What a caller of LiteLLM does, by the OpenAI SDK and by its own HTTP handler, sync and awaited."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import itertools
import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import litellm
from litellm.litellm_core_utils.streaming_handler import CustomStreamWrapper
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler, HTTPHandler
from pydantic import BaseModel

from tests.conformance.litellm_server import (
    BY_ITS_OWN,
    BY_THE_SDK,
    PATHS,
    Loopback,
    read_all,
    seen,
)
from tests.conformance.observing import fails, signature_of
from tests.litellm_sdk.answers import (
    CHAT,
    CHAT_STREAM,
    EMBEDDING,
    MESSAGE,
    MESSAGE_STREAM,
    MESSAGES,
    REFUSAL,
    RERANKED,
    RESPONSE,
)
from tests.litellm_sdk.asking import COMMON, run
from tests.litellm_sdk.server import Answer
from tests.openai_sdk.scripted import async_client, client


def completion(model: str, script: Loopback) -> Any:
    return seen(litellm.completion(**script.asked(model)))


def acompletion(model: str, script: Loopback) -> Any:
    return seen(run(litellm.acompletion(**script.asked(model))))


def completions_at_once(model: str, script: Loopback) -> Any:
    async def ask() -> Any:
        return await asyncio.gather(*(litellm.acompletion(**script.asked(model)) for _ in "abc"))

    return [seen(one) for one in run(ask())]


def answer_survives_pickle_and_copy(model: str, script: Loopback) -> Any:
    found = litellm.completion(**script.asked(model))
    copies = [lambda: seen(pickle.loads(pickle.dumps(found))), lambda: seen(copy.deepcopy(found))]
    return [fails(one) for one in copies]


def own_headers_stay(model: str, script: Loopback) -> Any:
    return seen(litellm.completion(**script.asked(model), extra_headers={"X-Mine": "1"}))


def parsed(model: str, script: Loopback) -> Any:
    class Greeting(BaseModel):
        text: str

    return fails(lambda: seen(litellm.completion(**script.asked(model), response_format=Greeting)))


def callbacks(model: str, script: Loopback) -> Any:
    told: list[Any] = []

    def before(kwargs: Any) -> None:
        told.append(["before", sorted(kwargs)])

    litellm.input_callback = [before]
    try:
        return [seen(litellm.completion(**script.asked(model))), told]
    finally:
        litellm.input_callback = []


def stream(model: str, script: Loopback) -> Any:
    found = litellm.completion(**script.asked(model), stream=True)
    kinds = [type(found).__name__, iter(found) is found, sorted(vars(found))]
    return [kinds, [seen(chunk) for chunk in found], fails(lambda: next(found)), found.chunks == []]


def stream_with_usage(model: str, script: Loopback) -> Any:
    usage = {"include_usage": True}
    asked = litellm.completion(**script.asked(model), stream=True, stream_options=usage)
    chunks = list(asked)
    return [[seen(chunk) for chunk in chunks], seen(litellm.stream_chunk_builder(chunks))]


def stream_left(model: str, script: Loopback) -> Any:
    found = litellm.completion(**script.asked(model), stream=True)
    first = seen(next(found))
    del found
    gc.collect()
    return first


def stream_loop_raises(model: str, script: Loopback) -> Any:
    for _ in litellm.completion(**script.asked(model), stream=True):
        raise KeyError("mine")


def stream_interrupted(model: str, script: Loopback) -> Any:
    for _ in litellm.completion(**script.asked(model), stream=True):
        raise KeyboardInterrupt


def stream_tee(model: str, script: Loopback) -> Any:
    found = itertools.tee(litellm.completion(**script.asked(model), stream=True))
    return [[seen(chunk) for chunk in side] for side in found]


def stream_bare(model: str, script: Loopback) -> Any:
    found = litellm.completion(**script.asked(model), stream=True).completion_stream
    return [type(found).__name__, inspect.isgenerator(found), fails(lambda: len(list(found)))]


def astream(model: str, script: Loopback) -> Any:
    async def ask() -> Any:
        found = await litellm.acompletion(**script.asked(model), stream=True)
        return [type(found).__name__, aiter(found) is found, await read_all(found)]

    return run(ask())


def astream_left(model: str, script: Loopback) -> Any:
    async def ask() -> Any:
        found = await litellm.acompletion(**script.asked(model), stream=True)
        return await read_all(found, 1)

    return run(ask())


def astream_cancelled(model: str, script: Loopback) -> Any:
    script.server.pause_s = 0.05

    async def main() -> Any:
        begun = asyncio.Event()

        async def read() -> None:
            async for _ in await litellm.acompletion(**script.asked(model), stream=True):
                begun.set()

        task = asyncio.ensure_future(read())
        await asyncio.wait_for(begun.wait(), 20)
        task.cancel("mine")
        with suppress(asyncio.CancelledError):
            await task
        return task.cancelled()

    return run(main())


def bad_request(model: str, script: Loopback) -> Any:
    litellm.completion(**script.asked(model))


def abad_request(model: str, script: Loopback) -> Any:
    run(litellm.acompletion(**script.asked(model)))


def bad_stream(model: str, script: Loopback) -> Any:
    list(litellm.completion(**script.asked(model), stream=True))


def abad_stream(model: str, script: Loopback) -> Any:
    return astream(model, script)


def rate_limited(model: str, script: Loopback) -> Any:
    litellm.completion(**script.asked(model))


def not_json(model: str, script: Loopback) -> Any:
    return seen(litellm.completion(**script.asked(model)))


def cut_stream(model: str, script: Loopback) -> Any:
    script.server.cut_after = 2
    return fails(lambda: stream(model, script))


def _raising(error: BaseException, model: str) -> Any:
    """Return a client of the kind that a model is sent by, which raises."""

    def send(request: Any) -> Any:
        raise error

    if model == BY_THE_SDK:
        return client(send, max_retries=0)
    handler = HTTPHandler()
    handler.client = httpx.Client(transport=httpx.MockTransport(send))
    return handler


def interrupted(model: str, script: Loopback) -> Any:
    litellm.completion(**script.asked(model), client=_raising(KeyboardInterrupt(), model))


def timed_out(model: str, script: Loopback) -> Any:
    litellm.completion(**script.asked(model), client=_raising(httpx.ReadTimeout("late"), model))


def atimed_out(model: str, script: Loopback) -> Any:
    def send(request: Any) -> Any:
        raise httpx.ReadTimeout("late")

    if model == BY_THE_SDK:
        handler = async_client(send, max_retries=0)
    else:
        handler = AsyncHTTPHandler()
        handler.client = httpx.AsyncClient(transport=httpx.MockTransport(send))
    run(litellm.acompletion(**script.asked(model), client=handler))


_WHOLE = (
    *(completion, acompletion, completions_at_once, answer_survives_pickle_and_copy),
    *(own_headers_stay, parsed, callbacks, interrupted, timed_out, atimed_out),
)
_STREAMED = (
    *(stream, stream_with_usage, stream_left, stream_loop_raises, stream_interrupted),
    *(stream_tee, stream_bare, astream, astream_left, astream_cancelled, cut_stream),
)
_REFUSED = (bad_request, abad_request, bad_stream, abad_stream)
_WAYS: dict[str, tuple[str, Any, Any]] = {
    "sdk": (BY_THE_SDK, CHAT, CHAT_STREAM),
    "http": (BY_ITS_OWN, MESSAGE, MESSAGE_STREAM),
}


def _of(way: str) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    model, whole, parts = _WAYS[way]
    answers: dict[Callable[..., Any], tuple[Any, ...]] = {
        **dict.fromkeys(_WHOLE, (whole,)),
        **dict.fromkeys(_STREAMED, (parts,)),
        **dict.fromkeys(_REFUSED, (Answer(REFUSAL, 400),)),
        rate_limited: (Answer(REFUSAL, 429),),
        not_json: (Answer(b"{oops"),),
    }
    return {f"{one.__name__} by {way}": (partial(one, model), answers[one]) for one in answers}


def retried(script: Loopback) -> Any:
    return seen(litellm.completion(**script.asked(BY_THE_SDK, max_retries=None, num_retries=1)))


def aretried(script: Loopback) -> Any:
    asked = script.asked(BY_THE_SDK, max_retries=None, num_retries=1)
    return seen(run(litellm.acompletion(**asked)))


def text_completion(script: Loopback) -> Any:
    asked = {"model": "openai/gpt-4o-mini", "prompt": "Say", "api_base": script.server.url}
    return fails(lambda: seen(litellm.text_completion(**asked, **COMMON)))


def embedding(script: Loopback) -> Any:
    asked = {"model": "openai/text-embedding-3-small", "input": ["Hi"]}
    answers = litellm.embedding(**asked, **COMMON, api_base=script.server.url)
    return [seen(answers), seen(run(_aembedding(script, asked)))]


async def _aembedding(script: Loopback, asked: Any) -> Any:
    return await litellm.aembedding(**asked, **COMMON, api_base=script.server.url)


def responses(script: Loopback) -> Any:
    asked = {"model": "openai/gpt-4o-mini", "input": "Hi", "api_base": script.server.url}
    found = litellm.responses(**asked, api_key="none")
    return [type(found).__name__, found.output[0].content[0].text]


def rerank(script: Loopback) -> Any:
    asked = {"model": "cohere/rerank-v3.5", "query": "q", "documents": ["a"], "api_key": "none"}
    return litellm.rerank(**asked, api_base=f"{script.server.url}/v2/rerank").results


def mocked(script: Loopback) -> Any:
    return seen(litellm.completion(**script.asked(BY_THE_SDK), mock_response="Hello!"))


def unknown_provider(script: Loopback) -> Any:
    litellm.completion(**script.asked("nobody/none"))


def _router(script: Loopback) -> litellm.Router:
    names = {"first": BY_THE_SDK, "second": BY_ITS_OWN}
    deployments = [
        {"model_name": name, "litellm_params": _deployed(script, model)}
        for name, model in names.items()
    ]
    return litellm.Router(model_list=deployments, fallbacks=[{"first": ["second"]}], num_retries=0)


def _deployed(script: Loopback, model: str) -> dict[str, Any]:
    return {"model": model, "api_key": "none", "api_base": script.server.url + PATHS[model]}


def router(script: Loopback) -> Any:
    return seen(_router(script).completion(model="first", messages=MESSAGES))


def router_falls_back(script: Loopback) -> Any:
    return router(script)


def arouter_falls_back(script: Loopback) -> Any:
    return seen(run(_router(script).acompletion(model="first", messages=MESSAGES)))


def router_streams_after_a_fallback(script: Loopback) -> Any:
    found = _router(script).completion(model="first", messages=MESSAGES, stream=True)
    return [seen(chunk) for chunk in found]


def arouter_streams_after_a_fallback(script: Loopback) -> Any:
    async def ask() -> Any:
        asked: Any = {"model": "first", "messages": MESSAGES, "stream": True}
        return await read_all(await _router(script).acompletion(**asked))

    return run(ask())


def router_gives_up(script: Loopback) -> Any:
    router(script)


def function_shapes(script: Loopback) -> Any:
    functions = (
        *(litellm.completion, litellm.acompletion, litellm.embedding, litellm.utils.function_setup),
        *(HTTPHandler.post, HTTPHandler.get, AsyncHTTPHandler.post, AsyncHTTPHandler.get),
        *(CustomStreamWrapper.__next__, CustomStreamWrapper.__anext__),
    )
    return [signature_of(function) for function in functions]


_FALLS_BACK = (Answer(REFUSAL, 400), MESSAGE)
_STREAMS_AFTER = (Answer(REFUSAL, 400), MESSAGE_STREAM)
_OTHERS: dict[Callable[[Loopback], Any], tuple[Any, ...]] = {
    **dict.fromkeys((router, mocked, unknown_provider, text_completion, function_shapes), (CHAT,)),
    **dict.fromkeys((router_falls_back, arouter_falls_back), _FALLS_BACK),
    router_streams_after_a_fallback: _STREAMS_AFTER,
    arouter_streams_after_a_fallback: _STREAMS_AFTER,
    **dict.fromkeys((retried, aretried), (Answer(REFUSAL, 500), CHAT)),
    router_gives_up: (Answer(REFUSAL, 400),),
    embedding: (EMBEDDING,),
    rerank: (RERANKED,),
}
if hasattr(litellm, "responses"):
    _OTHERS[responses] = (RESPONSE,)
SCENARIOS = {
    **_of("sdk"),
    **_of("http"),
    **{one.__name__: (one, answers) for one, answers in _OTHERS.items()},
}
_FAIL = (
    *(stream_loop_raises, stream_interrupted, *_REFUSED, rate_limited, not_json),
    *(interrupted, timed_out, atimed_out),
)
ERRORS = frozenset(
    {
        *(f"{one.__name__} by {way}" for one in _FAIL for way in _WAYS),
        *("unknown_provider", "router_gives_up"),
    }
)
