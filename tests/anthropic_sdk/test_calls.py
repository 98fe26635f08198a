"""Messages that are not streamed: one event each, by whatever door they leave."""

from __future__ import annotations

import asyncio
import importlib.metadata
from decimal import Decimal
from typing import Any

import anthropic
import pytest

from aso.testing import capture_events
from tests.anthropic_sdk.scripted import (
    MESSAGE,
    MESSAGES,
    MODEL,
    SERVED,
    USAGE,
    Script,
    ask,
    async_client,
    client,
    http,
)

pytestmark = pytest.mark.sdk
needs_middleware = pytest.mark.skipif(
    not hasattr(anthropic, "APIRequest"), reason="this SDK has no middleware"
)


def outline(event: Any) -> tuple[Any, ...]:
    usage = event.usage
    return event.outcome, usage.source, usage.input_tokens, usage.output_tokens, event.attempts


DONE = ("completed", "provider", 2310, 22, 1)


def test_a_message_is_one_whole_event() -> None:
    with capture_events() as events:
        ask(client(Script(MESSAGE)))
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
        "sdk": {"name": "anthropic", "version": importlib.metadata.version("anthropic")},
        "provider": "anthropic",
        "publisher": "anthropic",
        "host": "api.anthropic.com",
        "endpoint": "messages",
        "operation": "messages",
        "model": SERVED,
        "request_model": MODEL,
        "generation_id": "msg_1",
        "stream": False,
        "service_tier": "standard",
        "attempts": 1,
        "attempts_unknown": 0,
        "outcome": "completed",
        "http_status": 200,
        "error_type": None,
        "usage_source": "provider",
        "prompt_tokens": 2310,
        "cache_read_tokens": 2000,
        "cache_write_tokens": 300,
        "cache_write_5m_tokens": 100,
        "cache_write_1h_tokens": 200,
        "prompt_audio_tokens": None,
        "prompt_image_tokens": None,
        "completion_tokens": 22,
        "reasoning_tokens": None,
        "completion_audio_tokens": None,
        "completion_image_tokens": None,
        "total_tokens": 2332,
        "web_search_requests": None,
        "units": {},
        "provider_cost": None,
        "upstream_cost": None,
        "cost_source": "standard",
        "pricing_status": "priced",
        "pricing_matched": True,
        "pricing_model": MODEL,
        "pricing_conditions": {"inference_geo": "not_available"},
        "contract": None,
        "prompt_chars": 10,
        "completion_chars": 6,
        "dims": {},
        "function": None,
        "trace_id": None,
        "span_id": None,
    }


def test_each_kind_of_cached_token_has_its_own_line() -> None:
    with capture_events() as events:
        ask(client(Script(MESSAGE)))
    # $1 in, $5 out, 1.25 and 2 times in to write for 5 minutes and an hour, 0.1 times to read
    # (the bundled catalog's rates for Haiku 4.5, 2026-11-23).
    assert [(line.unit, line.quantity, line.amount) for line in events[0].cost.lines] == [
        ("input_tokens", 10, Decimal("0.00001")),
        ("cache_read_tokens", 2000, Decimal("0.0002")),
        ("cache_write_5m_tokens", 100, Decimal("0.000125")),
        ("cache_write_1h_tokens", 200, Decimal("0.0004")),
        ("output_tokens", 22, Decimal("0.00011")),
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.messages.with_raw_response.create(model=MODEL, messages=MESSAGES, max_tokens=9),
        lambda c: ask(c.with_options(max_retries=0)),
        lambda c: c.beta.messages.create(model=MODEL, messages=MESSAGES, max_tokens=9),
        lambda c: c.post(
            "/v1/messages", body={"model": MODEL, "messages": MESSAGES}, cast_to=object
        ),
        lambda c: c.post(
            "/v1/messages", body={"model": MODEL, "messages": MESSAGES}, cast_to=http.Response
        ),
    ],
    ids=["raw", "with_options", "beta", "post", "post-response"],
)
def test_every_door_of_the_client_yields_one_event(call: Any) -> None:
    with capture_events() as events:
        call(client(Script(MESSAGE)))
    assert [outline(event) for event in events] == [DONE]


def test_the_async_client_yields_the_same_event() -> None:
    async def main() -> None:
        await ask(async_client(Script(MESSAGE)))

    with capture_events() as events:
        asyncio.run(main())
    assert [outline(event) for event in events] == [DONE]


def test_a_streaming_response_that_is_json_is_read_when_the_caller_reads_it() -> None:
    with capture_events() as events:
        with client(Script(MESSAGE)).messages.with_streaming_response.create(
            model=MODEL, messages=MESSAGES, max_tokens=9
        ) as response:
            response.parse()
        assert [outline(event) for event in events] == [DONE]


def test_counting_tokens_is_no_call() -> None:
    with capture_events() as events:
        client(Script({"input_tokens": 5})).post(
            "/v1/messages/count_tokens", body={"model": MODEL}, cast_to=object
        )
    assert events == []


def test_a_batch_bills_and_says_that_it_is_not_metered() -> None:
    batch = {"id": "msgbatch_1", "type": "message_batch", "processing_status": "in_progress"}
    with capture_events() as events:
        client(Script(batch)).beta.messages.batches.create(requests=[])
    [event] = events
    assert (event.kind, event.endpoint, event.operation) == (
        "unmetered",
        "messages/batches",
        "batch",
    )
    assert (event.cost.total, event.cost.status) == (None, "unpriced")


def test_text_thinking_and_arguments_are_characters_of_the_answer() -> None:
    content = [
        {"type": "thinking", "thinking": "Hmm.", "signature": "c2ln"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "été"}},
    ]
    system = [{"type": "text", "text": "Be brief."}]
    with capture_events() as events:
        ask(client(Script({**MESSAGE, "content": content})), system=system)
    assert (events[0].prompt_chars, events[0].completion_chars) == (
        19,
        4 + 12 + len('{"at":"été"}'),
    )


def test_searches_and_thinking_are_counted() -> None:
    usage = {
        **USAGE,
        "server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 0},
        "output_tokens_details": {"thinking_tokens": 7},
    }
    with capture_events() as events:
        ask(client(Script({**MESSAGE, "usage": usage})))
    [event] = events
    assert (event.usage.web_search_requests, event.usage.reasoning_output_tokens) == (3, 7)
    searches = {line.unit: line.amount for line in event.cost.lines}["web_search_requests"]
    assert searches == Decimal("0.03")  # $10 per 1,000 searches (the bundled catalog, 2026-11-23)


def test_work_beside_the_answer_is_units_of_its_own_in_lines_at_its_own_model() -> None:
    advice = {"input_tokens": 5000, "cache_read_input_tokens": 1000, "output_tokens": 400}
    beside = [
        {"input_tokens": 99195, "output_tokens": 81, "type": "compaction"},
        {**advice, "type": "advisor_message", "model": "claude-opus-4-8"},
    ]
    usage = {**USAGE, "iterations": [*beside, {**USAGE, "type": "message"}]}
    with capture_events() as events:
        ask(client(Script({**MESSAGE, "usage": usage})))
    [event] = events
    assert outline(event) == DONE
    assert event.usage.units == {"iteration_input_tokens": 105195, "iteration_output_tokens": 481}
    assert (event.cost.total, event.cost.status) == (Decimal("0.135945"), "priced")
    assert [(line.model, line.unit, line.amount) for line in event.cost.lines[-5:]] == [
        (MESSAGE["model"], "input_tokens", Decimal("0.099195")),
        (MESSAGE["model"], "output_tokens", Decimal("0.000405")),
        ("claude-opus-4-8", "input_tokens", Decimal("0.025")),
        ("claude-opus-4-8", "cache_read_tokens", Decimal("0.0005")),
        ("claude-opus-4-8", "output_tokens", Decimal("0.01")),
    ]


def test_a_tier_without_a_known_price_is_flagged() -> None:
    with capture_events() as events:
        ask(client(Script({**MESSAGE, "usage": {**USAGE, "service_tier": "priority"}})))
    [event] = events
    assert (event.service_tier, event.cost.status) == ("priority", "partial")
    assert event.cost.notes == ("tier_unknown:priority",)


def test_an_overloaded_answer_is_an_error() -> None:
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    with capture_events() as events, pytest.raises(anthropic.APIStatusError):
        ask(client(Script((529, overloaded)), max_retries=0))
    [event] = events
    assert (*outline(event), event.http_status) == ("error", "none", None, None, 1, 529)
    assert (event.cost.total, event.cost.status) == (None, "unpriced")


def test_a_refused_request_costs_nothing() -> None:
    refused = {"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}
    with capture_events() as events, pytest.raises(anthropic.BadRequestError):
        ask(client(Script((400, refused))))
    assert (events[0].http_status, events[0].error_type) == (400, "BadRequestError")
    assert (events[0].cost.total, events[0].cost.status) == (0, "priced")


def test_retries_of_the_sdk_are_attempts_of_one_call() -> None:
    limited = (429, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}})
    with capture_events() as events:
        ask(client(Script(limited, http.ReadTimeout("late"), limited, MESSAGE), max_retries=3))
    assert [outline(event) for event in events] == [("completed", "provider", 2310, 22, 4)]
    assert events[0].attempts_unknown == 1


@needs_middleware
def test_an_attempt_that_a_middleware_saw_fail_is_not_the_answer() -> None:
    limited = (429, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}})
    sdk = client(Script(limited, MESSAGE), middleware=[lambda request, send: send(request)])
    with capture_events() as events:
        ask(sdk)
    assert [outline(event) for event in events] == [("completed", "provider", 2310, 22, 2)]
    assert (events[0].attempts_unknown, events[0].http_status) == (0, 200)


@needs_middleware
def test_an_answer_that_a_middleware_kept_is_not_billed_again() -> None:
    with capture_events() as events:
        kept = ask(client(Script(MESSAGE)))
        again = ask(client(Script(MESSAGE), middleware=[lambda request, send: kept]))
    assert again is kept
    assert [outline(event) for event in events] == [
        DONE,
        ("completed", "none", None, None, 0),
    ]
    assert (events[1].cost.total, events[1].http_status) == (0, None)
