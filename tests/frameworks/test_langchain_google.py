"""langchain-google-genai → google-genai → httpx or, awaited, aiohttp: the SDK owns its calls."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import aso
from tests.frameworks.answers import GEMINI, GEMINI_SAYS, GEMINI_STREAMS
from tests.frameworks.seen import REFUSED, calls, captured, gemini, refused, whole
from tests.provider.server import OVERLOADED, Provider, Scene

google: Any = pytest.importorskip("langchain_google_genai")

# aiohttp warns of the session that google-genai makes of its own
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")
QUESTION = "Say hello."
STREAMED = {"endpoint": "streamGenerateContent", "stream": True}


def model(provider: Provider, **options: Any) -> Any:
    base = f"http://{provider.host}"
    return google.ChatGoogleGenerativeAI(model=GEMINI, api_key="none", base_url=base, **options)


async def read(stream: Any) -> list[Any]:
    return [chunk async for chunk in stream]


@pytest.mark.parametrize(
    "call",
    [
        lambda llm: llm.invoke(QUESTION),
        lambda llm: asyncio.run(llm.ainvoke(QUESTION)),
    ],
    ids=["invoke", "ainvoke"],
)
def test_an_invocation_is_one_whole_event(provider: Provider, call: Any) -> None:
    provider.then(GEMINI_SAYS)
    with captured(provider, "google") as events:
        assert call(model(provider)).content == "Hello!"
    assert [whole(event) for event in events] == [gemini()]


@pytest.mark.parametrize(
    "call",
    [
        lambda llm: list(llm.stream(QUESTION)),
        lambda llm: asyncio.run(read(llm.astream(QUESTION))),
    ],
    ids=["stream", "astream"],
)
def test_a_stream_is_one_whole_event(provider: Provider, call: Any) -> None:
    provider.then(GEMINI_STREAMS)
    with captured(provider, "google") as events:
        assert "".join(chunk.content for chunk in call(model(provider))) == "Hello!"
    assert [whole(event) for event in events] == [{**gemini(), **STREAMED}]


def test_a_stream_reads_as_without_aso(provider: Provider) -> None:
    def said() -> list[Any]:
        found = model(provider).stream(QUESTION)
        return [(chunk.content, chunk.usage_metadata, chunk.response_metadata) for chunk in found]

    provider.then(GEMINI_STREAMS)
    bare = said()
    with captured(provider, "google"):
        assert said() == bare


def test_a_batch_keeps_dimensions(provider: Provider) -> None:
    provider.then(GEMINI_SAYS)
    with captured(provider, "google") as events, aso.dimensions(team="search"):
        model(provider).batch([QUESTION] * 3)
    done = ("completed", "generateContent", False, "provider", 1000, 50, {"team": "search"})
    assert calls(events) == [done] * 3


def test_a_retry_of_the_sdks_is_an_attempt(provider: Provider) -> None:
    provider.then(OVERLOADED, GEMINI_SAYS)
    with captured(provider, "google") as events:
        model(provider, max_retries=2).invoke(QUESTION)
    assert [(event.outcome, event.http_status, event.attempts) for event in events] == [
        ("completed", 200, 2)
    ]


def test_a_stream_that_is_left_keeps_the_reported_prompt(provider: Provider) -> None:
    provider.then(Scene(events=GEMINI_STREAMS.events, pause_s=0.05))
    with captured(provider, "google") as events:
        stream = model(provider).stream(QUESTION)
        assert next(stream).content == "Hello"
        stream.close()
    assert calls(events) == [("cancelled", "streamGenerateContent", True, "partial", 1000, 2, {})]


def test_an_awaited_stream_that_is_left_keeps_the_reported_prompt(provider: Provider) -> None:
    async def main() -> None:
        async for _ in model(provider).astream(QUESTION):
            break

    provider.then(Scene(events=GEMINI_STREAMS.events, pause_s=0.05))
    with captured(provider, "google") as events:
        asyncio.run(main())
    assert calls(events) == [("cancelled", "streamGenerateContent", True, "partial", 1000, 2, {})]


@pytest.mark.parametrize(
    ("call", "endpoint"),
    [
        (lambda llm: llm.invoke(QUESTION), "generateContent"),
        (lambda llm: list(llm.stream(QUESTION)), "streamGenerateContent"),
        (lambda llm: asyncio.run(llm.ainvoke(QUESTION)), "generateContent"),
        (lambda llm: asyncio.run(read(llm.astream(QUESTION))), "streamGenerateContent"),
    ],
    ids=["invoke", "stream", "ainvoke", "astream"],
)
def test_a_refusal_reaches_the_caller_untouched(
    provider: Provider, call: Any, endpoint: str
) -> None:
    with captured(provider, "google", policy=REFUSED) as events:
        with pytest.raises(aso.ModelNotAllowedError, match="is in denied_models"):
            call(model(provider))
    assert provider.received == []
    assert [whole(event) for event in events] == [refused(gemini(), endpoint=endpoint)]
