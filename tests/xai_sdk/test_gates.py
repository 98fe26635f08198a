"""Budgets before xAI's calls: awaited where the SDK awaits, so that no store blocks an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import aso
from aso.policy import Gates
from aso.records import Call, Event
from aso.runtime import RUNTIME
from tests.xai_sdk.server import MODEL, Server
from tests.xai_sdk.test_calls import asking, captured, chat, client

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]


class Remote:
    """A gate whose store is across the network: it answers once others on the loop had their turn."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.is_full = is_full
        self.log: list[Any] = []

    def reserve(self, call: Call) -> Remote:
        self.log.append("blocked the loop")
        return self

    async def areserve(self, call: Call) -> Remote:
        turn = asyncio.Event()
        asyncio.get_running_loop().call_soon(turn.set)
        await turn.wait()
        if self.is_full:
            raise aso.PolicyError("no room", rule="room", value=str(call.model))
        self.log.append(f"reserved {call.model}")
        return self

    def settle(self, event: Event | None) -> None:
        self.log.append(event and event.outcome)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


@contextmanager
def gated(server: Server, gate: Any) -> Iterator[list[Event]]:
    with captured(server) as events:
        assert RUNTIME.session is not None
        RUNTIME.session.pipeline.gates = Gates([gate])
        yield events


async def sampled(chat: Any) -> str:
    return str((await chat.sample()).content)


async def streamed(chat: Any) -> str:
    return "".join([chunk.content async for _, chunk in chat.stream()])


each_way = pytest.mark.parametrize("ask", [sampled, streamed])


@each_way
def test_room_is_awaited_and_settled(ask: Callable[[Any], Any], server: Server) -> None:
    gate = Remote()
    with gated(server, gate) as events:
        assert asking(server, ask) == "Hello!"
    assert gate.log == [f"reserved {MODEL}", "completed"]
    assert [event.outcome for event in events] == ["completed"]


@each_way
def test_without_room_nothing_is_sent(ask: Callable[[Any], Any], server: Server) -> None:
    with gated(server, Remote(is_full=True)) as events:
        with pytest.raises(aso.PolicyError, match="no room"):
            asking(server, ask)
    assert (server.chat.requests, [event.kind for event in events]) == ([], ["refused"])


def test_calls_begin_before_they_are_awaited(server: Server) -> None:
    async def both(one: Any) -> list[str]:
        answers = await asyncio.gather(one.sample(), one.sample())
        return [answer.content for answer in answers]

    gate = Remote()
    with gated(server, gate):
        assert asking(server, both) == ["Hello!"] * 2
    assert gate.log[:2] == [f"reserved {MODEL}"] * 2


def test_where_nothing_awaits_it_is_reserved_at_once(server: Server) -> None:
    gate = Remote()
    with gated(server, gate):
        assert chat(client(server)).sample().content == "Hello!"
    assert gate.log == ["blocked the loop", "completed"]
