"""The seam for budgets: reserved before anything is sent, settled on every end. The gate here is
a plug, written as a budget would be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pytest

import aso
from aso.policy import Gates
from aso.records import Call, Event
from aso.runtime import RUNTIME
from tests.openai_sdk.scripted import (
    COMPLETION,
    Script,
    ask,
    async_client,
    client,
    usage_when_asked,
)

pytestmark = pytest.mark.sdk


class Room:
    """A gate with room for one call at a time; ``log`` says what happened."""

    def __init__(self) -> None:
        self.log: list[Any] = []
        self.is_taken = False

    def reserve(self, call: Call) -> Room:
        if self.is_taken:
            raise aso.PolicyError("no room", rule="room", value=str(call.model))
        self.is_taken = True
        self.log.append(f"reserved {call.model}")
        return self

    async def areserve(self, call: Call) -> Room:
        await asyncio.sleep(0)
        return self.reserve(call)

    def settle(self, event: Event | None) -> None:
        self.is_taken = False
        self.log.append(event and (event.outcome, event.cost.total is not None))


@pytest.fixture
def room() -> Iterator[Room]:
    found = Room()
    with aso.instrument(sinks=[]):
        assert RUNTIME.session is not None
        RUNTIME.session.pipeline.gates = Gates([found])
        yield found


def test_a_finished_call_is_settled_with_its_event(room: Room) -> None:
    ask(client(Script(COMPLETION)))
    assert room.log == ["reserved gpt-4o-mini", ("completed", True)]


def test_an_async_call_awaits_its_room(room: Room) -> None:
    asyncio.run(ask(async_client(Script(COMPLETION))))
    assert room.log == ["reserved gpt-4o-mini", ("completed", True)]


def test_a_stream_holds_its_room_until_its_end(room: Room) -> None:
    with ask(client(Script(usage_when_asked)), stream=True) as stream:
        next(stream)
        assert room.log == ["reserved gpt-4o-mini"]
    assert room.log == ["reserved gpt-4o-mini", ("cancelled", True)]


def test_an_error_gives_the_room_back(room: Room) -> None:
    with pytest.raises(openai.BadRequestError):
        ask(client(Script((400, {"error": {"message": "no"}}))))
    assert room.log == ["reserved gpt-4o-mini", ("error", True)]


def test_without_room_nothing_is_sent_and_the_refusal_is_ours_untouched(room: Room) -> None:
    script = Script(COMPLETION)
    room.is_taken = True
    with pytest.raises(aso.PolicyError, match="no room") as caught:
        ask(client(script))
    assert (script.requests, caught.value.rule, aso.stats().refused) == ([], "room", 1)


def test_a_gate_that_breaks_does_not_break_the_call(room: Room) -> None:
    def broken(call: Call) -> Room:
        raise ZeroDivisionError(call.model)

    room.reserve = broken  # type: ignore[method-assign]
    assert ask(client(Script(COMPLETION))).choices
    assert aso.stats().internal_errors == 1
