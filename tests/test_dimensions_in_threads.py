"""Dimensions in other threads: none, unless they are carried there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import aso
from tests.tagged import dims


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
