from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

import aso
from aso import ConfigError, DimensionError
from aso.context import current


def seen() -> tuple[str | None, dict[str, str]]:
    scope = current()
    return scope.function, dict(scope.dims)


@aso.track
def bare() -> Any:
    return seen()


@aso.track(feature="rerank")
def tagged() -> Any:
    return seen()


@aso.track
async def coroutine() -> Any:
    await asyncio.sleep(0)
    return seen()


@aso.track(feature="rerank")
def generator() -> Iterator[Any]:
    yield seen()


@aso.track
async def async_generator() -> AsyncIterator[Any]:
    yield seen()


class Service:
    @aso.track
    def method(self) -> Any:
        return seen()

    @aso.track
    @classmethod
    def of_class(cls) -> Any:
        return cls, seen()

    @staticmethod
    @aso.track(feature="static")
    def static() -> Any:
        return seen()


def test_the_name_is_module_and_qualified_name() -> None:
    assert bare() == (f"{__name__}.bare", {})
    assert tagged() == (f"{__name__}.tagged", {"feature": "rerank"})
    assert seen() == (None, {})


def test_all_kinds_of_functions_are_named() -> None:
    async def first() -> Any:
        return [item async for item in async_generator()][0]

    assert asyncio.run(coroutine())[0] == f"{__name__}.coroutine"
    assert list(generator()) == [(f"{__name__}.generator", {"feature": "rerank"})]
    assert asyncio.run(first())[0] == f"{__name__}.async_generator"
    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isasyncgenfunction(async_generator)


def test_methods_are_named_by_their_class() -> None:
    assert Service().method() == (f"{__name__}.Service.method", {})
    assert Service.of_class() == (Service, (f"{__name__}.Service.of_class", {}))
    assert Service.static() == (f"{__name__}.Service.static", {"feature": "static"})


def test_the_innermost_function_counts_and_the_outer_comes_back() -> None:
    @aso.track(layer="outer")
    def outer() -> Any:
        return seen()[0], bare(), seen()[0]

    name = f"{__name__}.test_the_innermost_function_counts_and_the_outer_comes_back.<locals>.outer"
    assert outer() == (name, (f"{__name__}.bare", {"layer": "outer"}), name)


def test_dimensions_inside_keep_the_function() -> None:
    @aso.track
    def outer() -> Any:
        with aso.dimensions(step="rank"):
            return seen()

    function, dims = outer()
    assert (function.rpartition(".")[2], dims) == ("outer", {"step": "rank"})


def test_carry_takes_the_function_along() -> None:
    @aso.track
    def outer() -> Any:
        with ThreadPoolExecutor(1) as executor:
            return executor.submit(aso.carry(seen)).result()

    assert outer()[0].endswith(".outer")


def test_a_partial_is_named_by_its_type_having_no_name() -> None:
    assert aso.track(partial(seen))() == ("functools.partial", {})


@pytest.mark.parametrize("wrong", [Service, "name", 3])
def test_a_class_or_a_value_is_refused_with_the_way_out(wrong: Any) -> None:
    with pytest.raises(ConfigError, match="decorate the methods of a class, one by one"):
        aso.track(wrong)
    with pytest.raises(ConfigError, match="decorate the methods of a class, one by one"):
        aso.track(feature="x")(wrong)


def test_a_bad_tag_is_raised_where_it_is_written() -> None:
    with pytest.raises(DimensionError, match="Dimension value too long: feature="):
        aso.track(feature="x" * 65)
