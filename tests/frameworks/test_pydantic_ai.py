"""pydantic-ai → openai, anthropic or google-genai → HTTP: each request that is billed is one event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import anthropic
import pytest

import aso
from tests.anthropic_sdk.scripted import MODEL as CLAUDE
from tests.frameworks.answers import CLAUDE_STREAMS, GEMINI, GEMINI_SAYS, GEMINI_STREAMS
from tests.frameworks.seen import (
    CHAT,
    MESSAGE,
    REFUSED,
    RESPONSE,
    captured,
    gemini,
    refused,
    whole,
)
from tests.provider.answers import MODEL, TEXT
from tests.provider.server import OK, Provider, Scene
from tests.provider.server import REFUSED as BAD_REQUEST

pydantic_ai: Any = pytest.importorskip("pydantic_ai")
for_openai: Any = pytest.importorskip("pydantic_ai.models.openai")
for_anthropic: Any = pytest.importorskip("pydantic_ai.models.anthropic")
for_google: Any = pytest.importorskip("pydantic_ai.models.google")
by_openai: Any = pytest.importorskip("pydantic_ai.providers.openai")
by_anthropic: Any = pytest.importorskip("pydantic_ai.providers.anthropic")
by_google: Any = pytest.importorskip("pydantic_ai.providers.google")

QUESTION = "Say hello."
GOOGLE = gemini()


class Case(NamedTuple):
    """A model of pydantic-ai's, what is answered to it, and its whole events."""

    name: str
    model: Callable[[Provider], Any]
    says: Scene
    streams: Scene
    call: dict[str, Any]
    streamed: dict[str, Any]
    text: str


def _openai(provider: Provider) -> Any:
    return by_openai.OpenAIProvider(api_key="none", base_url=provider.url)


def _chat(provider: Provider) -> Any:
    return for_openai.OpenAIChatModel(MODEL, provider=_openai(provider))


def _responses(provider: Provider) -> Any:
    return for_openai.OpenAIResponsesModel(MODEL, provider=_openai(provider))


def _claude(provider: Provider) -> Any:
    sdk = anthropic.AsyncAnthropic(api_key="none", base_url=f"http://{provider.host}")
    there = by_anthropic.AnthropicProvider(anthropic_client=sdk)
    return for_anthropic.AnthropicModel(CLAUDE, provider=there)


def _gemini(provider: Provider) -> Any:
    there = by_google.GoogleProvider(api_key="none", base_url=f"http://{provider.host}")
    return for_google.GoogleModel(GEMINI, provider=there)


_CLAUDE_CALL = {**MESSAGE, "stream": True}  # pydantic-ai streams from Anthropic whatever is asked
_GEMINI_STREAM = {**GOOGLE, "endpoint": "streamGenerateContent", "stream": True}
CASES = (
    Case("openai", _chat, OK, OK, {**CHAT}, {**CHAT, "stream": True}, TEXT),
    Case("openai", _responses, OK, OK, {**RESPONSE}, {**RESPONSE, "stream": True}, TEXT),
    Case(
        *("anthropic", _claude, CLAUDE_STREAMS, CLAUDE_STREAMS),
        *(_CLAUDE_CALL, _CLAUDE_CALL, "Hello!"),
    ),
    Case("google", _gemini, GEMINI_SAYS, GEMINI_STREAMS, GOOGLE, _GEMINI_STREAM, "Hello!"),
)
each_model = pytest.mark.parametrize(
    "case", CASES, ids=["openai", "responses", "anthropic", "google"]
)


def agent(case: Case, provider: Provider, **options: Any) -> Any:
    return pydantic_ai.Agent(case.model(provider), **options)


async def read(agent: Any, most: int = 999) -> list[str]:
    found: list[str] = []
    async with agent.run_stream(QUESTION) as result:
        async for text in result.stream_text(debounce_by=None):
            found.append(text)
            if len(found) == most:
                break
    return found


@each_model
def test_a_run_is_one_whole_event(provider: Provider, case: Case) -> None:
    provider.then(case.says)
    with captured(provider, case.name) as events:
        assert agent(case, provider).run_sync(QUESTION).output == case.text
    assert [whole(event) for event in events] == [case.call]


@each_model
def test_a_stream_is_one_whole_event(provider: Provider, case: Case) -> None:
    provider.then(case.streams)
    with captured(provider, case.name) as events:
        assert asyncio.run(read(agent(case, provider)))[-1] == case.text
    assert [whole(event) for event in events] == [case.streamed]


@each_model
def test_a_stream_reads_as_without_aso(provider: Provider, case: Case) -> None:
    async def said() -> tuple[list[str], Any]:
        async with agent(case, provider).run_stream(QUESTION) as result:
            texts = [text async for text in result.stream_text(debounce_by=None)]
            return texts, result.usage

    provider.then(case.streams)
    bare = asyncio.run(said())
    with captured(provider, case.name):
        assert asyncio.run(said()) == bare


@each_model
def test_tasks_have_their_own_dimensions(provider: Provider, case: Case) -> None:
    async def ask(team: str) -> None:
        async with aso.dimensions(team=team):
            await agent(case, provider).run(QUESTION)

    async def main() -> None:
        await asyncio.gather(ask("search"), ask("support"))

    provider.then(case.says)
    with captured(provider, case.name) as events:
        asyncio.run(main())
    found = sorted((whole(event) for event in events), key=lambda said: said["dims"]["team"])
    assert [said["dims"] for said in found] == [{"team": "search"}, {"team": "support"}]


@each_model
def test_a_stream_that_is_left_is_cancelled(provider: Provider, case: Case) -> None:
    scene = case.streams
    provider.then(Scene(events=scene.events, pause_s=0.05))
    with captured(provider, case.name) as events:
        assert len(asyncio.run(read(agent(case, provider), most=1))) == 1
    prompts = {"openai": ("estimate", 3), "anthropic": ("partial", 2310)}
    source, prompt = prompts.get(case.name, ("partial", 1000))
    [event] = events
    assert (event.outcome, event.usage.source, event.usage.input_tokens) == (
        "cancelled",
        source,
        prompt,
    )


@each_model
def test_an_error_of_the_provider_is_one_event(provider: Provider, case: Case) -> None:
    provider.then(BAD_REQUEST)
    with captured(provider, case.name) as events:
        with pytest.raises(pydantic_ai.ModelHTTPError, match="400"):
            agent(case, provider).run_sync(QUESTION)
    assert [(event.outcome, event.http_status) for event in events] == [("error", 400)]


@each_model
def test_a_refusal_reaches_the_caller_untouched(provider: Provider, case: Case) -> None:
    with captured(provider, case.name, policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            agent(case, provider).run_sync(QUESTION)
    assert provider.received == []
    expected = refused(case.call, model=case.call["request_model"])
    assert [whole(event) for event in events] == [expected]


@each_model
def test_a_refused_stream_reaches_the_caller_untouched(provider: Provider, case: Case) -> None:
    with captured(provider, case.name, policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            asyncio.run(read(agent(case, provider)))
    assert (provider.received, [event.kind for event in events]) == ([], ["refused"])
