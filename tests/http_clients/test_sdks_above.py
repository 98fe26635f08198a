"""A provider's own SDK that is not hooked: its HTTP client makes the event, once, and refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

import aso
from aso.testing import capture_events

cohere: Any = pytest.importorskip("cohere")  # beside the newest clients alone
MESSAGES: Any = [{"role": "user", "content": "Say hello."}]
MODEL = "command-a-03-2025"
# Two counts: the price is that of the billed units, usage the tokens.
USAGE = {
    "billed_units": {"input_tokens": 5, "output_tokens": 7},
    "tokens": {"input_tokens": 71, "output_tokens": 9},
}
WHOLE = {
    "id": "chat-1",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
    "usage": USAGE,
}
EVENTS = (
    {"type": "message-start", "id": "chat-1", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hello."}}}},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": USAGE}},
)
RANKED = {
    "id": "rank-1",
    "results": [{"index": 0, "relevance_score": 0.5}],
    "meta": {"billed_units": {"search_units": 1}},
}


def client(*answers: Mapping[str, Any]) -> Any:
    """Return Cohere's client, answered so in turn; streams as a stream."""
    waiting = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if json.loads(request.content).get("stream"):
            lines = [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in EVENTS]
            return httpx.Response(
                200, headers={"content-type": "text/event-stream"}, text="".join(lines)
            )
        return httpx.Response(**next(waiting))

    http = httpx.Client(transport=httpx.MockTransport(answer))
    return cohere.ClientV2(api_key="none", httpx_client=http)


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    who = (event.sdk_name, event.provider, event.endpoint, event.request_model)
    return *who, event.outcome, usage.source, usage.input_tokens, usage.output_tokens


@pytest.mark.parametrize("method", ["chat", "chat_stream"])
def test_coheres_chat_is_one_event_whole_or_streamed(method: str) -> None:
    with capture_events() as events:
        answer = getattr(client({"status_code": 200, "json": WHOLE}), method)(
            model=MODEL, messages=MESSAGES
        )
        list(answer if method == "chat_stream" else ())
    wanted = ("httpx", "cohere", "chat", MODEL, "completed", "provider", 71, 9)
    assert [said(event) for event in events] == [wanted]


def test_coheres_ranking_is_billed_by_its_searches() -> None:
    with capture_events() as events:
        client({"status_code": 200, "json": RANKED}).rerank(
            model="rerank-v3.5", query="hello", documents=["a"]
        )
    assert [(event.operation, event.usage.units) for event in events] == [
        ("rerank", {"search_units": 1})
    ]


def test_each_try_of_coheres_is_a_call() -> None:
    late = {"status_code": 500, "json": {"message": "later"}, "headers": {"retry-after-ms": "1"}}
    with capture_events() as events:
        client(late, {"status_code": 200, "json": WHOLE}).chat(model=MODEL, messages=MESSAGES)
    assert [(event.http_status, event.outcome) for event in events] == [
        (500, "error"),
        (200, "completed"),
    ]


def test_a_refusal_comes_through_cohere_untouched_and_nothing_is_sent() -> None:
    with aso.instrument(sinks=[], policy={"denied_models": ["cohere:*"]}):
        with pytest.raises(aso.ModelNotAllowedError):
            client().chat(model=MODEL, messages=MESSAGES)
