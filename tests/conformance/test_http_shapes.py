"""What HTTP clients return, and how their functions look, is the same with aso on."""

from __future__ import annotations

import asyncio
import copy
import http.client
import io
import json
import pickle
import urllib.request
from collections.abc import Callable
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3

import aso
from aso.sinks import MemorySink
from tests.conformance.observing import look, signature_of
from tests.http_clients.clients import PLAIN
from tests.openai_sdk.scripted import COMPLETION
from tests.serving import Script, serving

FUNCTIONS = (
    httpx.Client.send,
    httpx.AsyncClient.send,
    httpx2.Client.send,
    httpx2.AsyncClient.send,
    requests.Session.send,
    aiohttp.ClientSession._request,
    aiohttp.ClientSession._prepare_headers,
    urllib3.PoolManager.urlopen,
    urllib3.HTTPConnectionPool.urlopen,
    urllib3.Retry.increment,
    http.client.HTTPConnection.request,
    http.client.HTTPConnection.getresponse,
)
_VARYING = {"elapsed", "_elapsed", "raw", "connection", "default_encoding", "stream", "extensions"}


def of_httpx(http: Any, url: str) -> Any:
    with http.Client() as client:
        response = client.post(url, json=PLAIN)
    return [_whole(response), response.extensions["http_version"], response.is_stream_consumed]


def of_async_httpx(http: Any, url: str) -> Any:
    async def ask() -> Any:
        async with http.AsyncClient() as client:
            return await client.post(url, json=PLAIN)

    response = asyncio.run(ask())
    return [_whole(response), response.is_closed, response.num_bytes_downloaded]


def of_requests(url: str) -> Any:
    response = requests.post(url, json=PLAIN, timeout=10)
    again = pickle.loads(pickle.dumps(response))
    return [_whole(response), sorted(vars(again)), again.content, response.apparent_encoding]


def of_streamed_requests(url: str) -> Any:
    with requests.post(url, json=PLAIN, timeout=10, stream=True) as response:
        raw = response.raw
        seen = [repr(raw).split(" at ")[0], raw.__class__, isinstance(raw, io.IOBase), raw.status]
        return [*seen, raw.readline(), raw.readlines(), raw.read(), response.content]


def of_aiohttp(url: str) -> Any:
    async def ask() -> Any:
        async with aiohttp.ClientSession() as session, session.post(url, json=PLAIN) as response:
            seen = sorted(name for name in dir(response) if not name.startswith("__"))
            kept = [seen, response.status, await response.text(), response.closed]
            return [*kept, repr(response.content), response.content.__class__]

    return asyncio.run(ask())


def of_urllib3(url: str) -> Any:
    with urllib3.PoolManager() as pools:
        whole = pools.request("POST", url, json=PLAIN)
        read = pools.request("POST", url, json=PLAIN, preload_content=False)
        seen = [_open(read), read.readable(), read.isclosed(), read.json(), read.isclosed()]
    return [*seen, _open(whole), whole.data, whole.closed]


def of_http_client(url: str) -> Any:
    request = urllib.request.Request(url, json.dumps(PLAIN).encode())
    with urllib.request.urlopen(request, timeout=10) as response:
        inner = response.fp
        seen = [_open(response), inner.__class__, isinstance(inner, io.BufferedReader)]
        seen += [inner.readable(), repr(inner), bool(inner), response.isclosed(), response.length]
        return [*seen, io.TextIOWrapper(response).read(), response.isclosed(), response.fp]


def _open(response: Any) -> Any:
    """Return what is seen of an answer of urllib3 or http.client."""
    seen = [type(response), sorted(vars(response)), response.status, response.closed]
    return [*seen, isinstance(response, io.IOBase), sorted(response.headers.items())]


def _whole(response: Any) -> Any:
    """Return all of a response that two runs have in common, and of its copies."""
    kept = {name: value for name, value in vars(response).items() if name not in _VARYING}
    copies = [pickle.loads(pickle.dumps(response)), copy.copy(response)]
    seen = {name: look(value, 1) for name, value in kept.items() if "request" not in name}
    return [seen, sorted(vars(response)), [sorted(vars(one)) for one in copies]]


SCENARIOS: dict[str, Callable[[str], Any]] = {
    "httpx": lambda url: of_httpx(httpx, url),
    "httpx2": lambda url: of_httpx(httpx2, url),
    "httpx, async": lambda url: of_async_httpx(httpx, url),
    "httpx2, async": lambda url: of_async_httpx(httpx2, url),
    "requests": of_requests,
    "requests, streamed": of_streamed_requests,
    "aiohttp": of_aiohttp,
    "urllib3": of_urllib3,
    "http.client": of_http_client,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_answer_has_the_same_attributes_and_copies(name: str) -> None:
    with serving(Script(COMPLETION)) as script:
        url = f"http://{script.host}/v1/chat/completions"
        bare = SCENARIOS[name](url)
        with aso.instrument(sinks=[MemorySink()], hosts={script.host: "openai"}):
            assert SCENARIOS[name](url) == bare
            assert aso.stats().calls == (2 if name == "urllib3" else 1)


def test_functions_look_the_same_to_inspection() -> None:
    bare = [signature_of(function) for function in FUNCTIONS]
    with aso.instrument(sinks=[MemorySink()]):
        assert [signature_of(function) for function in FUNCTIONS] == bare
