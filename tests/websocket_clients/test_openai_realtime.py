"""OpenAI's Realtime sessions, by the real SDK: each answer is one event, each transcription another."""

from __future__ import annotations

import asyncio
import importlib.metadata
from http import HTTPStatus
from typing import Any

import openai
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

import aso
from tests.websocket_clients.realtime import (
    ANSWER,
    MODEL,
    both,
    client,
    converse,
    created,
    done,
    event,
    heard,
    outline,
    said,
    session,
)
from tests.websocket_clients.server import BREAK, Talk, speaking

PRICED = ("completed", "provider", 132, 121, "0.0070936")
LAST = ("event_id", "ts", "started_at_ms", "first_byte_at_ms", "ended_at_ms", "catalog")
COST = ("cost_lines", "calculated_cost", "pricing_notes", "aso_version")


@both
def test_an_answer_is_one_whole_event(is_async: bool) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        converse(talk, is_async=is_async)
    [one] = events
    found = {name: value for name, value in one.to_dict().items() if name not in (*LAST, *COST)}
    assert found == {
        "schema": "aso.event/1",
        "revision": 0,
        "revision_reason": None,
        "kind": "call",
        "env": None,
        "api_key_id": None,
        "sdk": {"name": "openai", "version": importlib.metadata.version("openai")},
        "provider": "openai",
        "publisher": "openai",
        "host": "127.0.0.1",
        "endpoint": "realtime",
        "operation": "realtime",
        "model": MODEL,
        "request_model": MODEL,
        "generation_id": "resp_1",
        "stream": True,
        "service_tier": None,
        "attempts": 1,
        "attempts_unknown": 0,
        "outcome": "completed",
        "http_status": 101,
        "error_type": None,
        "usage_source": "provider",
        "prompt_tokens": 132,
        "cache_read_tokens": 64,
        "cache_write_tokens": None,
        "cache_write_5m_tokens": None,
        "cache_write_1h_tokens": None,
        "prompt_audio_tokens": 13,
        "prompt_image_tokens": 0,
        "completion_tokens": 121,
        "reasoning_tokens": None,
        "completion_audio_tokens": 91,
        "completion_image_tokens": None,
        "total_tokens": 253,
        "web_search_requests": None,
        "units": {"cache_read_audio_tokens": 4},
        "provider_cost": None,
        "total_cost_usd": "0.0070936",
        "upstream_cost": None,
        "cost_source": "standard",
        "pricing_status": "priced",
        "pricing_matched": True,
        "pricing_model": MODEL,
        "contract": None,
        "pricing_conditions": None,
        "prompt_chars": None,
        "completion_chars": 12,
        "completion_bytes": None,
        "dims": {},
        "function": None,
        "trace_id": None,
        "span_id": None,
    }


@both
def test_each_answer_of_a_session_is_an_event(is_async: bool) -> None:
    talk = Talk([created(), done()], [created("resp_2"), done("resp_2")], greeting=[session()])
    with speaking(talk) as events:
        converse(talk, asks=2, is_async=is_async)
    assert [(one.generation_id, outline(one)) for one in events] == [
        ("resp_1", PRICED),
        ("resp_2", PRICED),
    ]


def test_answers_that_are_mixed_are_told_apart() -> None:
    mixed = [created(), created("resp_2"), said("Hi", "resp_2"), done("resp_2"), said("A"), done()]
    talk = Talk(mixed, [], greeting=[session()])
    with speaking(talk) as events:
        converse(talk, asks=2)
    assert [(one.generation_id, one.completion_chars) for one in events] == [
        ("resp_2", 2),
        ("resp_1", 1),
    ]


@both
def test_what_was_heard_is_transcribed_at_the_price_of_its_own_model(is_async: bool) -> None:
    usage = {"type": "tokens", "total_tokens": 20, "input_tokens": 14, "output_tokens": 6}
    usage["input_token_details"] = {"text_tokens": 0, "audio_tokens": 14}
    about = session(audio={"input": {"transcription": {"model": "gpt-4o-transcribe"}}})
    talk = Talk([heard(usage), *ANSWER], greeting=[about])
    with speaking(talk) as events:
        converse(talk, is_async=is_async)
    assert [(one.operation, one.endpoint, one.model) for one in events] == [
        ("transcription", "realtime", "gpt-4o-transcribe"),
        ("realtime", "realtime", MODEL),
    ]
    assert outline(events[0]) == ("completed", "provider", 14, 6, "0.000144")


def test_a_transcription_may_be_billed_by_the_second() -> None:
    about = session(input_audio_transcription={"model": "gpt-realtime-whisper"})  # as in the beta
    talk = Talk([heard({"type": "duration", "seconds": 9.5})], greeting=[about])
    with speaking(talk) as events:
        converse(talk, reads=2)
    [transcription, unanswered] = events
    assert (
        dict(transcription.usage.units) == {"audio_seconds": "9.5"}
        or str(transcription.usage.units["audio_seconds"]) == "9.5"
    )
    assert (transcription.cost.status, unanswered.outcome) == ("priced", "cancelled")


@both
def test_an_answer_nobody_asked_for_has_the_dimensions_of_the_connection(is_async: bool) -> None:
    talk = Talk([], greeting=[session(), *ANSWER])
    with speaking(talk) as events, aso.dimensions(team="voice"):
        converse(talk, asks=0, reads=5, is_async=is_async)
    [one] = events
    assert (outline(one), dict(one.dims)) == (PRICED, {"team": "voice"})


def test_an_answer_has_the_dimensions_of_where_it_was_asked_for_over_the_connections() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events, aso.dimensions(team="voice", app="phone"):
        connection = client(talk).realtime.connect(model=MODEL).enter()
        with aso.dimensions(app="kiosk"):
            connection.response.create()
        while connection.recv().type != "response.done":
            pass
        connection.close()
    assert [dict(one.dims) for one in events] == [{"team": "voice", "app": "kiosk"}]


@both
def test_a_session_without_an_answer_is_one_event_that_says_no_usage(is_async: bool) -> None:
    talk = Talk([], greeting=[session()])
    with speaking(talk) as events:
        converse(talk, asks=0, reads=1, is_async=is_async)
    [one] = events
    assert (one.operation, one.http_status) == ("realtime", 101)
    assert outline(one) == ("completed", "none", None, None, None)


@both
def test_a_refused_model_is_refused_before_anything_is_sent(is_async: bool) -> None:
    talk = Talk(ANSWER)
    policy = {"allowed_models": ["openai:gpt-4o*"]}
    with (
        speaking(talk, policy=policy) as events,
        pytest.raises(aso.PolicyError, match="gpt-realtime-2"),
    ):
        converse(talk, is_async=is_async)
    assert ([one.kind for one in events], talk.handshakes) == (["refused"], [])


@both
def test_a_session_without_a_mandatory_dimension_is_not_opened(is_async: bool) -> None:
    talk = Talk(ANSWER)
    policy = {"mandatory_dimensions": ["team"]}
    with speaking(talk, policy=policy) as events, pytest.raises(aso.DimensionError, match="team"):
        converse(talk, is_async=is_async)
    assert ([one.kind for one in events], talk.handshakes) == (["refused"], [])


@both
def test_dimensions_in_a_header_are_read_and_stay_here(is_async: bool) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        converse(talk, is_async=is_async, extra_headers={"X-ASO-Dims": "team=voice"})
    [shaken] = talk.handshakes
    assert dict(events[0].dims) == {"team": "voice"}
    assert ("X-ASO-Dims" in shaken.headers, shaken.headers["Authorization"]) == (
        False,
        "Bearer sk-test",
    )


@both
def test_a_refused_handshake_is_an_error_that_costs_nothing(is_async: bool) -> None:
    talk = Talk(status=HTTPStatus.UNAUTHORIZED)
    with speaking(talk) as events, pytest.raises(InvalidStatus):
        converse(talk, is_async=is_async)
    [one] = events
    assert (one.http_status, one.error_type) == (401, "InvalidStatus")
    assert outline(one) == ("error", "none", None, None, "0")


@both
def test_a_server_that_is_not_there_costs_nothing(is_async: bool) -> None:
    talk = Talk()
    with speaking(talk) as events:
        talk.server.shutdown()
        with pytest.raises(OSError, match="refused|Connect call failed"):
            converse(talk, is_async=is_async)
    [one] = events
    assert (one.http_status, outline(one)) == (None, ("error", "none", None, None, "0"))


@both
def test_an_answer_that_is_cut_is_an_error_with_an_estimate(is_async: bool) -> None:
    talk = Talk([created(), said("Hello there."), BREAK], greeting=[session()])
    with speaking(talk) as events, pytest.raises(ConnectionClosedError):
        converse(talk, is_async=is_async)
    [one] = events
    assert (one.error_type, one.completion_chars) == ("ConnectionClosedError", 12)
    assert outline(one)[:4] == ("error", "estimate", None, 3)


@both
def test_an_answer_that_is_left_is_cancelled_with_an_estimate(is_async: bool) -> None:
    talk = Talk([created(), said("Hello there.")], greeting=[session()])
    with speaking(talk) as events:
        converse(talk, reads=3, is_async=is_async)
    [one] = events
    assert outline(one)[:4] == ("cancelled", "estimate", None, 3)


async def leave(talk: Talk) -> None:
    opening = client(talk, openai.AsyncOpenAI).realtime.connect(model=MODEL)
    connection = await opening.enter()
    await connection.response.create()
    for _ in range(3):
        await connection.recv()


def test_a_session_that_is_dropped_is_cancelled() -> None:
    talk = Talk([created(), said("Hello there.")], greeting=[session()])
    with speaking(talk) as events:
        asyncio.run(leave(talk))
    assert [outline(one)[:4] for one in events] == [("cancelled", "estimate", None, 3)]


@pytest.mark.parametrize(
    ("status", "details", "outcome", "error_type"),
    [
        ("incomplete", {"reason": "max_output_tokens"}, "completed", None),
        ("cancelled", {"reason": "turn_detected"}, "cancelled", None),
        ("failed", {"error": {"code": "server_error"}}, "error", "server_error"),
    ],
)
def test_an_answer_ends_as_it_says(
    status: str, details: Any, outcome: str, error_type: str | None
) -> None:
    talk = Talk([created(), done(status=status, status_details=details)], greeting=[session()])
    with speaking(talk) as events:
        converse(talk)
    [one] = events
    assert (one.outcome, one.error_type) == (outcome, error_type)
    assert outline(one)[1:] == PRICED[1:]


def test_an_answer_that_failed_without_usage_has_none() -> None:
    talk = Talk([created(), done(status="failed", usage=None)], greeting=[session()])
    with speaking(talk) as events:
        converse(talk)
    assert [outline(one) for one in events] == [("error", "none", None, None, None)]


def test_a_request_that_comes_too_early_is_an_error_and_the_answer_goes_on() -> None:
    error = {"type": "invalid_request_error", "code": "conversation_already_has_active_response"}
    talk = Talk([created()], [event("error", error=error), done()], greeting=[session()])
    with speaking(talk) as events:
        connection = client(talk).realtime.connect(model=MODEL).enter()
        for _ in range(2):
            connection.response.create()
            connection.recv()
        while connection.recv().type != "response.done":
            pass
        connection.close()
    assert [(one.error_type, one.outcome) for one in events] == [
        ("conversation_already_has_active_response", "error"),
        (None, "completed"),
    ]


def test_another_error_is_no_call() -> None:
    error = event("error", error={"type": "invalid_request_error", "code": "invalid_value"})
    talk = Talk([error, *ANSWER], greeting=[session()])
    with speaking(talk) as events:
        converse(talk)
    assert [outline(one) for one in events] == [PRICED]


@both
def test_what_cannot_be_sent_costs_nothing(is_async: bool) -> None:
    talk = Talk([BREAK], greeting=[session()])
    with speaking(talk) as events, pytest.raises(ConnectionClosedError):
        converse(talk, is_async=is_async)
    [one] = events
    assert outline(one)[:4] == ("error", "none", None, None)


@both
def test_the_beta_is_read_alike(is_async: bool) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        converse(talk, is_async=is_async, resource=lambda one: one.beta.realtime)
    assert [outline(one) for one in events] == [PRICED]


def test_azure_names_its_deployment() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk, "azure") as events:
        azure = openai.AzureOpenAI(
            api_key="k",
            api_version="2024-10-01-preview",
            azure_endpoint=f"http://{talk.host}",
            websocket_base_url=f"ws://{talk.host}/openai",
        )
        with azure.realtime.connect(model="my-realtime") as connection:
            connection.response.create()
            while connection.recv().type != "response.done":
                pass
    [one] = events
    assert (one.provider, one.request_model, one.model) == ("azure", "my-realtime", MODEL)
