"""Functions that are decorated: their kind, name and signature stay, their tags end with them."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import aso
from tests.tagged import async_generator, coroutine, dims, generator, plain

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
    assert function.__module__ == "tests.tagged"


def test_a_function_and_a_coroutine_run_under_the_tags_and_leave_none() -> None:
    with aso.dimensions(app="shop"):
        assert plain(1) == {"app": "shop", "team": "search"}
        assert asyncio.run(coroutine(1)) == {"app": "shop", "team": "search"}
        assert dims() == {"app": "shop"}


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
