"""Files of a batch's answers through each HTTP client, as a caller reads them: bytes untouched, each line once."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Callable

import aiohttp
import httpx
import httpx2
import pytest
import requests
import urllib3

import aso
from aso.testing import capture_events
from tests.serving import Script, serving

USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
LINES = b"".join(
    json.dumps(
        {
            "custom_id": f"r-{number}",
            "response": {"body": {"model": "openai/gpt-oss-120b", "usage": USAGE, "x": "y" * 900}},
        }
    ).encode()
    + b"\n"
    for number in range(100)
)


def _httpx_lines(url: str) -> bytes:
    with httpx.stream("GET", url) as response:
        return b"".join(line.encode() + b"\n" for line in response.iter_lines())


def _requests_lines(url: str) -> bytes:
    with requests.get(url, stream=True, timeout=10) as response:
        return b"".join(line + b"\n" for line in response.iter_lines())


async def _aiohttp(url: str, *, whole: bool) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return (
            await response.read() if whole else b"".join([line async for line in response.content])
        )


def _urllib(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 — a server of ours
        return b"".join(response)


READERS: dict[str, Callable[[str], bytes]] = {
    "httpx": lambda url: httpx.get(url).content,
    "httpx lines": _httpx_lines,
    "httpx2": lambda url: httpx2.get(url).content,
    "requests": lambda url: requests.get(url, timeout=10).content,
    "requests lines": _requests_lines,
    "aiohttp": lambda url: asyncio.run(_aiohttp(url, whole=True)),
    "aiohttp lines": lambda url: asyncio.run(_aiohttp(url, whole=False)),
    "urllib3": lambda url: urllib3.request("GET", url).data,
    "urllib": _urllib,
}


@pytest.mark.parametrize("reader", READERS)
def test_a_file_is_read_along(reader: str) -> None:
    with serving(Script(LINES)) as script:
        with aso.instrument(sinks=[], hosts={script.host: "groq"}), capture_events() as events:
            url = f"http://{script.host}/openai/v1/files/file_1/content"
            assert READERS[reader](url) == LINES
    assert len({event.event_id for event in events}) == 100
    assert {(event.provider, event.usage.input_tokens) for event in events} == {("groq", 10)}
