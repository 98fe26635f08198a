"""The real SDK over real connections that stall, break, come back and are reused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import openai
import pytest

import aso
from aso.records import Event
from aso.sinks import MemorySink
from tests.provider.answers import HOSTS, MODEL, TEXT
from tests.provider.server import (
    MALFORMED,
    NOT_UTF8,
    OK,
    OVERLOADED,
    RATE_LIMITED,
    REFUSED,
    STALLED,
    Provider,
    Scene,
)

pytestmark = pytest.mark.sdk
MESSAGES: Any = [{"role": "user", "content": "Say how sockets break."}]
HAS_RESPONSES = hasattr(openai.OpenAI, "responses")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as found:
        yield found


class Seen:
    """The events of one instrumentation, delivered when asked for."""

    def __init__(self, provider: Provider, name: str = "openai") -> None:
        self.sink = MemorySink()
        aso.instrument(sinks=[self.sink], hosts={provider.host: name}, durability="memory")

    @property
    def events(self) -> list[Event]:
        assert aso.flush()
        return self.sink.events

    @property
    def only(self) -> Event:
        (event,) = self.events
        return event


def client(provider: Provider, host: str = "openai", **options: Any) -> openai.OpenAI:
    return openai.OpenAI(api_key="any", base_url=provider.url_of(host), **options)


def ask(sdk: openai.OpenAI, **options: Any) -> Any:
    return sdk.chat.completions.create(model=MODEL, messages=MESSAGES, **options)


def tokens(event: Event) -> tuple[Any, ...]:
    usage = event.usage
    return usage.source, usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens


def told(event: Event) -> tuple[Any, ...]:
    return event.outcome, event.http_status, event.attempts, event.usage.source, event.cost.status


# host → cached, output and reasoning tokens, and what it says that it charges
EXPECTED = {
    "openai": (64, 20, 5, None),
    "groq": (None, 20, None, None),
    "deepseek": (64, 20, None, None),
    "xai": (None, 50, 30, "0.00125"),
    "openrouter": (None, 20, None, "0.00125"),
    "perplexity": (None, 20, None, "0.00625"),
    "mistral": (None, 20, None, None),
}


def test_every_host_of_the_provider_is_expected() -> None:
    assert EXPECTED.keys() == HOSTS.keys()


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("host", EXPECTED)
def test_a_host_tells_usage_its_own_way(provider: Provider, host: str, stream: bool) -> None:
    seen = Seen(provider, host)
    answer = ask(client(provider, host), stream=stream)
    text = "".join(one.choices[0].delta.content or "" for one in answer) if stream else TEXT
    event = seen.only
    usage, cost = event.usage, event.to_dict()["provider_cost"]
    said = usage.cache_read_input_tokens, usage.output_tokens, usage.reasoning_output_tokens, cost
    assert (text, event.provider, usage.source, usage.input_tokens, *said) == (
        *(TEXT, host, "provider", 100),
        *EXPECTED[host],
    )


def test_a_plain_request_reaches_the_provider_byte_for_byte(provider: Provider) -> None:
    ask(client(provider), temperature=0.5)
    Seen(provider)
    ask(client(provider), temperature=0.5)
    bare, ours = provider.received
    assert ours == bare


def test_a_stream_asks_for_usage_and_changes_nothing_else(provider: Provider) -> None:
    list(ask(client(provider), stream=True))
    Seen(provider)
    list(ask(client(provider), stream=True))
    bare, ours = provider.received
    assert ours.document == {**bare.document, "stream_options": {"include_usage": True}}
    sizes = {name: value for name, value in bare.headers if name.lower() != "content-length"}
    assert {n: v for n, v in ours.headers if n.lower() != "content-length"} == sizes


def test_connections_are_reused_as_without_us() -> None:
    def connections() -> int:
        with Provider() as provider:
            sdk = client(provider)
            for _ in range(3):
                ask(sdk)
                list(ask(sdk, stream=True))
            return len(provider.connections)

    bare = connections()
    aso.instrument(sinks=[MemorySink()], durability="memory")
    assert connections() == bare < 6


def test_a_retry_within_the_sdk_is_an_attempt_of_one_call(provider: Provider) -> None:
    provider.then(RATE_LIMITED, OVERLOADED, OK)
    seen = Seen(provider)
    ask(client(provider, max_retries=2))
    assert told(seen.only) == ("completed", 200, 3, "provider", "priced")


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (REFUSED, ("error", 400, 1, "none", "priced")),
        (RATE_LIMITED, ("error", 429, 1, "none", "priced")),
        (OVERLOADED, ("error", 503, 1, "none", "unpriced")),
    ],
    ids=["400", "429", "503"],
)
def test_an_error_costs_nothing_or_nobody_knows(
    provider: Provider, scene: Scene, expected: tuple[Any, ...]
) -> None:
    provider.then(scene)
    seen = Seen(provider)
    with pytest.raises(openai.APIStatusError, match="as the scene says"):
        ask(client(provider, max_retries=0))
    assert told(seen.only) == expected


def test_a_provider_that_stalls_is_a_timeout_of_unknown_cost(provider: Provider) -> None:
    provider.then(STALLED)
    seen = Seen(provider)
    with pytest.raises(openai.APITimeoutError):
        ask(client(provider, max_retries=0, timeout=0.2))
    assert told(seen.only) == ("error", None, 1, "none", "unpriced")
    assert seen.only.attempts_unknown == 1


def test_a_stream_cut_by_the_provider_is_an_error_and_an_estimate(provider: Provider) -> None:
    provider.then(Scene(cut_after=3))
    seen = Seen(provider)
    said = []
    with pytest.raises(Exception, match=r"peer closed|reset|Connection"):
        for chunk in ask(client(provider, max_retries=0), stream=True):
            said.append(chunk.choices[0].delta.content)
    assert said == ["Real", " sockets", " break"]
    assert told(seen.only) == ("error", 200, 1, "estimate", "priced")
    assert seen.only.completion_chars == len("".join(said))


def test_an_answer_cut_by_the_provider_is_tried_again(provider: Provider) -> None:
    provider.then(Scene(cut_after=20), OK)
    seen = Seen(provider)
    ask(client(provider, max_retries=1))
    assert (*told(seen.only), seen.only.attempts_unknown) == (
        *("completed", 200, 2, "provider", "priced"),
        1,
    )


@pytest.mark.parametrize("scene", [MALFORMED, NOT_UTF8], ids=["malformed", "not UTF-8"])
def test_an_answer_that_is_no_json_fails_as_without_us(provider: Provider, scene: Scene) -> None:
    provider.then(scene)
    bare = outcome_of(client(provider, max_retries=0))
    seen = Seen(provider)
    assert outcome_of(client(provider, max_retries=0)) == bare
    assert seen.only.usage.source == "none"


def outcome_of(sdk: openai.OpenAI) -> tuple[str, str]:
    try:
        answer = ask(sdk)
    except Exception as error:
        return type(error).__name__, str(error)
    return type(answer).__name__, str(answer)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_a_compressed_answer_is_read_as_any_other(provider: Provider, stream: bool) -> None:
    provider.then(Scene(is_gzip=not stream, pause_s=0.001))
    seen = Seen(provider)
    answer = ask(client(provider), stream=stream)
    assert answer.usage if not stream else list(answer)
    assert tokens(seen.only) == ("provider", 100, 64, 20)


def test_a_stream_that_is_left_is_cancelled_and_its_connection_given_up(
    provider: Provider,
) -> None:
    provider.then(Scene(pause_s=0.01))
    seen = Seen(provider)
    with ask(client(provider), stream=True) as stream:
        next(stream)
    assert (seen.only.outcome, seen.only.usage.source) == ("cancelled", "estimate")


def test_an_async_task_that_is_cancelled_is_one_event(provider: Provider) -> None:
    provider.then(STALLED)
    seen = Seen(provider)

    async def main() -> None:
        async with openai.AsyncOpenAI(api_key="any", base_url=provider.url) as sdk:
            call = sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(call, 0.2)

    asyncio.run(main())
    assert (seen.only.outcome, seen.only.usage.source) == ("cancelled", "none")


def test_many_at_once_are_one_event_each(provider: Provider) -> None:
    seen = Seen(provider)

    async def main() -> None:
        async with openai.AsyncOpenAI(api_key="any", base_url=provider.url) as sdk:
            calls = (sdk.chat.completions.create(model=MODEL, messages=MESSAGES) for _ in range(50))
            await asyncio.gather(*calls)

    asyncio.run(main())
    assert len({event.generation_id for event in seen.events}) == 50
    assert {tokens(event) for event in seen.events} == {("provider", 100, 64, 20)}


def test_every_other_route_is_an_event_and_a_list_is_none(provider: Provider) -> None:
    seen = Seen(provider)
    sdk = client(provider)
    sdk.models.list()
    sdk.completions.create(model="gpt-3.5-turbo-instruct", prompt="x")
    sdk.embeddings.create(model="text-embedding-3-small", input="x", encoding_format="float")
    sdk.moderations.create(model="omni-moderation-latest", input="x")
    assert [(one.endpoint, one.operation, *tokens(one)[:2]) for one in seen.events] == [
        ("completions", "completion", "provider", 100),
        ("embeddings", "embeddings", "provider", 8),
        ("moderations", "moderation", "estimate", 1),
    ]


@pytest.mark.skipif(not HAS_RESPONSES, reason="this SDK has no responses")
def test_responses_are_events_whole_streamed_and_compacted(provider: Provider) -> None:
    seen = Seen(provider)
    responses: Any = client(provider).responses
    responses.create(model=MODEL, input="x")
    list(responses.create(model=MODEL, input="x", stream=True))
    if hasattr(responses, "compact"):
        responses.compact(model=MODEL, input="x")
    assert {tokens(event) for event in seen.events} == {("provider", 100, 64, 20)}
    assert [event.stream for event in seen.events][:2] == [False, True]
