"""Calls that are not streamed: one event each, by whatever door they leave."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
from typing import Any

import openai
import pytest

from aso.testing import capture_events
from tests.openai_sdk.scripted import (
    COMPLETION,
    MESSAGES,
    MODEL,
    RESPONSE,
    Script,
    ask,
    async_client,
    client,
    http,
)

pytestmark = pytest.mark.sdk
needs_responses = pytest.mark.skipif(
    not hasattr(openai.OpenAI, "responses"), reason="this SDK has no Responses API"
)


def outline(event: Any) -> tuple[Any, ...]:
    usage = event.usage
    return event.outcome, usage.source, usage.input_tokens, usage.output_tokens, event.attempts


JSON = {"content-type": "application/json"}
DONE = ("completed", "provider", 11, 22, 1)


def test_a_chat_completion_is_one_whole_event() -> None:
    with capture_events() as events:
        ask(client(Script(COMPLETION)))
    [event] = events
    said = event.to_dict()
    varying = ("event_id", "ts", "started_at_ms", "first_byte_at_ms", "ended_at_ms", "catalog")
    cost = ("cost_lines", "calculated_cost", "total_cost_usd", "pricing_notes", "completion_bytes")
    for name in (*varying, *cost):
        said.pop(name)
    assert said == {
        "schema": "aso.event/1",
        "revision": 0,
        "revision_reason": None,
        "kind": "call",
        "env": None,
        "api_key_id": None,
        "aso_version": event.aso_version,
        "sdk": {"name": "openai", "version": importlib.metadata.version("openai")},
        "provider": "openai",
        "publisher": "openai",
        "host": "api.openai.com",
        "endpoint": "chat/completions",
        "operation": "chat",
        "model": "gpt-4o-mini-2024-07-18",
        "request_model": "gpt-4o-mini",
        "generation_id": "chatcmpl-1",
        "stream": False,
        "service_tier": "default",
        "attempts": 1,
        "attempts_unknown": 0,
        "outcome": "completed",
        "http_status": 200,
        "error_type": None,
        "usage_source": "provider",
        "prompt_tokens": 11,
        "cache_read_tokens": None,
        "cache_write_tokens": None,
        "cache_write_5m_tokens": None,
        "cache_write_1h_tokens": None,
        "prompt_audio_tokens": None,
        "prompt_image_tokens": None,
        "completion_tokens": 22,
        "reasoning_tokens": None,
        "completion_audio_tokens": None,
        "completion_image_tokens": None,
        "total_tokens": 33,
        "web_search_requests": None,
        "units": {},
        "provider_cost": None,
        "upstream_cost": None,
        "cost_source": "standard",
        "pricing_status": "priced",
        "pricing_matched": True,
        "pricing_model": "gpt-4o-mini",
        "pricing_conditions": None,
        "contract": None,
        "prompt_chars": 10,
        "completion_chars": 6,
        "dims": {},
        "function": None,
        "trace_id": None,
        "span_id": None,
    }


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.chat.completions.with_raw_response.create(model=MODEL, messages=MESSAGES),
        lambda c: c.with_options(max_retries=0).chat.completions.create(
            model=MODEL, messages=MESSAGES
        ),
        lambda c: c.post(
            "/chat/completions", body={"model": MODEL, "messages": MESSAGES}, cast_to=object
        ),
        lambda c: c.post(
            "/chat/completions",
            body={"model": MODEL, "messages": MESSAGES},
            cast_to=http.Response,
        ),
        lambda c: c.beta.chat.completions.parse(model=MODEL, messages=MESSAGES),
    ],
    ids=["raw", "with_options", "post", "post-response", "parse"],
)
def test_every_door_of_the_client_yields_one_event(call: Any) -> None:
    with capture_events() as events:
        call(client(Script(COMPLETION)))
    assert [outline(event) for event in events] == [DONE]


def test_a_streaming_response_that_is_json_is_read_when_the_caller_reads_it() -> None:
    completions = client(Script(COMPLETION)).chat.completions
    with capture_events() as events:
        with completions.with_streaming_response.create(model=MODEL, messages=MESSAGES) as response:
            response.parse()
        assert [outline(event) for event in events] == [DONE]


def test_a_method_bound_before_instrument_is_seen() -> None:
    raw = client(Script(COMPLETION)).chat.completions.with_raw_response
    bound = raw.create
    with capture_events() as events:
        bound(model=MODEL, messages=MESSAGES)
    assert [outline(event) for event in events] == [DONE]


def test_an_async_call_is_one_event() -> None:
    with capture_events() as events:
        asyncio.run(ask(async_client(Script(COMPLETION))))
    assert [outline(event) for event in events] == [DONE]


@needs_responses
def test_a_response_reports_cached_and_reasoning_tokens() -> None:
    with capture_events() as events:
        client(Script(RESPONSE)).responses.create(model=MODEL, input="Say hello.")
    usage = events[0].usage
    assert (usage.cache_read_input_tokens, usage.reasoning_output_tokens) == (2, 1)
    assert (events[0].endpoint, events[0].generation_id) == ("responses", "resp_1")


@needs_responses
def test_a_background_response_is_left_open_not_estimated() -> None:
    queued = {**RESPONSE, "status": "queued", "output": [], "usage": None}
    with capture_events() as events:
        client(Script(queued)).responses.create(model=MODEL, input="x", background=True)
        client(Script(queued)).responses.create(model=MODEL, input="x", background=True)
    assert [(e.usage.source, e.cost.total) for e in events] == [("none", None)] * 2
    assert events[0].event_id == events[1].event_id, "the id is derived from the response's"


def test_embeddings_and_moderations_are_calls() -> None:
    vector = {"object": "embedding", "index": 0, "embedding": [0.5]}
    vectors = {"object": "list", "model": "text-embedding-3-small", "data": [vector]}
    usage = {"usage": {"prompt_tokens": 7, "total_tokens": 7}}
    moderation = {"id": "modr-1", "model": "omni-moderation-latest", "results": []}
    with capture_events() as events:
        client(Script({**vectors, **usage})).embeddings.create(
            model="text-embedding-3-small", input="hello"
        )
        client(Script(moderation)).moderations.create(input="hello")
    assert [event.operation for event in events] == ["embeddings", "moderation"]
    assert (events[0].usage.input_tokens, events[0].usage.output_tokens) == (7, None)
    assert events[1].cost.total == 0


def test_reading_and_listing_is_no_call() -> None:
    sdk = client(Script({"object": "list", "data": []}))
    with capture_events() as events:
        sdk.models.list()
        sdk.files.list()
        sdk.files.delete("file-1")
    assert events == []


def test_a_route_that_bills_and_is_not_metered_says_so() -> None:
    with capture_events() as events:
        client(Script({})).post("/predictions", cast_to=object, body={"model": "seer"})
    [event] = events
    assert (event.kind, event.endpoint, event.model) == (
        "unmetered",
        "predictions",
        "seer",
    )
    assert (event.cost.total, event.cost.status, event.usage.source) == (None, "unpriced", "none")


def test_a_refused_request_costs_nothing() -> None:
    with capture_events() as events, pytest.raises(openai.BadRequestError):
        ask(client(Script((400, {"error": {"message": "no"}}))))
    assert [outline(event) for event in events] == [("error", "none", None, None, 1)]
    assert (events[0].http_status, events[0].error_type) == (400, "BadRequestError")
    assert (events[0].cost.total, events[0].cost.status) == (0, "priced")


def test_retries_of_the_sdk_are_attempts_of_one_call() -> None:
    limited = (429, {"error": {"message": "slow down"}})
    with capture_events() as events:
        ask(client(Script(limited, limited, COMPLETION)))
    assert [outline(event) for event in events] == [("completed", "provider", 11, 22, 3)]
    assert events[0].attempts_unknown == 0


def test_a_timeout_leaves_attempts_unknown_and_the_cost_too() -> None:
    script = Script(http.ReadTimeout("late"))
    with capture_events() as events, pytest.raises(openai.APITimeoutError):
        ask(client(script, max_retries=1))
    [event] = events
    assert (event.attempts, event.attempts_unknown, event.error_type) == (2, 2, "APITimeoutError")
    assert (event.cost.total, event.cost.status) == (None, "unpriced")


def test_what_never_left_costs_nothing() -> None:
    with capture_events() as events, pytest.raises(openai.APIConnectionError):
        ask(client(Script(http.ConnectError("refused")), max_retries=0))
    assert (events[0].outcome, events[0].cost.total) == ("error", 0)


def test_a_malformed_answer_is_the_callers_to_see_and_ours_to_count() -> None:
    script = Script(lambda request: {**COMPLETION, "usage": {"prompt_tokens": "many"}})
    with capture_events() as events:
        answer = ask(client(script))
    assert answer.choices[0].message.content == "Hello!"
    assert [event.usage.source for event in events] == ["none"]


def test_half_a_character_in_a_name_loses_no_event() -> None:
    body = json.dumps({**COMPLETION, "model": "gpt\ud800", "id": "chatcmpl-\udcff"})
    transport = http.MockTransport(lambda _: http.Response(200, headers=JSON, text=body))
    strange = openai.OpenAI(api_key="key", http_client=http.Client(transport=transport))
    with capture_events() as events:
        assert ask(strange).model == "gpt\ud800"
    [event] = events
    assert (event.model, event.generation_id) == ("gpt\ufffd", "chatcmpl-\ufffd")
    assert outline(event) == DONE


def test_a_number_that_cannot_be_makes_the_usage_partial() -> None:
    wrong = {**USAGE_WITH_TEXT, "prompt_tokens": -3}
    with capture_events() as events:
        ask(client(Script({**COMPLETION, "usage": wrong})))
    usage = events[0].usage
    assert (usage.source, usage.input_tokens, usage.output_tokens) == ("partial", None, 22)


USAGE_WITH_TEXT = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}


def test_an_azure_client_is_billed_by_azure() -> None:
    azure = openai.AzureOpenAI(
        api_key="key",
        azure_endpoint="https://acme.openai.azure.com",
        api_version="2024-10-21",
        http_client=http.Client(transport=http.MockTransport(Script(COMPLETION))),
    )
    with capture_events() as events:
        azure.chat.completions.create(model="my-deployment", messages=MESSAGES)
    [event] = events
    assert (event.provider, event.publisher, event.host) == (
        "azure",
        "openai",
        "acme.openai.azure.com",
    )
    assert (event.request_model, event.model) == ("my-deployment", "gpt-4o-mini-2024-07-18")
