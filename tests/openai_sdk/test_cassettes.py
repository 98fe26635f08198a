"""Recordings of our own (tools/record_cassettes.py), replayed by vcrpy under the real SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
import vcr

from aso.records import Event
from aso.testing import capture_events

pytestmark = pytest.mark.sdk
FOLDER = Path(__file__).resolve().parents[1] / "cassettes"
MESSAGES: Any = [{"role": "user", "content": "A question that the recording answers."}]


@contextmanager
def replayed(name: str) -> Iterator[list[Event]]:
    cassette = vcr.use_cassette(str(FOLDER / f"{name}.yaml"), record_mode="none")
    with cassette, capture_events() as events:
        yield events


def outline(event: Event) -> tuple[Any, ...]:
    usage = event.usage
    tokens = usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens
    return event.provider, event.outcome, usage.source, *tokens, event.cost.status


def test_a_recorded_completion() -> None:
    with replayed("plain") as events:
        openai.OpenAI(api_key="any").chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    assert [outline(event) for event in events] == [
        ("openai", "completed", "provider", 1200, 1024, 42, "priced")
    ]


def test_a_recorded_stream_whose_usage_the_caller_asked_for() -> None:
    with replayed("stream") as events:
        stream = openai.OpenAI(api_key="any").chat.completions.create(
            model="gpt-5.4",
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
        )
        assert list(stream)[-1].usage is not None
    assert [outline(event) for event in events] == [
        ("openai", "completed", "provider", 5400, 0, 910, "priced")
    ]


def test_a_recorded_refusal_of_the_provider() -> None:
    with replayed("refused") as events, pytest.raises(openai.BadRequestError):
        openai.OpenAI(api_key="any", max_retries=0).chat.completions.create(
            model="gpt-broken", messages=MESSAGES
        )
    assert [outline(event) for event in events] == [
        ("openai", "error", "none", None, None, None, "priced")
    ]


def test_a_recorded_async_call() -> None:
    async def call() -> None:
        async with openai.AsyncOpenAI(api_key="any") as client:
            await client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    with replayed("asynchronous") as events:
        asyncio.run(call())
    assert [outline(event)[:3] for event in events] == [("openai", "completed", "provider")]


@pytest.mark.skipif(not hasattr(openai.OpenAI, "responses"), reason="this SDK has no responses")
@pytest.mark.parametrize("is_stream", [False, True], ids=["plain", "stream"])
def test_a_recorded_response(is_stream: bool) -> None:
    with replayed("response_stream" if is_stream else "response") as events:
        answer: Any = openai.OpenAI(api_key="any").responses.create(
            model="gpt-4o-mini", input="A question.", stream=is_stream
        )
        assert not is_stream or [one.type for one in answer][-1] == "response.completed"
    assert [outline(event) for event in events] == [
        ("openai", "completed", "provider", 100, 64, 20, "priced")
    ]


def test_recorded_embeddings() -> None:
    with replayed("embeddings") as events:
        openai.OpenAI(api_key="any").embeddings.create(
            model="text-embedding-3-small", input="Words.", encoding_format="float"
        )
    assert [outline(event) for event in events] == [
        ("openai", "completed", "provider", 8, None, None, "priced")
    ]
