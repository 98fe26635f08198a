"""The real google-genai SDK against a server on this machine that answers as scripted; no key.

A server, and not a mock transport: old versions send with requests, new ones with httpx, httpx2 or
aiohttp, as they like.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any, NamedTuple

import pytest
from google import genai
from google.genai import types

import aso
from aso.testing import capture_events

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


class Received(NamedTuple):
    """One request as it came."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


class Script:
    """Answers requests in turn, the last one from then on; ``requests`` keeps what came.

    Each answer is a dict (JSON, 200), (status, dict) or a list of chunks (an event stream); a None
    in it stalls until the reader has gone.
    """

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Received] = []
        script = self

        class Handler(_Handler):
            owner = script

        self.server = _Server(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        """Return ``address:port``."""
        return f"127.0.0.1:{self.server.server_address[1]}"

    def next(self) -> Any:
        """Return the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

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


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Script

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owner.requests.append(Received(self.command, self.path, headers, content))
        found = self.owner.next()
        if isinstance(found, list):
            self._stream(found)
        else:
            status, document = found if isinstance(found, tuple) else (200, found)
            self._send(status, json.dumps(document).encode())

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args

    def _send(self, status: int, data: bytes) -> None:
        self.send_response_only(status)  # no date: equal answers are equal
        self.send_header("content-type", "application/json; charset=UTF-8")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, chunks: list[Any]) -> None:
        self.send_response_only(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            if chunk is None:
                self.rfile.read(1)
                return
            data = b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n"
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


@contextmanager
def playing(*answers: Any) -> Iterator[Script]:
    """Run a server for the block."""
    script = Script(*answers)
    thread = threading.Thread(target=script.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.server.shutdown()
        script.server.server_close()
        thread.join()


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
