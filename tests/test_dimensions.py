from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import pytest

import aso
from aso import DimensionError
from aso.context import current


def dims() -> dict[str, str]:
    return dict(current().dims)


# --- blocks ---------------------------------------------------------------------------------------


def test_inner_tags_win_and_outer_ones_come_back() -> None:
    with aso.dimensions({"team": "search"}, app="shop"):
        with aso.dimensions(team="ads", step="rank"):
            assert dims() == {"team": "ads", "app": "shop", "step": "rank"}
        assert dims() == {"team": "search", "app": "shop"}
    assert dims() == {}


def test_tags_end_with_the_block_that_an_exception_leaves() -> None:
    with pytest.raises(ZeroDivisionError), aso.dimensions(team="search"):
        raise ZeroDivisionError
    assert dims() == {}


def test_a_mapping_is_copied_when_it_is_written() -> None:
    tags = {"team": "search"}
    block = aso.dimensions(tags)
    tags["team"] = "ads"
    with block:
        assert dims() == {"team": "search"}


def test_one_instance_is_entered_in_itself_and_again_later() -> None:
    block = aso.dimensions(team="search")
    with block, aso.dimensions(team="ads"), block:
        assert dims() == {"team": "search"}
    with block:
        assert dims() == {"team": "search"}
    assert dims() == {}


def test_one_instance_serves_tasks_that_overlap() -> None:
    block = aso.dimensions(step="rank")

    async def task(name: str, ready: asyncio.Event, go: asyncio.Event) -> dict[str, str]:
        with aso.dimensions(task=name):
            async with block:
                ready.set()
                await go.wait()
            return dims()

    async def both() -> list[dict[str, str]]:
        one, two = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(task("1", one, two))
        await one.wait()
        second = asyncio.create_task(task("2", two, one))
        return [await first, await second]

    assert asyncio.run(both()) == [{"task": "1"}, {"task": "2"}]


def test_tags_follow_into_tasks_and_stay_out_of_their_siblings() -> None:
    async def child(name: str) -> dict[str, str]:
        async with aso.dimensions(child=name):
            await asyncio.sleep(0)
            return dims()

    async def parent() -> list[dict[str, str]]:
        async with aso.dimensions(team="search"):
            return [*await asyncio.gather(child("a"), child("b")), dims()]

    a, b, after = asyncio.run(parent())
    assert (a, b) == ({"team": "search", "child": "a"}, {"team": "search", "child": "b"})
    assert after == {"team": "search"}


def test_blocks_that_end_out_of_turn_take_out_their_own_tags_only() -> None:
    def body() -> Iterator[None]:
        with aso.dimensions(inside="yes"):
            yield

    generator = body()
    next(generator)
    with aso.dimensions(team="search"):
        generator.close()
        assert dims() == {"team": "search"}
    assert dims() == {}


# --- limits, raised where they are written --------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({f"k{n}": "v" for n in range(9)}, "Too many dimension pairs (max 8): 9 are in force"),
        ({"k" * 33: "v"}, "Dimension key too long: 'kkk"),
        ({"k": "v" * 65}, "Dimension value too long: k='vvv"),
        ({"k": 7}, "Dimension 'k' is 7: keys are non-empty strings"),
        ({7: "v"}, "Dimension 7 is 'v': keys are non-empty strings"),
        ({"": "v"}, "Dimension '' is 'v': keys are non-empty strings"),
        ({"k": "\ud800"}, "Dimension 'k' is '\\ud800': keys are non-empty strings"),
        (["team"], "Dimensions are a list: a mapping of strings is needed"),
    ],
)
def test_a_breach_is_raised_where_it_is_written(tags: Any, said: str) -> None:
    with pytest.raises(DimensionError) as caught:
        aso.dimensions(tags)
    assert str(caught.value).startswith(said)


def test_the_limits_themselves_are_allowed() -> None:
    tags = {f"{n}".ljust(32, "k"): "é" * 64 for n in range(8)}
    with aso.dimensions(tags):
        assert dims() == tags


def test_nested_blocks_are_eight_pairs_together() -> None:
    with aso.dimensions({f"k{n}": "v" for n in range(8)}):
        with aso.dimensions(k0="other"):
            assert len(dims()) == 8
        with pytest.raises(DimensionError, match=r"Too many dimension pairs \(max 8\): 9"):
            aso.dimensions(one="more").__enter__()
        assert len(dims()) == 8


def test_a_long_value_is_not_quoted_whole() -> None:
    with pytest.raises(DimensionError) as caught:
        aso.dimensions(key="secret-" * 20)
    assert len(str(caught.value)) < 160


# --- functions of the four kinds -----------------------------------------------------------------


@aso.dimensions(team="search")
def plain(x: int, *, y: str = "") -> dict[str, str]:
    """Say what is in force."""
    return dims()


@aso.dimensions(team="search")
async def coroutine(x: int, *, y: str = "") -> dict[str, str]:
    """Say what is in force."""
    await asyncio.sleep(0)
    return dims()


@aso.dimensions(team="search")
def generator(x: int, *, y: str = "") -> Iterator[dict[str, str]]:
    """Say what is in force."""
    yield dims()
    yield dims()


@aso.dimensions(team="search")
async def async_generator(x: int, *, y: str = "") -> AsyncIterator[dict[str, str]]:
    """Say what is in force."""
    yield dims()
    await asyncio.sleep(0)
    yield dims()


KINDS = (
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
)


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (plain, (False, False, False)),
        (coroutine, (True, False, False)),
        (generator, (False, True, False)),
        (async_generator, (False, False, True)),
    ],
)
def test_a_decorated_function_keeps_its_kind_name_and_signature(
    function: Callable[..., Any], kind: tuple[bool, ...]
) -> None:
    assert tuple(is_kind(function) for is_kind in KINDS) == kind
    assert list(inspect.signature(function).parameters) == ["x", "y"]
    assert function.__doc__ == "Say what is in force."
    assert function.__module__ == __name__


def test_a_function_and_a_coroutine_run_under_the_tags_and_leave_none() -> None:
    with aso.dimensions(app="shop"):
        assert plain(1) == {"app": "shop", "team": "search"}
        assert asyncio.run(coroutine(1)) == {"app": "shop", "team": "search"}
        assert dims() == {"app": "shop"}


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


def test_cancelling_a_coroutine_leaves_no_tags() -> None:
    @aso.dimensions(team="search")
    async def wait() -> None:
        await asyncio.sleep(60)

    async def cancel() -> dict[str, str]:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(wait(), 0.01)
        return dims()

    assert asyncio.run(cancel()) == {}


def test_a_coroutine_dropped_halfway_leaves_the_tags_of_whoever_drops_it() -> None:
    steps = coroutine(1)
    contextvars.copy_context().run(steps.send, None)  # type: ignore[attr-defined]
    with aso.dimensions(app="shop"):
        steps.close()  # type: ignore[attr-defined]
        assert dims() == {"app": "shop"}


def test_recursion_comes_back_to_the_tags_before() -> None:
    @aso.dimensions(team="search")
    def down(depth: int) -> int:
        return 0 if depth == 0 else 1 + down(depth - 1)

    assert down(100) == 100
    assert dims() == {}


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


def test_methods_are_decorated_in_either_order() -> None:
    tag = aso.dimensions(team="search")

    class Service:
        @tag
        def method(self) -> dict[str, str]:
            return dims()

        @staticmethod
        @tag
        def inner() -> dict[str, str]:
            return dims()

        @tag
        @staticmethod
        def outer() -> dict[str, str]:
            return dims()

        @tag
        @classmethod
        def of_class(cls) -> tuple[str, dict[str, str]]:
            return cls.__name__, dims()

    one = {"team": "search"}
    assert (Service().method(), Service.inner(), Service.outer()) == (one, one, one)
    assert Service.of_class() == ("Service", one)


@pytest.mark.parametrize("wrong", [dict, 7, property(lambda self: 1)])
def test_what_is_no_function_is_refused(wrong: Any) -> None:
    with pytest.raises(aso.ConfigError, match="it decorates functions"):
        aso.dimensions(team="search")(wrong)


def test_callable_objects_and_partials_are_wrapped_by_what_they_call() -> None:
    class Later:
        async def __call__(self) -> dict[str, str]:
            await asyncio.sleep(0)
            return dims()

    tag = aso.dimensions(team="search")
    assert asyncio.run(tag(Later())()) == {"team": "search"}
    assert asyncio.run(tag(partial(coroutine, 1))()) == {"team": "search"}


# --- other threads --------------------------------------------------------------------------------


def test_threads_start_without_tags_and_carry_brings_them() -> None:
    with aso.dimensions(team="search"), ThreadPoolExecutor(1) as executor:
        carried = aso.carry(dims)
        assert executor.submit(dims).result() == {}
        assert executor.submit(carried).result() == {"team": "search"}
        assert executor.submit(dims).result() == {}


def test_carry_takes_the_place_of_what_is_in_force_there() -> None:
    with aso.dimensions(team="search"):
        carried = aso.carry(dims)
    with aso.dimensions(app="shop"):
        assert (carried(), dims()) == ({"team": "search"}, {"app": "shop"})


def test_carry_keeps_coroutines_and_generators_what_they_are() -> None:
    async def later() -> dict[str, str]:
        await asyncio.sleep(0)
        return dims()

    def steps() -> Iterator[dict[str, str]]:
        yield dims()
        yield dims()

    with aso.dimensions(team="search"):
        carried, carried_steps = aso.carry(later), aso.carry(steps)
    assert asyncio.run(carried()) == {"team": "search"}
    assert list(carried_steps()) == [{"team": "search"}] * 2


def test_many_threads_each_see_their_own_tags() -> None:
    wrong: list[Any] = []
    shared = aso.dimensions(step="rank")

    def work(name: str) -> None:
        for _ in range(200):
            with aso.dimensions(thread=name), shared:
                if dims() != {"thread": name, "step": "rank"}:
                    wrong.append(dims())

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(16)]
    with ExitStack() as stack:
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
    assert wrong == []
