from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from aso import PolicyError
from aso.policy import Gates
from aso.records import Call

CALL = Call(
    provider="openai",
    operation="chat",
    endpoint="chat/completions",
    host=None,
    model="gpt-4o",
    stream=False,
    dims={},
)
EVENT: Any = object()


class Room:
    """A gate with room for so many calls; it writes down what happens."""

    def __init__(self, name: str, log: list[Any], *, room: int = 1, error: Any = None) -> None:
        self.name, self.log, self.room, self.error = name, log, room, error

    def reserve(self, call: Call) -> Any:
        if self.error is not None:
            raise self.error
        if self.room == 0:
            raise PolicyError("no room", rule=self.name)
        self.room -= 1
        self.log.append(("hold", self.name))
        return self

    async def areserve(self, call: Call) -> Any:
        await asyncio.sleep(0)
        return self.reserve(call)

    def settle(self, event: Any) -> None:
        self.room += 1
        self.log.append(("settle", self.name, event))


class Free:
    def reserve(self, call: Call) -> None:
        return None

    async def areserve(self, call: Call) -> None:
        return None


class Slow(Room):
    async def areserve(self, call: Call) -> Any:
        await asyncio.sleep(60)


def reserve(gates: Gates, how: str) -> Any:
    return gates.reserve(CALL) if how == "reserve" else asyncio.run(gates.areserve(CALL))


both = pytest.mark.parametrize("how", ["reserve", "areserve"])


@both
def test_all_gates_hold_and_are_settled_by_the_calls_event(how: str) -> None:
    log: list[Any] = []
    hold = reserve(Gates([Room("day", log), Free(), Room("month", log)]), how)
    hold.settle(EVENT)
    assert log == [
        ("hold", "day"),
        ("hold", "month"),
        ("settle", "month", EVENT),
        ("settle", "day", EVENT),
    ]


@both
def test_a_later_refusal_releases_the_earlier_and_reaches_the_caller(how: str) -> None:
    log: list[Any] = []
    with pytest.raises(PolicyError, match="no room") as caught:
        reserve(Gates([Room("day", log), Room("month", log, room=0), Room("year", log)]), how)
    assert caught.value.rule == "month"
    assert log == [("hold", "day"), ("settle", "day", None)]


@both
def test_a_gate_that_breaks_releases_the_earlier_too(how: str) -> None:
    log: list[Any] = []
    with pytest.raises(OSError, match="store is away"):
        reserve(Gates([Room("day", log), Room("x", log, error=OSError("store is away"))]), how)
    assert log[-1] == ("settle", "day", None)


def test_a_task_cancelled_while_it_waits_keeps_nothing() -> None:
    log: list[Any] = []

    async def cancel() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(Gates([Room("day", log), Slow("far", log)]).areserve(CALL), 0.01)

    asyncio.run(cancel())
    assert log == [("hold", "day"), ("settle", "day", None)]


def test_a_hold_is_settled_once_whoever_comes_first() -> None:
    log: list[Any] = []
    hold: Any = Gates([Room(str(n), log) for n in range(50)]).reserve(CALL)
    threads = [threading.Thread(target=hold.settle, args=(EVENT,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one[1] for one in log if one[0] == "settle") == sorted(map(str, range(50)))


def test_one_failing_settlement_does_not_stop_the_others() -> None:
    class Failing(Room):
        def settle(self, event: Any) -> None:
            super().settle(event)
            raise OSError("store is away")

    log: list[Any] = []
    hold: Any = Gates([Room("a", log), Failing("b", log), Room("c", log)]).reserve(CALL)
    with pytest.raises(OSError, match="store is away"):
        hold.settle(EVENT)
    assert [one[1] for one in log if one[0] == "settle"] == ["c", "b", "a"]


def test_a_refusal_outweighs_a_failing_release() -> None:
    class Failing(Room):
        def settle(self, event: Any) -> None:
            raise OSError("store is away")

    log: list[Any] = []
    with pytest.raises(PolicyError, match="no room"):
        Gates([Failing("a", log), Room("b", log, room=0)]).reserve(CALL)


@both
def test_nothing_held_is_nothing_to_settle(how: str) -> None:
    assert reserve(Gates([Free(), Free()]), how) is None
    assert reserve(Gates([]), how) is None
