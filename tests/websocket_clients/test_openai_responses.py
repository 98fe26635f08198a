"""The Responses API over a websocket, by the real SDK: each message that asks is a call, refused or not."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest

import aso
from aso.policy import Gates
from aso.runtime import RUNTIME
from tests.openai_sdk.scripted import RESPONSE, RESPONSE_EVENTS
from tests.websocket_clients.realtime import both, client, outline
from tests.websocket_clients.server import Talk, speaking

MODEL = "gpt-4o-mini"
DONE = ("completed", "provider", 5, 6)
_LAST = {"response.completed", "response.failed", "response.incomplete", "error"}


def ask(talk: Talk, *, is_async: bool = False, beta: bool = False, **body: Any) -> None:
    """Connect, ask once and read to the answer's end."""
    body = {"model": MODEL, "input": "Say hello.", **body}
    if is_async:
        asyncio.run(ask_async(talk, body))
        return
    opened = client(talk)
    with (opened.beta if beta else opened).responses.connect() as connection:
        connection.send({"type": "response.create", **body})
        for event in connection:
            if event.type in _LAST:
                return


async def ask_async(talk: Talk, body: Any) -> None:
    async with client(talk, openai.AsyncOpenAI).responses.connect() as connection:
        await connection.response.create(**body)
        async for event in connection:
            if event.type in _LAST:
                return


def in_lane(lane: str, identity: str) -> list[dict[str, Any]]:
    """Return the events of an answer in one of a connection's lanes."""
    response = {**RESPONSE, "id": identity}
    return [
        {**one, "stream_id": lane, **({"response": response} if "response" in one else {})}
        for one in RESPONSE_EVENTS
    ]


@both
def test_an_answer_is_an_event_as_over_http(is_async: bool) -> None:
    talk = Talk(RESPONSE_EVENTS)
    with speaking(talk) as events:
        ask(talk, is_async=is_async)
    [one] = events
    assert (one.endpoint, one.operation, one.request_model) == ("responses", "responses", MODEL)
    assert (one.model, one.generation_id) == ("gpt-4o-mini-2024-07-18", "resp_1")
    assert (one.prompt_chars, one.completion_chars, one.http_status) == (10, 6, 101)
    assert (outline(one)[:4], one.cost.status) == (DONE, "priced")


def test_the_beta_is_read_alike() -> None:
    talk = Talk(RESPONSE_EVENTS)
    with speaking(talk) as events:
        ask(talk, beta=True)
    assert [outline(one)[:4] for one in events] == [DONE]


@both
def test_a_refused_model_is_not_sent_and_the_connection_goes_on(is_async: bool) -> None:
    talk = Talk(RESPONSE_EVENTS)
    policy = {"denied_models": ["openai:o1*"]}
    with speaking(talk, policy=policy) as events, pytest.raises(aso.PolicyError, match="o1-pro"):
        ask(talk, is_async=is_async, model="o1-pro")
    assert ([one.kind for one in events], talk.received) == (["refused"], [])


def test_after_a_refusal_the_same_connection_answers() -> None:
    talk = Talk(RESPONSE_EVENTS)
    with (
        speaking(talk, policy={"denied_models": ["openai:o1*"]}) as events,
        client(talk).responses.connect() as connection,
    ):
        with pytest.raises(aso.PolicyError):
            connection.response.create(model="o1-pro", input="Hi.")
        connection.response.create(model=MODEL, input="Hi.")
        while connection.recv().type not in _LAST:
            pass
    assert [(one.kind, one.request_model) for one in events] == [
        ("refused", "o1-pro"),
        ("call", MODEL),
    ]


def test_lanes_of_one_connection_are_told_apart() -> None:
    first, second = in_lane("a", "resp_a"), in_lane("b", "resp_b")
    talk = Talk([], [first[0], second[0], first[1], *second[1:], first[2]])
    with speaking(talk) as events, client(talk).responses.connect() as connection:
        for lane, model in (("a", MODEL), ("b", "gpt-4o")):
            connection.send(
                {"type": "response.create", "stream_id": lane, "model": model, "input": "Hi."}
            )
        for _ in range(6):
            connection.recv()
    assert [(one.generation_id, one.request_model, outline(one)[:4]) for one in events] == [
        ("resp_b", "gpt-4o", DONE),
        ("resp_a", MODEL, DONE),
    ]


def test_an_answer_that_failed_says_so() -> None:
    failed = {**RESPONSE, "status": "failed", "usage": None}
    talk = Talk([RESPONSE_EVENTS[0], {"type": "response.failed", "response": failed}])
    with speaking(talk) as events:
        ask(talk)
    assert [(one.outcome, one.error_type) for one in events] == [("error", "response_failed")]


def test_a_request_that_is_refused_by_the_server_is_an_error() -> None:
    error = {"type": "error", "status": 400, "error": {"code": "previous_response_not_found"}}
    talk = Talk([error])
    with speaking(talk) as events:
        ask(talk)
    assert [(one.error_type, outline(one)[:4]) for one in events] == [
        ("previous_response_not_found", ("error", "none", None, None))
    ]


def test_a_long_request_and_a_long_answer_are_read_at_their_ends() -> None:
    long = "x" * 100_000
    output = [{**RESPONSE["output"][0], "content": [{"type": "output_text", "text": long}]}]  # type: ignore[index]
    [first, _, _] = in_lane("a", "resp_1")
    whole = {"type": "response.completed", "response": {**RESPONSE, "output": output}}
    talk = Talk([first, {**whole, "stream_id": "a"}])
    with speaking(talk) as events:
        ask(talk, input=long, stream_id="a")
    assert [(one.request_model, outline(one)[:4]) for one in events] == [(MODEL, DONE)]


def test_an_answer_that_nobody_asked_for_is_counted() -> None:
    talk = Talk([*RESPONSE_EVENTS, *in_lane("", "resp_2")])  # a steering message is answered so
    with speaking(talk) as events, client(talk).responses.connect() as connection:
        connection.response.create(model=MODEL, input="Hi.")
        for _ in range(6):
            connection.recv()
    assert [(one.generation_id, outline(one)[:4]) for one in events] == [
        ("resp_1", DONE),
        ("resp_2", DONE),
    ]


class Full:
    """A gate without room for anything."""

    def reserve(self, call: Any) -> Any:
        raise aso.PolicyError("no room", rule="room", value=str(call.model))

    async def areserve(self, call: Any) -> Any:
        return self.reserve(call)


@both
def test_without_room_in_a_budget_nothing_is_sent(is_async: bool) -> None:
    talk = Talk(RESPONSE_EVENTS)
    with speaking(talk) as events:
        assert RUNTIME.session is not None
        RUNTIME.session.pipeline.gates = Gates([Full()])
        with pytest.raises(aso.PolicyError, match="no room"):
            ask(talk, is_async=is_async)
    assert ([one.kind for one in events], talk.received) == (["refused"], [])


def test_a_provider_that_is_not_allowed_is_not_connected_to() -> None:
    talk = Talk(RESPONSE_EVENTS)
    with speaking(talk, policy={"allowed_providers": ["anthropic"]}) as events:
        with pytest.raises(aso.PolicyError, match="openai"):
            ask(talk)
    assert ([one.kind for one in events], talk.handshakes) == (["refused"], [])
