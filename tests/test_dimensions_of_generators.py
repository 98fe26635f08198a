"""Generators that are decorated: tags hold while the body runs, never in the loop that consumes it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

import aso
from tests.tagged import async_generator, dims, generator


def test_a_generators_tags_are_never_in_force_in_its_consumer() -> None:
    seen = [(inside, dims()) for inside in generator(1)]
    assert seen == [({"team": "search"}, {})] * 2


def test_an_async_generators_tags_are_never_in_force_in_its_consumer() -> None:
    async def consume() -> list[Any]:
        return [(inside, dims()) async for inside in async_generator(1)]

    assert asyncio.run(consume()) == [({"team": "search"}, {})] * 2


def test_a_generators_own_blocks_last_across_its_yields_and_stay_inside() -> None:
    @aso.dimensions(team="search")
    def body() -> Iterator[dict[str, str]]:
        with aso.dimensions(step="rank"):
            yield dims()
            yield dims()
        yield dims()

    seen = [(inside, dims()) for inside in body()]
    both, one = {"team": "search", "step": "rank"}, {"team": "search"}
    assert seen == [(both, {}), (both, {}), (one, {})]


def test_a_generator_sees_what_its_consumer_has_in_force_at_each_step() -> None:
    steps = generator(1)
    with aso.dimensions(turn="1"):
        first = next(steps)
    with aso.dimensions(turn="2"):
        second = next(steps)
    assert (first, second) == (
        {"turn": "1", "team": "search"},
        {"turn": "2", "team": "search"},
    )


def echo() -> Iterator[Any]:
    """Answer what is sent, survive one error, return a value."""
    got = yield "ready"
    try:
        got = yield ("sent", got)
    except ValueError as error:
        got = yield ("thrown", str(error))
    return ("returned", got)


def drive(generator: Any) -> list[Any]:
    seen = [next(generator), generator.send(1), generator.throw(ValueError("2"))]
    try:
        generator.send(3)
    except StopIteration as end:
        seen.append(end.value)
    return seen


def test_send_throw_and_the_returned_value_pass_through() -> None:
    assert drive(aso.dimensions(team="search")(echo)()) == drive(echo())


def test_an_error_of_the_body_reaches_the_consumer_as_it_is() -> None:
    error = KeyError("mine")

    @aso.dimensions(team="search")
    def body() -> Iterator[int]:
        yield 1
        raise error

    steps = body()
    next(steps)
    with pytest.raises(KeyError) as caught:
        next(steps)
    assert caught.value is error
    assert dims() == {}


def test_closing_runs_the_bodys_cleanup_under_its_tags() -> None:
    seen: list[dict[str, str]] = []

    @aso.dimensions(team="search")
    def body() -> Iterator[int]:
        try:
            yield 1
        finally:
            seen.append(dims())

    steps = body()
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert (seen, dims()) == ([{"team": "search"}], {})


def test_a_body_that_ignores_its_close_is_told_so_as_ever() -> None:
    @aso.dimensions(team="search")
    def body() -> Iterator[int]:
        try:
            yield 1
        except GeneratorExit:
            yield 2

    steps = body()
    next(steps)
    with pytest.raises(RuntimeError, match="generator ignored GeneratorExit"):
        steps.close()  # type: ignore[attr-defined]


def test_a_dropped_generator_is_collected_at_once_and_cleans_up() -> None:
    seen: list[str] = []

    @aso.dimensions(team="search")
    def body() -> Iterator[int]:
        try:
            while True:
                try:
                    yield 1
                except ValueError:
                    seen.append("thrown")
        finally:
            seen.append("closed")

    gc.disable()
    try:
        steps: Any = body()
        next(steps)
        steps.throw(ValueError("once"))
        del steps
        assert seen == ["thrown", "closed"]
    finally:
        gc.enable()
    assert dims() == {}


def test_a_generator_may_be_closed_in_another_context() -> None:
    steps: Any = generator(1)
    contextvars.copy_context().run(next, steps)
    with aso.dimensions(app="shop"):
        steps.close()
        assert dims() == {"app": "shop"}
    assert dims() == {}


async def async_echo() -> AsyncIterator[Any]:
    got = yield "ready"
    try:
        got = yield ("sent", got)
    except ValueError as error:
        got = yield ("thrown", str(error))
    yield ("last", got)


def test_asend_athrow_and_aclose_pass_through() -> None:
    async def drive_async(steps: Any) -> list[Any]:
        seen = [await anext(steps), await steps.asend(1), await steps.athrow(ValueError("2"))]
        seen.append(await steps.asend(3))
        await steps.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(steps)
        return seen

    decorated = aso.dimensions(team="search")(async_echo)
    assert asyncio.run(drive_async(decorated())) == asyncio.run(drive_async(async_echo()))


def test_an_abandoned_async_generator_is_closed_by_the_loop_without_complaint(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[dict[str, str]] = []

    @aso.dimensions(team="search")
    async def body() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            seen.append(dims())

    async def abandon() -> None:
        async for _ in body():
            break
        await asyncio.sleep(0.01)  # the loop closes what was dropped

    asyncio.run(abandon())
    assert (seen, caplog.records) == ([{"team": "search"}], [])


def test_an_async_generator_may_be_stepped_from_several_tasks() -> None:
    async def steps() -> list[Any]:
        source = async_generator(1)
        found = [await asyncio.create_task(anext(source)) for _ in range(2)]
        return [*found, dims()]

    inside = {"team": "search"}
    assert asyncio.run(steps()) == [inside, inside, {}]


def test_context_managers_made_of_generators_tag_their_own_code_only() -> None:
    @contextmanager
    @aso.dimensions(team="search")
    def sync() -> Iterator[dict[str, str]]:
        yield dims()

    @asynccontextmanager
    @aso.dimensions(team="search")
    async def other() -> AsyncIterator[dict[str, str]]:
        yield dims()

    async def use() -> tuple[Any, ...]:
        with sync() as one:
            async with other() as two:
                return one, two, dims()

    assert asyncio.run(use()) == ({"team": "search"}, {"team": "search"}, {})
