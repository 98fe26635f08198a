"""Every way a call by LangChain ends otherwise: retries, fallbacks, errors, streams left, refusals."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import aso
from tests.frameworks.langchain import QUESTION, model, read
from tests.frameworks.seen import CHAT, REFUSED, calls, captured, given_up, refused, whole
from tests.provider.answers import MODEL, TEXT, WORDS
from tests.provider.server import OK, OVERLOADED, RATE_LIMITED, STALLED, Provider, Scene
from tests.provider.server import REFUSED as BAD_REQUEST


def test_retries_of_the_sdk_are_attempts_and_retries_of_langchain_are_calls(
    provider: Provider,
) -> None:
    provider.then(RATE_LIMITED, OVERLOADED, RATE_LIMITED, OK)
    patient = model(provider, max_retries=1).with_retry(wait_exponential_jitter=False)
    with captured(provider) as events:
        patient.invoke(QUESTION)
    assert [(one.outcome, one.attempts, one.http_status) for one in events] == [
        ("error", 2, 503),
        ("completed", 2, 200),
    ]
    assert len(provider.received) == 4


def test_a_fallback_is_a_call_of_its_own(provider: Provider) -> None:
    provider.then(BAD_REQUEST, OK)
    with captured(provider) as events:
        first, second = model(provider), model(provider, model="gpt-5.4")
        assert first.with_fallbacks([second]).invoke(QUESTION).content == TEXT
    assert [(event.outcome, event.request_model) for event in events] == [
        ("error", MODEL),
        ("completed", "gpt-5.4"),
    ]


def test_an_error_of_the_provider_is_one_event_and_langchains_own_error(
    provider: Provider,
) -> None:
    provider.then(BAD_REQUEST)
    with pytest.raises(Exception) as bare:  # noqa: PT011
        model(provider).invoke(QUESTION)
    with captured(provider) as events, pytest.raises(type(bare.value)) as caught:
        model(provider).invoke(QUESTION)
    assert str(caught.value) == str(bare.value)
    assert [(one.outcome, one.http_status, one.cost.total) for one in events] == [("error", 400, 0)]


def test_a_stream_that_is_left_is_cancelled_and_estimated(provider: Provider) -> None:
    provider.then(Scene(pause_s=0.05))
    with captured(provider) as events:
        stream = model(provider).stream(QUESTION)
        assert next(stream).content == WORDS[0]
        stream.close()
    assert calls(events) == [("cancelled", "chat/completions", True, "estimate", 3, 1, {})]


def test_an_awaited_stream_that_is_left_is_cancelled(provider: Provider) -> None:
    async def main() -> None:
        async for _ in model(provider).astream(QUESTION):
            break

    provider.then(Scene(pause_s=0.05))
    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [("cancelled", "chat/completions", True, "estimate", 3, 1, {})]


def test_a_call_that_is_given_up_is_cancelled_and_its_cost_unknown(provider: Provider) -> None:
    provider.then(STALLED)
    with captured(provider) as events, pytest.raises(asyncio.CancelledError):
        asyncio.run(given_up(provider, model(provider).ainvoke(QUESTION)))
    [event] = events
    assert (event.outcome, event.attempts_unknown, event.cost.total) == ("cancelled", 1, None)


def test_attempts_that_time_out_are_of_one_event(provider: Provider) -> None:
    provider.then(STALLED)
    with captured(provider) as events, pytest.raises(Exception, match="imed out"):
        model(provider, timeout=0.5, max_retries=1).invoke(QUESTION)
    [event] = events
    assert (event.outcome, event.attempts, event.attempts_unknown) == ("error", 2, 2)


def test_an_exception_while_a_stream_is_read_reaches_the_caller(provider: Provider) -> None:
    def read_and_fail() -> None:
        for _ in model(provider).stream(QUESTION):
            raise LookupError

    provider.then(Scene(pause_s=0.05))
    with captured(provider) as events, pytest.raises(LookupError):
        read_and_fail()
    assert [event.outcome for event in events] == ["cancelled"]


def test_a_stream_that_is_cut_is_an_error(provider: Provider) -> None:
    provider.then(Scene(cut_after=2))
    with captured(provider) as events, pytest.raises(Exception, match="onnection"):
        list(model(provider).stream(QUESTION))
    assert calls(events) == [("error", "chat/completions", True, "estimate", 3, 3, {})]


@pytest.mark.parametrize(
    ("call", "is_streamed"),
    [
        (lambda llm: llm.invoke(QUESTION), False),
        (lambda llm: list(llm.stream(QUESTION)), True),
        (lambda llm: llm.batch([QUESTION]), False),
        (lambda llm: asyncio.run(llm.ainvoke(QUESTION)), False),
        (lambda llm: asyncio.run(read(llm.astream(QUESTION))), True),
        (
            lambda llm: llm.with_structured_output(
                {"title": "City", "type": "object", "properties": {}}
            ).invoke(QUESTION),
            False,
        ),
    ],
    ids=["invoke", "stream", "batch", "ainvoke", "astream", "structured"],
)
def test_a_refusal_reaches_the_caller_untouched(
    provider: Provider, call: Any, *, is_streamed: bool
) -> None:
    with captured(provider, policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            call(model(provider))
    assert provider.received == []
    assert [whole(event) for event in events] == [refused(CHAT, stream=is_streamed)]


def test_langchains_retry_asks_again_after_a_refusal_unless_told_not_to(
    provider: Provider,
) -> None:
    options = {"stop_after_attempt": 3, "wait_exponential_jitter": False}
    asking = model(provider).with_retry(**options)
    told = model(provider).with_retry(retry_if_exception_type=(OSError,), **options)
    with captured(provider, policy=REFUSED) as events:
        for llm in (asking, told):
            with pytest.raises(aso.ModelNotAllowedError):
                llm.invoke(QUESTION)
    assert (provider.received, [event.kind for event in events]) == ([], ["refused"] * 4)


def test_langchains_fallback_is_checked_on_its_own(provider: Provider) -> None:
    first, second = model(provider, model="gpt-5.4"), model(provider)
    with captured(provider, policy={"denied_models": ["openai:gpt-5*"]}) as events:
        assert first.with_fallbacks([second]).invoke(QUESTION).content == TEXT
    assert [(event.kind, event.request_model) for event in events] == [
        ("refused", "gpt-5.4"),
        ("call", MODEL),
    ]
