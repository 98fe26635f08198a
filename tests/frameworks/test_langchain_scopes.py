"""Dimensions, functions and meters around LangChain: in its threads, tasks, branches and streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

import aso
from tests.frameworks.langchain import QUESTION, model
from tests.frameworks.seen import calls, captured
from tests.provider.server import Provider

runnables: Any = pytest.importorskip("langchain_core.runnables")

DONE = ("completed", "chat/completions", False, "provider", 100, 20)


def test_a_batch_in_threads_is_one_event_each_with_the_callers_dimensions(
    provider: Provider,
) -> None:
    with captured(provider) as events, aso.dimensions(team="search"):
        model(provider).batch([QUESTION] * 4)
    assert calls(events) == [(*DONE, {"team": "search"})] * 4
    assert len({event.generation_id for event in events}) == 4


def test_an_awaited_batch_is_one_event_each(provider: Provider) -> None:
    async def main() -> None:
        async with aso.dimensions(team="search"):
            await model(provider).abatch([QUESTION] * 4)

    with captured(provider) as events:
        asyncio.run(main())
    assert calls(events) == [(*DONE, {"team": "search"})] * 4


def test_branches_in_parallel_keep_dimensions_and_their_own(provider: Provider) -> None:
    @aso.track(feature="rerank")
    def rerank(question: str) -> Any:
        return model(provider).invoke(question)

    branches = runnables.RunnableParallel(plain=model(provider), ranked=rerank)
    with captured(provider) as events, aso.dimensions(team="search"):
        branches.invoke(QUESTION)
    found = {(event.function or "").rpartition(".")[2]: dict(event.dims) for event in events}
    ranked = {"team": "search", "feature": "rerank"}
    assert (len(events), found) == (2, {"": {"team": "search"}, "rerank": ranked})


def test_tasks_each_have_their_own_dimensions(provider: Provider) -> None:
    async def ask(team: str) -> None:
        async with aso.dimensions(team=team):
            await model(provider).ainvoke(QUESTION)

    async def main() -> None:
        await asyncio.gather(ask("search"), ask("support"))

    with captured(provider) as events:
        asyncio.run(main())
    assert {event.dims["team"] for event in events} == {"search", "support"}
    assert len(events) == 2


def test_a_thread_of_the_callers_own_has_the_dimensions_that_are_carried(
    provider: Provider,
) -> None:
    llm = model(provider)
    with captured(provider) as events, ThreadPoolExecutor(1) as pool:
        with aso.dimensions(team="search"):
            pool.submit(aso.carry(llm.invoke), QUESTION).result()
            pool.submit(llm.invoke, QUESTION).result()
    assert [dict(event.dims) for event in events] == [{"team": "search"}, {}]


def test_a_stream_has_the_dimensions_of_where_its_first_chunk_is_asked_for(
    provider: Provider,
) -> None:
    with captured(provider) as events:
        with aso.dimensions(team="search"):
            lazy, begun = model(provider).stream(QUESTION), model(provider).stream(QUESTION)
            next(begun)
        list(lazy)
        list(begun)
    assert [dict(event.dims) for event in events] == [{}, {"team": "search"}]


def test_a_generator_that_hands_a_stream_on_is_its_function(provider: Provider) -> None:
    @aso.track(feature="chat")
    async def answer() -> AsyncIterator[str]:
        async for chunk in model(provider).astream(QUESTION):
            yield chunk.content

    async def main() -> None:
        pieces = answer()  # as a server reads it: each piece in a task of its own
        with suppress(StopAsyncIteration):
            while True:
                await asyncio.create_task(anext_of(pieces))

    with captured(provider) as events:
        asyncio.run(main())
    done = ("completed", "chat/completions", True, "provider", 100, 20, {"feature": "chat"})
    assert calls(events) == [done]
    assert str(events[0].function).endswith("answer")


async def anext_of(pieces: AsyncIterator[str]) -> str:
    return await pieces.__anext__()


def test_a_meter_around_a_batch_adds_it_up(provider: Provider) -> None:
    with captured(provider), aso.meter() as meter:
        model(provider).batch([QUESTION] * 3)
    assert (len(meter.events), meter.total_cost) == (3, 3 * Decimal("0.0000222"))
