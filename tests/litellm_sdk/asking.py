"""The real LiteLLM against a server on this machine, sync and async under one form."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import litellm
import pytest

import aso
from aso.testing import capture_events
from tests.litellm_sdk.answers import MESSAGES

litellm.suppress_debug_info = True
COMMON: dict[str, Any] = {"api_key": "none", "max_retries": 0}


class Way(NamedTuple):
    """``complete`` returns an answer, ``stream`` its chunks, all or the first ones."""

    name: str
    complete: Callable[..., Any]
    stream: Callable[..., list[Any]]


def _complete(**options: Any) -> Any:
    return litellm.completion(messages=MESSAGES, **COMMON, **options)


def _stream(count: int | None = None, **options: Any) -> list[Any]:
    found: list[Any] = []
    for chunk in litellm.completion(messages=MESSAGES, stream=True, **COMMON, **options):
        found.append(chunk)
        if len(found) == count:
            break
    return found


LOOP = asyncio.new_event_loop()  # one for all: LiteLLM keeps clients, and each belongs to its loop


def run(coroutine: Any) -> Any:
    """Await in a sync test."""
    return LOOP.run_until_complete(coroutine)


def close_loop() -> None:
    """End what LiteLLM leaves running: its logging worker."""
    left = asyncio.all_tasks(LOOP)
    for task in left:
        task.cancel()
    if left:
        run(asyncio.wait(left, timeout=1))  # 1.80's goes on
    LOOP.close()


async def _acomplete(**options: Any) -> Any:
    return await litellm.acompletion(messages=MESSAGES, **COMMON, **options)


async def _astream(count: int | None = None, **options: Any) -> list[Any]:
    found: list[Any] = []
    asked = await litellm.acompletion(messages=MESSAGES, stream=True, **COMMON, **options)
    async for chunk in asked:
        found.append(chunk)
        if len(found) == count:
            break
    return found


WAYS = (
    Way("sync", _complete, _stream),
    Way("async", lambda **o: run(_acomplete(**o)), lambda **o: run(_astream(**o))),
)
each_way = pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])


@contextmanager
def captured(**options: Any) -> Iterator[list[aso.Event]]:
    """Collect the events of a block; nothing of ours may fail in it."""
    with aso.instrument(sinks=[], **options), capture_events() as events:
        yield events
        assert aso.stats().internal_errors == 0


def let_go(events: list[aso.Event]) -> None:
    """Wait until LiteLLM's logging threads have let go of a stream, and it is collected."""
    litellm.error_logs.clear()  # up to 1.80 the last call's locals are kept there
    deadline = time.monotonic() + 5
    while not events and time.monotonic() < deadline:
        run(asyncio.sleep(0.01))
        gc.collect()
        aso.stats()  # sweeps


def outline(event: aso.Event) -> dict[str, Any]:
    """Return what an event says of who was asked, by whom, and how it ended."""
    found = event.to_dict()
    names = ("kind", "provider", "endpoint", "operation", "request_model", "stream", "attempts")
    ends = ("outcome", "http_status", "error_type", "usage_source")
    tokens = ("prompt_tokens", "completion_tokens")
    return {"sdk": found["sdk"]["name"], **{name: found[name] for name in names + ends + tokens}}
