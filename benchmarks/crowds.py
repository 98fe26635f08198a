"""10,000 concurrent async calls, and 64 threads, through each client: no event lost, no dimension.

    python -m benchmarks.crowds [calls]

Threads and aiohttp go over real sockets, to a server in a process of its own. Each call has a dimension of its own; an event that
is missing, doubled or another's ends the run. Each crowd comes three times: the interpreter's allocated
blocks after the second and the third tell whether memory is flat.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import aiohttp
import anthropic
import httpx
import httpx2
import openai
import requests
from google import genai
from google.genai import types

import aso
from aso.testing import capture_events
from benchmarks.answers import REQUEST
from benchmarks.crowd_server import answer_to
from benchmarks.timing import heading

THREADS = 64
Ask = Callable[[], Any]


def sync_clients(address: str) -> Mapping[str, Ask]:
    """Return one call of each client, as threads make it."""
    url = f"http://{address}/v1/chat/completions"
    openai_client = openai.OpenAI(base_url=f"http://{address}/v1", api_key="none")
    claude = anthropic.Anthropic(base_url=f"http://{address}", api_key="none")
    google = genai.Client(api_key="none", http_options={"base_url": f"http://{address}"})
    plain, plain2, session = httpx.Client(), httpx2.Client(), requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
    return {
        "openai": lambda: openai_client.chat.completions.create(**REQUEST),
        "anthropic": lambda: claude.messages.create(**_message()),
        "google-genai": lambda: google.models.generate_content(**_contents()),
        "httpx": lambda: plain.post(url, json=REQUEST),
        "httpx2": lambda: plain2.post(url, json=REQUEST),
        "requests": lambda: session.post(url, json=REQUEST, timeout=60),
    }


def async_clients(address: str, session: aiohttp.ClientSession) -> Mapping[str, Ask]:
    """Return one call of each async client; httpx's pools take the square of so many: they get none."""
    url = f"http://{address}/v1/chat/completions"
    openai_client = openai.AsyncOpenAI(
        base_url=f"http://{address}/v1", api_key="none", http_client=_client_of(openai._base_client)
    )
    claude = anthropic.AsyncAnthropic(
        base_url=f"http://{address}", api_key="none", http_client=_client_of(anthropic._base_client)
    )
    own = types.HttpOptions(
        base_url=f"http://{address}", httpx_async_client=_client_of(genai._api_client)
    )
    google = genai.Client(api_key="none", http_options=own)
    plain, plain2 = _answered(httpx), _answered(httpx2)

    async def by_aiohttp() -> None:
        async with session.post(url, json=REQUEST) as response:
            await response.read()

    return {
        "openai": lambda: openai_client.chat.completions.create(**REQUEST),
        "anthropic": lambda: claude.messages.create(**_message()),
        "google-genai": lambda: google.aio.models.generate_content(**_contents()),
        "httpx": lambda: plain.post(url, json=REQUEST),
        "httpx2": lambda: plain2.post(url, json=REQUEST),
        "aiohttp": by_aiohttp,
    }


def _client_of(below: Any) -> Any:
    return _answered(getattr(below, "httpx2", None) or below.httpx)


def _answered(http: Any) -> Any:
    async def answer(request: Any) -> Any:
        await asyncio.sleep(0.1)  # all are under way before the first is answered
        return http.Response(200, json=answer_to(str(request.url)))

    return http.AsyncClient(transport=http.MockTransport(answer), timeout=600)


def _message() -> dict[str, Any]:
    return {"model": "claude-haiku-4-5", "max_tokens": 100, "messages": [REQUEST["messages"][1]]}


def _contents() -> dict[str, Any]:
    return {"model": "gemini-2.5-flash", "contents": "How much does a whale weigh?"}


async def crowd(ask: Callable[[], Awaitable[Any]], calls: int) -> None:
    """Make all calls at once, each in a task of its own."""

    async def one(number: int) -> None:
        async with aso.dimensions(call=str(number)):
            await ask()

    await asyncio.gather(*(one(number) for number in range(calls)))


def threads(ask: Ask, calls: int) -> None:
    """Make the calls from 64 threads."""

    def one(number: int) -> None:
        with aso.dimensions(call=str(number)):
            ask()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(calls)))


def checked(events: list[aso.Event], calls: int) -> int:
    """Return the allocated blocks, once every call is found to have its one event."""
    found = sorted(int(event.dims["call"]) for event in events)
    if found != list(range(calls)) or aso.stats().internal_errors:
        sys.exit(f"{calls} calls, {len(found)} events, {len(set(found))} dimensions")
    events.clear()
    gc.collect()
    return sys.getallocatedblocks()


async def _async_crowds(address: str, calls: int, events: list[aso.Event]) -> None:
    timeout = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for name, ask in async_clients(address, session).items():
            started, blocks = perf_counter(), []
            for _ in range(3):
                await crowd(ask, calls)
                blocks.append(checked(events, calls))
            _say(f"{name}, async", 3 * calls, blocks, perf_counter() - started)


def _thread_crowds(address: str, calls: int, events: list[aso.Event]) -> None:
    for name, ask in sync_clients(address).items():
        started, blocks = perf_counter(), []
        for _ in range(3):
            threads(ask, calls)
            blocks.append(checked(events, calls))
        _say(f"{name}, {THREADS} threads", 3 * calls, blocks, perf_counter() - started)


def _say(name: str, calls: int, blocks: list[int], seconds: float) -> None:
    grown = blocks[2] - blocks[1]
    print(
        f"{name:26} {calls:6} calls, {calls:6} events; blocks {grown:+6}; {seconds:5.0f} s",
        flush=True,
    )


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.crowd_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    heading("crowds: one event each, with its own dimension")
    with _server() as address:
        hosts = {address: "openai"}
        with aso.instrument(sinks=[], hosts=hosts), capture_events() as events:
            asyncio.run(_async_crowds(address, calls, events))
            _thread_crowds(address, calls // 5, events)


if __name__ == "__main__":
    main()
