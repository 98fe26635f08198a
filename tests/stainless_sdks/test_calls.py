"""The other SDKs of OpenAI's making: hooked by a row each, and what they call is billed to whom it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest
from cerebras.cloud.sdk import Cerebras
from fireworks import Fireworks
from groq import Groq
from perplexity import Perplexity
from together import Together
from zai import ZaiClient

import aso
from aso.testing import capture_events
from tests.openai_sdk.scripted import CHUNKS, COMPLETION, MESSAGES, USAGE, chunk


class Sdk(NamedTuple):
    provider: str
    client: Any
    extra: dict[str, Any]


SDKS = (
    Sdk("groq", Groq, {}),
    Sdk("cerebras", Cerebras, {"warm_tcp_connection": False}),
    Sdk("fireworks", Fireworks, {}),
    Sdk("perplexity", Perplexity, {}),
    Sdk("together", Together, {}),
    Sdk("zai", ZaiClient, {}),
)
each_sdk = pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.provider)
Answer = Callable[[httpx.Request], httpx.Response]


def ask(sdk: Sdk, answer: Answer, **options: Any) -> Any:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    with sdk.client(api_key="none", http_client=http, **sdk.extra) as client:
        result = client.chat.completions.create(model="m-1", messages=MESSAGES, **options)
        return list(result) if options.get("stream") else result


def whole(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=COMPLETION)


def streamed(request: httpx.Request) -> httpx.Response:
    events = [*CHUNKS, chunk(choices=[], usage=USAGE)]
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    body = "".join([*lines, "data: [DONE]\n\n"])
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=body)


@each_sdk
def test_a_call_is_one_event_of_its_own_provider(sdk: Sdk) -> None:
    with capture_events() as events:
        ask(sdk, whole)
    [event] = events
    assert (event.sdk_name, event.provider) == (event.sdk_name, sdk.provider)
    assert str(event.sdk_name).startswith(sdk.provider)
    assert (event.outcome, event.usage.input_tokens, event.usage.output_tokens) == (
        *("completed", 11, 22),
    )


@each_sdk
def test_a_stream_is_one_event(sdk: Sdk) -> None:
    with capture_events() as events:
        ask(sdk, streamed, stream=True)
    [event] = events
    assert (event.outcome, event.stream, event.usage.source) == ("completed", True, "provider")


@each_sdk
def test_retries_are_attempts_of_one_call(sdk: Sdk) -> None:
    answers = [httpx.Response(500, headers={"retry-after-ms": "1"}), None]
    with capture_events() as events:
        ask(sdk, lambda request: answers.pop(0) or whole(request))
    assert [(event.attempts, event.outcome) for event in events] == [(2, "completed")]


@each_sdk
def test_a_refusal_comes_through_untouched_and_nothing_is_sent(sdk: Sdk) -> None:
    sent: list[httpx.Request] = []
    with aso.instrument(sinks=[], policy={"denied_models": [f"{sdk.provider}:*"]}):
        with pytest.raises(aso.ModelNotAllowedError):
            ask(sdk, lambda request: sent.append(request) or whole(request))
    assert sent == []
