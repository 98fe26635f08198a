"""The real google-genai SDK against a server on this machine that answers as scripted; no key.

A server, and not a mock transport: old versions send with requests, new ones with httpx, httpx2 or
aiohttp, as they like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import pytest
from google import genai
from google.genai import types

import aso
from aso.testing import capture_events
from tests import serving

MODEL = "gemini-2.5-flash"
SDK = {"name": "google-genai", "version": genai.__version__}
USAGE = {
    "promptTokenCount": 1000,
    "cachedContentTokenCount": 400,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 30,
    "totalTokenCount": 1050,
}


def answer(text: str = "Hello!", **parts: Any) -> dict[str, Any]:
    """Return an answer of generateContent; ``parts`` replace its fields."""
    content = {"role": "model", "parts": [{"text": text}]}
    candidates = [{"content": content, "finishReason": "STOP"}]
    whole = {"candidates": candidates, "usageMetadata": USAGE, "modelVersion": MODEL}
    return {**whole, "responseId": "r-1", **parts}


ANSWER = answer()
CHUNKS = (
    answer(
        "Hel",
        candidates=[{"content": {"role": "model", "parts": [{"text": "Hel"}]}}],
        usageMetadata={"promptTokenCount": 1000, "totalTokenCount": 1000},
    ),
    answer("lo!"),
)
ERROR = (400, {"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}})
BUSY = (503, {"error": {"code": 503, "message": "Busy.", "status": "UNAVAILABLE"}})


class Script(serving.Script):
    """A scripted server, and clients of it."""

    def client(self, **options: Any) -> genai.Client:
        """Return a client whose base URL is this server."""
        http = types.HttpOptions(base_url=f"http://{self.host}", **options)
        return genai.Client(api_key="none", http_options=http)

    def client_of_vertex(self, identity: Any) -> genai.Client:
        """Return a client in Vertex mode, whose base URL is this server."""
        http = types.HttpOptions(base_url=f"http://{self.host}")
        return genai.Client(
            vertexai=True, project="p", location="global", credentials=identity, http_options=http
        )


@contextmanager
def playing(*answers: Any) -> Iterator[Script]:
    """Run a server for the block."""
    with serving.serving(Script(*answers)) as script:
        yield script


@contextmanager
def captured(script: Script, **options: Any) -> Iterator[list[aso.Event]]:
    """Collect the events of a block; the server stands for Google's."""
    options = {"hosts": {script.host: "google"}, **options}
    with aso.instrument(sinks=[], **options), capture_events() as events:
        yield events


def outline(event: aso.Event) -> dict[str, Any]:
    """Return what the tests compare of an event; what is None, 0 or empty is left out."""
    found = event.to_dict()
    return {name: found[name] for name in _COMPARED.split() if found.get(name)}


_COMPARED = """
    kind sdk provider endpoint operation model request_model generation_id stream attempts
    attempts_unknown outcome http_status error_type usage_source prompt_tokens cache_read_tokens
    completion_tokens reasoning_tokens total_tokens calculated_cost prompt_chars completion_chars dims
"""
EXPECTED = {
    "kind": "call",
    "sdk": SDK,
    "provider": "google",
    "endpoint": "generateContent",
    "operation": "generate_content",
    "model": MODEL,
    "request_model": MODEL,
    "generation_id": "r-1",
    "attempts": 1,
    "outcome": "completed",
    "http_status": 200,
    "usage_source": "provider",
    "prompt_tokens": 1000,
    "cache_read_tokens": 400,
    "completion_tokens": 50,
    "reasoning_tokens": 30,
    "total_tokens": 1050,
    "calculated_cost": "0.000317",
    "prompt_chars": 10,
    "completion_chars": 6,
}
STREAMED = {**EXPECTED, "endpoint": "streamGenerateContent", "stream": True}


def without(expected: Mapping[str, Any], *names: str, **changes: Any) -> dict[str, Any]:
    """Return an expected event without some fields, and with others."""
    return {name: value for name, value in expected.items() if name not in names} | changes


def unanswered(expected: Mapping[str, Any], *names: str, **changes: Any) -> dict[str, Any]:
    """Return an expected event of a call that got no answer."""
    return without(expected, *ANSWERED, *names, usage_source="none", **changes)


ANSWERED = [
    "generation_id",
    "prompt_tokens",
    "cache_read_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "total_tokens",
    "calculated_cost",
    "completion_chars",
]


class Ask(NamedTuple):
    """One way to ask: sync or async."""

    plain: Callable[[genai.Client], Any]
    stream: Callable[..., list[str]]


def _plain(client: genai.Client) -> str | None:
    return client.models.generate_content(model=MODEL, contents="Say hello.").text


def _stream(client: genai.Client, count: int | None = None) -> list[str]:
    chunks = client.models.generate_content_stream(model=MODEL, contents="Say hello.")
    return [str(chunk.text) for chunk in islice(chunks, count)]


async def _aplain(client: genai.Client) -> str | None:
    answer = await client.aio.models.generate_content(model=MODEL, contents="Say hello.")
    return answer.text


async def _astream(client: genai.Client, count: int | None = None) -> list[str]:
    found: list[str] = []
    chunks = await client.aio.models.generate_content_stream(model=MODEL, contents="Say hello.")
    async for chunk in chunks:
        found.append(str(chunk.text))
        if len(found) == count:
            break
    return found


def _run(function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    return lambda *arguments: asyncio.run(function(*arguments))


each_way = pytest.mark.parametrize(
    "ask", [Ask(_plain, _stream), Ask(_run(_aplain), _run(_astream))], ids=["sync", "async"]
)
