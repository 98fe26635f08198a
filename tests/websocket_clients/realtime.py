"""OpenAI's Realtime sessions: what its server says, and the real SDK's two clients, driven alike.

Documented, not recorded: the events have the fields of openai 3.57's types; the usage is what
github.com/openai/openai-agents-js/issues/538 quotes of OpenAI's page, but for 4 of the cached tokens,
which are sound here (2026-11-26).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import openai
import pytest

from tests.websocket_clients.server import Talk

MODEL = "gpt-realtime-2"
USAGE = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119,
        "audio_tokens": 13,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 60, "audio_tokens": 4, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}
both = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "event_id": "event_1", **fields}


def session(**fields: Any) -> dict[str, Any]:
    return event("session.created", session={"type": "realtime", "model": MODEL, **fields})


def created(identity: str = "resp_1") -> dict[str, Any]:
    return event("response.created", response={"id": identity, "status": "in_progress"})


def said(text: str, identity: str = "resp_1") -> dict[str, Any]:
    place = {"item_id": "item_1", "output_index": 0, "content_index": 0}
    kind = "response.output_audio_transcript.delta"
    return event(kind, response_id=identity, delta=text, **place)


def heard(usage: Any) -> dict[str, Any]:
    kind = "conversation.item.input_audio_transcription.completed"
    return event(kind, item_id="item_9", content_index=0, transcript="Hi.", usage=usage)


def done(identity: str = "resp_1", status: str = "completed", **fields: Any) -> dict[str, Any]:
    response = {"id": identity, "status": status, "output": [], "usage": USAGE, **fields}
    return event("response.done", response=response)


ANSWER = [created(), said("Hello"), said(" there."), done()]


def client(talk: Talk, kind: Any = openai.OpenAI, **options: Any) -> Any:
    """Return a client of the SDK whose websockets lead to the server; old ones ask for TLS else."""
    return kind(api_key="sk-test", websocket_base_url=f"ws://{talk.host}/v1", **options)


def converse(
    talk: Talk,
    *,
    asks: int = 1,
    reads: int = 0,
    is_async: bool = False,
    resource: Callable[[Any], Any] = lambda client: client.realtime,
    **options: Any,
) -> list[str]:
    """Open a session, ask, read until as many answers are done, or events are read; close it."""
    kind: Any = openai.AsyncOpenAI if is_async else openai.OpenAI
    opening = resource(client(talk, kind)).connect(model=MODEL, **options)
    wanted = Wanted(asks, reads)
    if is_async:
        return asyncio.run(_converse_async(opening, wanted))
    with opening as connection:
        for _ in range(asks):
            connection.response.create()
        while not wanted.is_met():
            wanted.read(connection.recv())
    return wanted.kinds


async def _converse_async(opening: Any, wanted: Wanted) -> list[str]:
    async with opening as connection:
        for _ in range(wanted.answers):
            await connection.response.create()
        while not wanted.is_met():
            wanted.read(await connection.recv())
    return wanted.kinds


class Wanted:
    """How far a session is read."""

    def __init__(self, answers: int, events: int) -> None:
        self.answers = answers
        self.events = events
        self.kinds: list[str] = []

    def read(self, event: Any) -> None:
        self.kinds.append(event.type)

    def is_met(self) -> bool:
        if self.events:
            return len(self.kinds) >= self.events
        return self.kinds.count("response.done") >= self.answers


def outline(event: Any) -> tuple[Any, ...]:
    """Return outcome, where the usage is from, input, output and the total cost."""
    usage, total = event.usage, event.cost.total
    cost = None if total is None else str(total)
    return event.outcome, usage.source, usage.input_tokens, usage.output_tokens, cost
