"""What only a caller of the OpenAI SDK does; each function returns what it saw."""

from __future__ import annotations

from typing import Any

import openai

from tests.conformance.observing import signature_of
from tests.conformance.stainless_scenarios import Sdk, scenarios
from tests.openai_sdk import scripted
from tests.openai_sdk.scripted import (
    CHUNKS,
    COMPLETION,
    MESSAGES,
    MODEL,
    RESPONSE,
    RESPONSE_EVENTS,
    Script,
    ask,
    client,
    http,
    sse,
    usage_when_asked,
)

HAS_RESPONSES = hasattr(openai.OpenAI, "responses")


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


def not_json(script: Script) -> Any:
    script.answers = [lambda request: None]
    headers = {"content-type": "application/json"}
    return ask(client(lambda request: http.Response(200, headers=headers, content=b"{oops")))


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


_ITEM: Any = RESPONSE["output"]
_ADDED: Any = {"output_index": 0, "item_id": "msg_1", "content_index": 0}
_WHOLE_STREAM: list[Any] = [  # the helper builds a snapshot and wants each item begun
    RESPONSE_EVENTS[0],
    {"type": "response.output_item.added", **_ADDED, "item": {**_ITEM[0], "content": []}},
    {
        "type": "response.content_part.added",
        **_ADDED,
        "part": {"type": "output_text", "text": "", "annotations": []},
    },
    *RESPONSE_EVENTS[1:],
]
SDK = Sdk(
    scripted=scripted,
    resource=lambda client: client.chat.completions,
    arguments={"model": MODEL, "messages": MESSAGES},
    whole=COMPLETION,
    streamed=usage_when_asked,
    parts=sse(CHUNKS),
    error_event=b'data: {"error": {"message": "overloaded"}}\n\n',
)
# name → the scenario and what the provider answers
SCENARIOS: dict[str, tuple[Any, tuple[Any, ...]]] = scenarios(SDK) | {
    one.__name__: (one, answers)
    for one, answers in (
        (stream_helper, (usage_when_asked,)),
        (parse_helper, (COMPLETION,)),
        (post_untyped, (COMPLETION,)),
        (post_response, (COMPLETION,)),
        (not_json, (COMPLETION,)),
        (own_headers_stay, (COMPLETION,)),
        (listing, ({"object": "list", "data": []},)),
        (function_shapes, (COMPLETION,)),
    )
}
if HAS_RESPONSES:
    SCENARIOS.update(
        response_plain=(response_plain, (RESPONSE,)),
        response_stream=(response_stream, (sse(RESPONSE_EVENTS, done=False),)),
        response_stream_helper=(response_stream_helper, (sse(_WHOLE_STREAM, done=False),)),
    )
