"""Realtime agents of openai-agents: they speak by websockets alone, and each answer is an event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import aso
from tests.websocket_clients.realtime import ANSWER, MODEL, outline, session
from tests.websocket_clients.server import Talk, speaking

realtime: Any = pytest.importorskip("agents.realtime")


@pytest.fixture(autouse=True)
def no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the framework's own traces from leaving for OpenAI."""
    monkeypatch.setenv("OPENAI_AGENTS_DISABLE_TRACING", "1")


async def converse(talk: Talk) -> None:
    agent = realtime.RealtimeAgent(name="a", instructions="Be brief.")
    url = f"ws://{talk.host}/v1/realtime?model={MODEL}"
    opening = await realtime.RealtimeRunner(agent).run(model_config={"api_key": "k", "url": url})
    async with opening as connection:
        await connection.send_message("Hi.")
        async for event in connection:
            if event.type == "agent_end":
                return


def test_an_answer_of_a_realtime_agent_is_one_event() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events, aso.dimensions(team="voice"):
        asyncio.run(asyncio.wait_for(converse(talk), 20))
    [one] = events
    assert (one.operation, one.model, dict(one.dims)) == ("realtime", MODEL, {"team": "voice"})
    assert outline(one) == ("completed", "provider", 132, 121, "0.0070936")
