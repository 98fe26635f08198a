"""google-genai: one call of the SDK is one event, whichever HTTP client carries it."""

from __future__ import annotations

from typing import Any

import pytest
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

from tests.google_sdk.scripted import (
    ANSWER,
    BUSY,
    ERROR,
    EXPECTED,
    MODEL,
    Ask,
    answer,
    captured,
    each_way,
    outline,
    playing,
    unanswered,
    without,
)

pytestmark = pytest.mark.sdk
retries = pytest.mark.skipif(
    not hasattr(types, "HttpRetryOptions"), reason="this version does not retry"
)


def retrying() -> Any:
    return types.HttpRetryOptions(attempts=3, initial_delay=0.01)


def add(a: Any, b: Any) -> Any:
    """Add."""
    return a + b


add.__annotations__ = {"a": int, "b": int, "return": int}  # old versions do not resolve strings


@each_way
def test_an_answer_is_one_event(ask: Ask) -> None:
    with playing(ANSWER) as script, captured(script) as events:
        client = script.client()
        assert ask.plain(client) == "Hello!"
    assert [outline(event) for event in events] == [EXPECTED]


@each_way
def test_a_gateway_that_nobody_mapped_is_counted(ask: Ask) -> None:
    with playing(ANSWER) as script, captured(script, hosts={}) as events:
        client = script.client()
        ask.plain(client)
    unpriced = without(EXPECTED, "calculated_cost", provider="unknown")
    assert [outline(event) for event in events] == [unpriced]


@each_way
def test_an_error_is_one_event_and_the_sdks_own(ask: Ask) -> None:
    with playing(ERROR) as script, captured(script) as events:
        client = script.client()
        with pytest.raises(genai.errors.ClientError):
            ask.plain(client)
    assert [outline(event) for event in events] == [
        unanswered(EXPECTED, outcome="error", http_status=400, error_type="ClientError")
    ]


@retries
@each_way
def test_retries_are_attempts_of_one_call(ask: Ask) -> None:
    with playing(BUSY, BUSY, ANSWER) as script, captured(script) as events:
        client = script.client(retry_options=retrying())
        ask.plain(client)
    assert [outline(event) for event in events] == [{**EXPECTED, "attempts": 3}]


@retries
@each_way
def test_giving_up_is_one_error(ask: Ask) -> None:
    with playing(BUSY) as script, captured(script) as events:
        client = script.client(retry_options=retrying())
        with pytest.raises(genai.errors.ServerError):
            ask.plain(client)
    failed = {"outcome": "error", "http_status": 503, "error_type": "ServerError", "attempts": 3}
    assert [outline(event) for event in events] == [unanswered(EXPECTED, **failed)]


@each_way
def test_what_was_never_sent_costs_nothing(ask: Ask) -> None:
    with playing(ANSWER) as script:
        pass  # nobody listens there any more
    with captured(script) as events:
        client = script.client()
        with pytest.raises(Exception, match=r"(?i)connect"):  # of whichever client is below
            ask.plain(client)
    [event] = events
    assert (event.outcome, event.http_status, event.usage.source) == ("error", None, "none")


def test_the_clients_dimensions_are_the_calls_and_stay_here() -> None:
    with playing(ANSWER) as script, captured(script) as events:
        client = script.client(headers={"X-ASO-Dims": "team=search", "X-Own": "1"})
        client.models.generate_content(model=MODEL, contents="Say hello.")
    [request] = script.requests
    assert ("x-own" in request.headers, "x-aso-dims" in request.headers) == (True, False)
    assert [outline(event) for event in events] == [{**EXPECTED, "dims": {"team": "search"}}]


def test_each_request_of_automatic_function_calling_is_an_event() -> None:
    call = {"functionCall": {"name": "add", "args": {"a": 1, "b": 2}}}
    asked = answer(candidates=[{"content": {"role": "model", "parts": [call]}}])
    with playing(asked, ANSWER) as script, captured(script) as events:
        client = script.client()
        config = types.GenerateContentConfig(tools=[add])
        client.models.generate_content(model=MODEL, contents="Say hello.", config=config)
    assert [event.usage.input_tokens for event in events] == [1000, 1000]


def test_a_chat_is_an_event_per_message() -> None:
    with playing(ANSWER) as script, captured(script) as events:
        client = script.client()
        chat = client.chats.create(model=MODEL)
        chat.send_message("Say hello.")
        chat.send_message("Again.")
    longer = {"prompt_chars": len("Say hello.Hello!Again.")}
    assert [outline(event) for event in events] == [EXPECTED, {**EXPECTED, **longer}]


def test_counting_tokens_is_free() -> None:
    with playing({"totalTokens": 3}) as script, captured(script) as events:
        client = script.client()
        client.models.count_tokens(model=MODEL, contents="Say hello.")
    assert events == []


def test_embeddings_are_one_event() -> None:
    embedded = {"embeddings": [{"values": [0.1]}], "embedding": {"values": [0.1]}}
    with playing(embedded) as script, captured(script) as events:
        client = script.client()
        client.models.embed_content(model="gemini-embedding-001", contents="Words.")
    [event] = events
    assert (event.operation, event.request_model, event.outcome) == (
        "embeddings",
        "gemini-embedding-001",
        "completed",
    )


def test_the_google_integration_alone_brings_what_it_needs() -> None:
    with playing(ANSWER) as script, captured(script, integrations=["google"]) as events:
        client = script.client()
        client.models.generate_content(model=MODEL, contents="Say hello.")
    assert [outline(event) for event in events] == [EXPECTED]


def test_fetching_a_token_is_no_call_and_no_attempt() -> None:
    token = {"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}
    with playing(ANSWER) as script, playing(token) as issuer, captured(script) as events:
        identity = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token="r",
            token_uri=f"http://{issuer.host}/token",
            client_id="c",
            client_secret="s",
        )
        client = script.client_of_vertex(identity)
        client.models.generate_content(model=MODEL, contents="Say hello.")
    assert len(issuer.requests) == 1
    assert [outline(event) for event in events] == [EXPECTED]


@pytest.mark.filterwarnings("ignore:The SDK's tuning implementation is experimental")
def test_what_vertex_bills_in_another_way_is_an_unmetered_event() -> None:
    job = {"name": "projects/p/locations/global/tuningJobs/1", "state": "JOB_STATE_PENDING"}
    with playing(job) as script, captured(script, hosts={script.host: "vertex"}) as events:
        client = script.client_of_vertex(Credentials("t"))  # type: ignore[no-untyped-call]
        data = types.TuningDataset(gcs_uri="gs://b/d.jsonl")
        client.tunings.tune(base_model=MODEL, training_dataset=data)
    assert [(event.kind, event.provider, event.endpoint) for event in events] == [
        ("unmetered", "vertex", "tuningJobs")
    ]
