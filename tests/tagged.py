"""What is in force, and a function of each of the four kinds that says it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import aso
from aso.context import current


def dims() -> dict[str, str]:
    """Return the dimensions in force."""
    return dict(current().dims)


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
