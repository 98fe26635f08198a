from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

import aso
from aso import ConfigError
from aso.testing import capture_events
from tests.openai_sdk.scripted import (
    COMPLETION,
    Script,
    ask,
    async_client,
    client,
    usage_when_asked,
)

pytestmark = pytest.mark.sdk


@pytest.fixture(autouse=True)
def captured() -> Iterator[list[Any]]:
    with capture_events() as events:
        yield events


def test_a_meter_sums_what_its_block_cost(captured: list[Any]) -> None:
    ask(client(Script(COMPLETION)))
    with aso.meter() as meter:
        ask(client(Script(COMPLETION)))
        ask(client(Script(COMPLETION)))
    ask(client(Script(COMPLETION)))
    assert list(meter.events) == captured[1:3]
    assert meter.total_cost == sum(event.cost.total for event in captured[1:3]) > 0
    assert meter.unpriced == 0


def test_an_unknown_model_is_unpriced_and_no_zero() -> None:
    with aso.meter() as meter:
        ask(client(Script({**COMPLETION, "model": "no-such-model"})))
    assert (meter.total_cost, meter.unpriced, len(meter.events)) == (Decimal(0), 1, 1)


def test_an_inner_meter_is_part_of_the_outer() -> None:
    with aso.meter() as outer:
        ask(client(Script(COMPLETION)))
        with aso.meter() as inner:
            ask(client(Script(COMPLETION)))
    assert inner.events == outer.events[1:]
    assert outer.total_cost == 2 * inner.total_cost


def test_a_stream_counts_once_it_has_ended() -> None:
    with aso.meter() as meter:
        stream = ask(client(Script(usage_when_asked)), stream=True)
        next(stream)
        assert meter.events == ()
        list(stream)
        assert [event.stream for event in meter.events] == [True]


def test_a_stream_read_on_after_the_block_is_not_counted(captured: list[Any]) -> None:
    with aso.meter() as meter:
        stream = ask(client(Script(usage_when_asked)), stream=True)
    list(stream)
    assert (len(captured), meter.events) == (1, ())


def test_a_call_started_before_the_block_is_not_counted() -> None:
    stream = ask(client(Script(usage_when_asked)), stream=True)
    with aso.meter() as meter:
        list(stream)
    assert meter.events == ()


def test_tasks_and_carried_threads_are_counted() -> None:
    async def several() -> None:
        asking = async_client(Script(COMPLETION))
        await asyncio.gather(*(ask(asking) for _ in range(3)))

    with aso.meter() as meter, ThreadPoolExecutor(4) as executor:
        asyncio.run(several())
        carried = aso.carry(lambda: ask(client(Script(COMPLETION))))
        for future in [executor.submit(carried) for _ in range(8)]:
            future.result()
        executor.submit(ask, client(Script(COMPLETION))).result()
    assert len(meter.events) == 11


def test_a_meter_goes_on_when_it_is_used_again_but_is_not_opened_twice() -> None:
    with aso.meter() as meter:
        ask(client(Script(COMPLETION)))
        with pytest.raises(ConfigError, match="this meter is open already"):
            meter.__enter__()
    with meter:
        ask(client(Script(COMPLETION)))
    assert len(meter.events) == 2
