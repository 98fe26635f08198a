"""Many calls at once: one event each, every dimension at its own call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

import aso
from examples.loopback.provider import LoopbackProvider
from tests.http_clients.clients import CLIENTS, PLAIN, Client, captured
from tests.openai_sdk.scripted import COMPLETION

CALLS = 2_000
THREADS = 64


@pytest.fixture
def provider() -> Iterator[LoopbackProvider]:
    with LoopbackProvider() as found:
        yield found


def test_concurrent_async_calls_keep_their_dimensions(provider: LoopbackProvider) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return httpx.Response(200, json=COMPLETION)

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        async with aso.dimensions(call=str(number)):
            await client.post("https://api.openai.com/v1/chat/completions", json=PLAIN)

    async def ask_all() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            await asyncio.gather(*(ask(client, number) for number in range(CALLS)))

    with captured(provider) as events:
        asyncio.run(ask_all())
    assert sorted(int(event.dims["call"]) for event in events) == list(range(CALLS))


IN_THREADS = [one for one in CLIENTS if one.name in {"requests", "urllib3", "http.client"}]


@pytest.mark.parametrize("client", IN_THREADS, ids=["requests", "urllib3", "http.client", "urllib"])
def test_threads_keep_their_dimensions(client: Client, provider: LoopbackProvider) -> None:
    def ask(number: int) -> None:
        with aso.dimensions(call=str(number)):
            client.post(f"{provider.url}/chat/completions", PLAIN)

    with captured(provider) as events, ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(ask, range(5 * THREADS)))
    assert sorted(int(event.dims["call"]) for event in events) == list(range(5 * THREADS))
