"""instructor → openai or anthropic → HTTP: each attempt at a valid answer is billed, and one event."""

from __future__ import annotations

import asyncio
from typing import Any

import anthropic as anthropic_sdk
import openai as openai_sdk
import pydantic
import pytest

import aso
from tests.anthropic_sdk.scripted import MESSAGE as CLAUDE_SAYS
from tests.anthropic_sdk.scripted import MODEL as CLAUDE
from tests.frameworks.answers import CITY, calling, calling_in_response, chat, chunks
from tests.frameworks.seen import CHAT, MESSAGE, REFUSED, calls, captured, refused, whole
from tests.provider.answers import MODEL, encoded
from tests.provider.server import RATE_LIMITED, Provider, Scene
from tests.provider.server import REFUSED as BAD_REQUEST

instructor: Any = pytest.importorskip("instructor")
errors: Any = pytest.importorskip("instructor.core")

# it tells of itself what is to come
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:instructor.*")
DONE = ("completed", "chat/completions", False, "provider", 100, 20)
DIMS = {"team": "search"}
MESSAGES = [{"role": "user", "content": "Say hello."}]


class City(pydantic.BaseModel):
    city: str


VALID, INVALID = calling("City"), calling("City", '{"city":7}')
ONE = {
    **CHAT,
    "generation_id": "chatcmpl-1",
    "service_tier": None,
    "completion_chars": len(CITY),
}


def client(provider: Provider) -> Any:
    sdk = openai_sdk.OpenAI(api_key="none", base_url=provider.url)
    return instructor.from_openai(sdk)


def async_client(provider: Provider) -> Any:
    sdk = openai_sdk.AsyncOpenAI(api_key="none", base_url=provider.url)
    return instructor.from_openai(sdk)


def ask(client: Any, **options: Any) -> Any:
    return client.chat.completions.create(
        model=MODEL, messages=MESSAGES, response_model=City, **options
    )


def test_a_valid_answer_is_one_whole_event(provider: Provider) -> None:
    provider.then(VALID)
    with captured(provider) as events:
        assert ask(client(provider)).city == "Bern"
    assert [whole(event) for event in events] == [ONE]


def test_each_attempt_at_a_valid_answer_is_an_event(provider: Provider) -> None:
    provider.then(INVALID, INVALID, VALID)
    with captured(provider) as events, aso.dimensions(DIMS):
        assert ask(client(provider), max_retries=2).city == "Bern"
    assert calls(events) == [(*DONE, DIMS)] * len(provider.received) == [(*DONE, DIMS)] * 3


def test_the_frameworks_own_running_total_is_as_without_aso(provider: Provider) -> None:
    def total() -> int:
        provider.then(INVALID, VALID)
        asked = {"model": MODEL, "messages": MESSAGES, "response_model": City}
        create = client(provider).chat.completions.create_with_completion
        return int(create(**asked, max_retries=2)[1].usage.total_tokens)

    bare = total()
    with captured(provider) as events:
        assert total() == bare
    assert bare == sum(event.to_dict()["total_tokens"] for event in events) == 240


def test_awaited_attempts_are_events_alike(provider: Provider) -> None:
    async def main() -> None:
        async with aso.dimensions(DIMS):
            await ask(async_client(provider), max_retries=2)

    provider.then(INVALID, VALID)
    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [(*DONE, DIMS)] * 2


def test_attempts_that_are_never_valid_are_all_counted(provider: Provider) -> None:
    provider.then(INVALID)
    with captured(provider) as events, pytest.raises(errors.InstructorRetryException) as caught:
        ask(client(provider), max_retries=2)
    assert isinstance(caught.value.__cause__, pydantic.ValidationError)
    assert calls(events) == [(*DONE, {})] * len(provider.received) == [(*DONE, {})] * 3


def test_retries_of_the_sdk_are_attempts_of_one_event(provider: Provider) -> None:
    provider.then(RATE_LIMITED, INVALID, RATE_LIMITED, VALID)
    with captured(provider) as events:
        ask(client(provider), max_retries=2)
    assert [event.attempts for event in events] == [2, 2]
    assert len(provider.received) == 4


@pytest.mark.parametrize("method", ["create_partial", "create_iterable"])
def test_a_stream_of_parts_is_one_event(provider: Provider, method: str) -> None:
    call = {"index": 0, "id": "call_1", "type": "function"}
    parts = ('{"ci', 'ty":', ' "Bern"}')
    deltas = [{**call, "function": {"name": "City", "arguments": part}} for part in parts]
    provider.then(chunks(*({"tool_calls": [delta]} for delta in deltas)))
    with captured(provider) as events:
        create = getattr(client(provider).chat.completions, method)
        found = list(create(model=MODEL, messages=MESSAGES, response_model=City))
    assert found[-1].city == "Bern"
    assert calls(events) == [("completed", "chat/completions", True, "provider", 100, 20, {})]


def test_an_answer_in_json_is_one_event(provider: Provider) -> None:
    provider.then(chat({"content": CITY}))
    sdk = openai_sdk.OpenAI(api_key="none", base_url=provider.url)
    with captured(provider) as events:
        found = ask(instructor.from_openai(sdk, mode=instructor.Mode.JSON))
    assert found.city == "Bern"
    assert calls(events) == [(*DONE, {})]


def test_an_answer_of_responses_is_one_event(provider: Provider) -> None:
    provider.then(calling_in_response("City"))
    sdk = openai_sdk.OpenAI(api_key="none", base_url=provider.url)
    asking = instructor.from_openai(sdk, mode=instructor.Mode.RESPONSES_TOOLS)
    with captured(provider) as events:
        asking.responses.create(input="Where?", model=MODEL, response_model=City)
    assert calls(events) == [("completed", "responses", False, "provider", 100, 20, {})]


def test_claudes_attempts_are_events_alike(provider: Provider) -> None:
    def calling(arguments: Any) -> Scene:
        use = {"type": "tool_use", "id": "toolu_1", "name": "City", "input": arguments}
        return Scene(body=encoded({**CLAUDE_SAYS, "content": [use], "stop_reason": "tool_use"}))

    provider.then(calling({"city": 7}), calling({"city": "Bern"}))
    sdk = anthropic_sdk.Anthropic(api_key="none", base_url=f"http://{provider.host}")
    with captured(provider, "anthropic") as events:
        asking = instructor.from_anthropic(sdk).messages
        asking.create(
            model=CLAUDE, max_tokens=99, messages=MESSAGES, response_model=City, max_retries=2
        )
    varying = {"completion_chars", "prompt_chars"}
    expected = {name: value for name, value in MESSAGE.items() if name not in varying}
    found = [{name: whole(event)[name] for name in expected} for event in events]
    assert found == [expected] * 2


def test_a_client_that_was_patched_before_instrument_is_seen(provider: Provider) -> None:
    provider.then(VALID)
    early = client(provider)
    with captured(provider) as events:
        ask(early)
    assert [whole(event) for event in events] == [ONE]


def test_an_error_of_the_provider_is_one_event(provider: Provider) -> None:
    provider.then(BAD_REQUEST)
    with captured(provider) as events, pytest.raises(errors.InstructorRetryException) as caught:
        ask(client(provider), max_retries=3)
    assert isinstance(caught.value.__cause__, openai_sdk.BadRequestError)
    assert [(event.outcome, event.http_status) for event in events] == [("error", 400)]


@pytest.mark.parametrize(
    "call",
    [
        lambda provider: ask(client(provider), max_retries=3),
        lambda provider: asyncio.run(ask(async_client(provider), max_retries=3)),
    ],
    ids=["create", "awaited"],
)
def test_a_refusal_is_the_cause_of_instructors_own_error_and_not_asked_for_again(
    provider: Provider, call: Any
) -> None:
    with captured(provider, policy=REFUSED) as events:
        with pytest.raises(errors.InstructorRetryException) as caught:
            call(provider)
    assert isinstance(caught.value.__cause__, aso.ModelNotAllowedError)
    assert provider.received == []
    assert [whole(event) for event in events] == [refused(CHAT)]
