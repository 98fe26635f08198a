"""Blocks of dimensions, one in another, and their limits: raised where they are written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import aso
from aso import DimensionError
from tests.tagged import dims


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
