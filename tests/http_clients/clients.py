"""Plain HTTP clients under one form, so that each behaviour is tested on all of them."""

from __future__ import annotations

import asyncio
import http.client
import json
import platform
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3

import aso
from aso.testing import capture_events
from examples.loopback.provider import LoopbackProvider

PLAIN = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}
STREAMED = {**PLAIN, "stream": True, "stream_options": {"include_usage": True}}
Body = Mapping[str, Any]


class Client(NamedTuple):
    """``post`` reads a whole answer; ``stream`` reads so many pieces (None: all) and lets go."""

    name: str
    post: Callable[..., tuple[int, bytes]]
    stream: Callable[..., list[bytes]]
    version: str


def _httpx_post(http: Any) -> Callable[..., tuple[int, bytes]]:
    def post(url: str, body: Body, headers: Body | None = None) -> tuple[int, bytes]:
        response = http.post(url, json=body, headers=headers)
        return response.status_code, response.content

    return post


def _httpx_stream(http: Any) -> Callable[..., list[bytes]]:
    def stream(url: str, body: Body, pieces: int | None = None) -> list[bytes]:
        with http.stream("POST", url, json=body) as response:
            return _some(response.iter_bytes(), pieces)

    return stream


def _async_httpx_post(http: Any) -> Callable[..., tuple[int, bytes]]:
    async def post(url: str, body: Body, headers: Body | None = None) -> tuple[int, bytes]:
        async with http.AsyncClient() as client:
            response = await client.post(url, json=body, headers=headers)
            return response.status_code, response.content

    return _run(post)


def _async_httpx_stream(http: Any) -> Callable[..., list[bytes]]:
    async def stream(url: str, body: Body, pieces: int | None = None) -> list[bytes]:
        async with http.AsyncClient() as client:
            async with client.stream("POST", url, json=body) as response:
                return await _asome(response.aiter_bytes(), pieces)

    return _run(stream)


def _requests_post(url: str, body: Body, headers: Body | None = None) -> tuple[int, bytes]:
    response = requests.post(url, json=body, headers=headers, timeout=10)
    return response.status_code, response.content


def _requests_stream(url: str, body: Body, pieces: int | None = None) -> list[bytes]:
    with requests.post(url, json=body, stream=True, timeout=10) as response:
        return _some(response.iter_content(None), pieces)


async def _aiohttp_post(url: str, body: Body, headers: Body | None = None) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json=body, headers=headers) as response:
            return response.status, await response.read()


async def _aiohttp_stream(url: str, body: Body, pieces: int | None = None) -> list[bytes]:
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json=body) as response:
            return await _asome(response.content, pieces)


def _urllib3_post(url: str, body: Body, headers: Body | None = None) -> tuple[int, bytes]:
    with urllib3.PoolManager() as pools:
        response = pools.request("POST", url, body=encoded(body), headers=_typed(headers))
        return response.status, response.data


def _urllib3_stream(url: str, body: Body, pieces: int | None = None) -> list[bytes]:
    with urllib3.PoolManager() as pools:
        response = pools.request(
            "POST", url, body=encoded(body), headers=_typed(), preload_content=False
        )
        with response:
            return _some(response.stream(), pieces)


def _urllib_post(url: str, body: Body, headers: Body | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(_urllib_request(url, body, headers), timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _urllib_stream(url: str, body: Body, pieces: int | None = None) -> list[bytes]:
    with urllib.request.urlopen(_urllib_request(url, body), timeout=10) as response:
        return _some(iter(response), pieces)


def _urllib_request(url: str, body: Body, headers: Body | None = None) -> urllib.request.Request:
    return urllib.request.Request(url, encoded(body), _typed(headers))


def _http_client_post(url: str, body: Body, headers: Body | None = None) -> tuple[int, bytes]:
    with closing(open_and_ask(url, body, headers)) as connection:
        response = connection.getresponse()
        return response.status, response.read()


def _http_client_stream(url: str, body: Body, pieces: int | None = None) -> list[bytes]:
    with closing(open_and_ask(url, body)) as connection, connection.getresponse() as response:
        return _some(iter(lambda: response.read1(512), b""), pieces)


def open_and_ask(url: str, body: Body, headers: Body | None = None) -> http.client.HTTPConnection:
    parts = urllib.parse.urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=10)
    try:
        connection.request("POST", parts.path, encoded(body), _typed(headers))
    except BaseException:
        connection.close()
        raise
    return connection


def encoded(body: Body) -> bytes:
    return json.dumps(body).encode()


def _typed(headers: Body | None = None) -> dict[str, str]:
    return {"Content-Type": "application/json", **(headers or {})}


def _some(pieces: Iterator[bytes], count: int | None) -> list[bytes]:
    return list(pieces) if count is None else [next(pieces) for _ in range(count)]


async def _asome(pieces: Any, count: int | None) -> list[bytes]:
    found: list[bytes] = []
    async for piece in pieces:
        found.append(piece)
        if len(found) == count:
            break
    return found


def _run(function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    return lambda *arguments, **named: asyncio.run(function(*arguments, **named))


CLIENTS = (
    Client("httpx", _httpx_post(httpx), _httpx_stream(httpx), httpx.__version__),
    Client("httpx", _async_httpx_post(httpx), _async_httpx_stream(httpx), httpx.__version__),
    Client("httpx2", _httpx_post(httpx2), _httpx_stream(httpx2), httpx2.__version__),
    Client("httpx2", _async_httpx_post(httpx2), _async_httpx_stream(httpx2), httpx2.__version__),
    Client("requests", _requests_post, _requests_stream, requests.__version__),
    Client("aiohttp", _run(_aiohttp_post), _run(_aiohttp_stream), aiohttp.__version__),
    Client("urllib3", _urllib3_post, _urllib3_stream, urllib3.__version__),
    Client("http.client", _http_client_post, _http_client_stream, platform.python_version()),
    Client("http.client", _urllib_post, _urllib_stream, platform.python_version()),
)
_IDS = [
    *("httpx", "httpx-async", "httpx2", "httpx2-async", "requests", "aiohttp"),
    *("urllib3", "http.client", "urllib.request"),
]
each_client = pytest.mark.parametrize("client", CLIENTS, ids=_IDS)


@contextmanager
def captured(provider: LoopbackProvider, **options: Any) -> Iterator[list[aso.Event]]:
    """Collect the events of calls to a provider on this machine, which stands for OpenAI."""
    options = {"sinks": [], "hosts": {provider.host: "openai"}, **options}
    with aso.instrument(**options), capture_events() as events:
        yield events


def outline(event: aso.Event) -> dict[str, Any]:
    """Return what a call of the loopback provider must say, but for times and ids."""
    found = event.to_dict()
    varying = {"event_id", "ts", "started_at_ms", "first_byte_at_ms", "ended_at_ms", "host"}
    left_out = {"cost_lines", "catalog", "completion_bytes", "aso_version", "schema"}
    return {name: value for name, value in found.items() if name not in varying | left_out}


def text_of(pieces: list[bytes]) -> list[Any]:
    """Return the events of a stream as the caller reads them."""
    lines = b"".join(pieces).decode().splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
