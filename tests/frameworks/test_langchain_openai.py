"""LangChain → openai → HTTP: each request that is billed is one event, seen at the SDK."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.frameworks.answers import chat, chunks
from tests.frameworks.langchain import QUESTION, model, openai, read
from tests.frameworks.seen import CHAT, RESPONSE, calls, captured, whole
from tests.provider.answers import TEXT
from tests.provider.server import Provider

caches: Any = pytest.importorskip("langchain_core.caches")
pydantic: Any = pytest.importorskip("pydantic")

# the SDK's parsed chunks, as LangChain dumps them
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
STREAMED = {**CHAT, "stream": True}
DONE = ("completed", "chat/completions", False, "provider", 100, 20)


class City(pydantic.BaseModel):
    city: str


def test_an_invocation_is_one_whole_event(provider: Provider) -> None:
    with captured(provider) as events:
        answer = model(provider).invoke(QUESTION)
    assert answer.content == TEXT
    assert [whole(event) for event in events] == [CHAT]


def test_an_awaited_invocation_is_one_whole_event(provider: Provider) -> None:
    with captured(provider) as events:
        asyncio.run(model(provider).ainvoke(QUESTION))
    assert [whole(event) for event in events] == [CHAT]


def test_a_stream_is_one_whole_event_with_the_usage_that_aso_asked_for(provider: Provider) -> None:
    with captured(provider) as events:
        list(model(provider).stream(QUESTION))
    assert [whole(event) for event in events] == [STREAMED]
    assert provider.received[0].document["stream_options"] == {"include_usage": True}


def test_an_awaited_stream_is_one_whole_event(provider: Provider) -> None:
    with captured(provider) as events:
        asyncio.run(read(model(provider).astream(QUESTION)))
    assert [whole(event) for event in events] == [STREAMED]


def test_a_stream_reads_as_without_aso(provider: Provider) -> None:
    def said() -> list[Any]:
        chunks = list(model(provider).stream(QUESTION))
        return [(chunk.content, chunk.usage_metadata, chunk.response_metadata) for chunk in chunks]

    bare = said()
    with captured(provider):
        assert said() == bare
    assert "".join(content for content, *_ in bare) == TEXT


def test_usage_that_the_caller_asked_for_stays_the_callers(provider: Provider) -> None:
    with captured(provider) as events:
        chunks = list(model(provider, stream_usage=True).stream(QUESTION))
    found = [chunk.usage_metadata["total_tokens"] for chunk in chunks if chunk.usage_metadata]
    assert found == [120]
    assert [whole(event) for event in events] == [STREAMED]


def test_a_stream_that_is_asked_for_its_headers_is_one_event(provider: Provider) -> None:
    with captured(provider) as events:
        list(model(provider, include_response_headers=True).stream(QUESTION))
    assert [whole(event) for event in events] == [STREAMED]


def test_the_events_of_a_run_are_one_call(provider: Provider) -> None:
    with captured(provider) as events:
        asyncio.run(read(model(provider).astream_events(QUESTION, version="v2")))
    assert [whole(event) for event in events] == [STREAMED]


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_response_is_one_whole_event(provider: Provider, *, is_streamed: bool) -> None:
    with captured(provider) as events:
        llm = model(provider, use_responses_api=True)
        found = list(llm.stream(QUESTION)) if is_streamed else llm.invoke(QUESTION)
    assert found
    assert [whole(event) for event in events] == [{**RESPONSE, "stream": is_streamed}]


def test_structured_output_is_one_event(provider: Provider) -> None:
    provider.then(chat({"content": '{"city":"Bern"}'}))
    with captured(provider) as events:
        answer = model(provider).with_structured_output(City).invoke(QUESTION)
    assert answer == City(city="Bern")
    assert calls(events) == [(*DONE, {})]


def test_structured_output_that_is_streamed_is_one_event(provider: Provider) -> None:
    provider.then(chunks({"role": "assistant", "content": '{"city":'}, {"content": '"Bern"}'}))
    with captured(provider) as events:
        found = list(model(provider).with_structured_output(City).stream(QUESTION))
    assert found[-1] == City(city="Bern")
    assert calls(events) == [("completed", "chat/completions", True, "provider", 100, 20, {})]


def test_an_answer_of_the_frameworks_cache_is_no_event(provider: Provider) -> None:
    llm = model(provider, cache=caches.InMemoryCache())
    with captured(provider) as events:
        answers = [llm.invoke(QUESTION).content for _ in range(3)]
    assert (answers, len(provider.received)) == ([TEXT] * 3, 1)
    assert calls(events) == [(*DONE, {})]


def test_embeddings_are_one_event_for_each_request(provider: Provider) -> None:
    options = {"api_key": "none", "base_url": provider.url, "check_embedding_ctx_length": False}
    embedder = openai.OpenAIEmbeddings(model="text-embedding-3-small", chunk_size=1, **options)
    with captured(provider) as events:
        embedder.embed_documents([QUESTION, QUESTION])
    done = ("completed", "embeddings", False, "provider", 8, None, {})
    assert calls(events) == [done] * len(provider.received) == [done] * 2
