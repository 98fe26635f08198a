"""10,000 concurrent async calls, and 64 threads, through each client that is installed: no event lost, no dimension.

    python -m benchmarks.crowds [calls [client ...]]

Threads and aiohttp go over real sockets, to a server in a process of its own. Each call has a dimension of its own; an event that
is missing, doubled or another's ends the run. Each crowd comes three times: the interpreter's allocated
blocks after the second and the third tell whether memory is flat.
"""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from time import perf_counter
from typing import Any

import aso
from aso.testing import capture_events
from benchmarks.answers import REQUEST
from benchmarks.clients import installed
from benchmarks.crowd_server import answer_to
from benchmarks.timing import heading

THREADS = 64
Ask = Callable[[], Any]
Make = Callable[[str], Ask]
_CHAT = "/v1/chat/completions"
_KEY: dict[str, Any] = {"api_key": "none"}
_MESSAGE = {"model": "claude-haiku-4-5", "max_tokens": 100, "messages": [REQUEST["messages"][1]]}
_CONTENTS = {"model": "gemini-2.5-flash", "contents": "How much does a whale weigh?"}


def _openai(address: str) -> Ask:
    import openai

    client = openai.OpenAI(base_url=f"http://{address}/v1", **_KEY)
    return lambda: client.chat.completions.create(**REQUEST)


def _openai_async(address: str) -> Ask:
    client = _async_openai(address)
    return lambda: client.chat.completions.create(**REQUEST)


def _async_openai(address: str) -> Any:
    import openai

    own = _client_of(openai._base_client)
    return openai.AsyncOpenAI(base_url=f"http://{address}/v1", http_client=own, **_KEY)


def _anthropic(address: str) -> Ask:
    import anthropic

    client = anthropic.Anthropic(base_url=f"http://{address}", **_KEY)
    return lambda: client.messages.create(**_MESSAGE)


def _anthropic_async(address: str) -> Ask:
    import anthropic

    own = _client_of(anthropic._base_client)
    client = anthropic.AsyncAnthropic(base_url=f"http://{address}", http_client=own, **_KEY)
    return lambda: client.messages.create(**_MESSAGE)


def _google(address: str) -> Ask:
    from google import genai

    client = genai.Client(api_key="none", http_options={"base_url": f"http://{address}"})
    return lambda: client.models.generate_content(**_CONTENTS)


def _google_async(address: str) -> Ask:
    from google import genai

    own = genai.types.HttpOptions(
        base_url=f"http://{address}", httpx_async_client=_client_of(genai._api_client)
    )
    client = genai.Client(api_key="none", http_options=own)
    return lambda: client.aio.models.generate_content(**_CONTENTS)


def _litellm(address: str) -> Ask:
    asked = _asked_of_litellm(address)
    import litellm
    import openai

    client = openai.OpenAI(base_url=asked["api_base"], **_KEY)
    return lambda: litellm.completion(**asked, client=client)


def _litellm_async(address: str) -> Ask:
    asked, client = _asked_of_litellm(address), _async_openai(address)
    import litellm

    return lambda: litellm.acompletion(**asked, client=client)


def _asked_of_litellm(address: str) -> dict[str, Any]:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no look at the network
    return {**REQUEST, "model": "openai/gpt-4o-mini", "api_base": f"http://{address}/v1", **_KEY}


def _plain(module: str) -> Make:
    def make(address: str) -> Ask:
        client = import_module(module).Client()
        return lambda: client.post(f"http://{address}{_CHAT}", json=REQUEST)

    return make


def _plain_async(module: str) -> Make:
    def make(address: str) -> Ask:
        client = _answered(import_module(module))
        return lambda: client.post(f"http://{address}{_CHAT}", json=REQUEST)

    return make


def _requests(address: str) -> Ask:
    import requests

    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
    return lambda: session.post(f"http://{address}{_CHAT}", json=REQUEST, timeout=60)


class _ByAiohttp:
    """Posts of one session, which must be closed."""

    def __init__(self, address: str) -> None:
        import aiohttp

        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=600))
        self._url = f"http://{address}{_CHAT}"

    async def __call__(self) -> None:
        async with self._session.post(self._url, json=REQUEST) as response:
            await response.read()

    async def close(self) -> None:
        await self._session.close()


SYNC: Mapping[str, Make] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "google.genai": _google,
    "litellm": _litellm,
    "httpx": _plain("httpx"),
    "httpx2": _plain("httpx2"),
    "requests": _requests,
}
ASYNC: Mapping[str, Make] = {
    "openai": _openai_async,
    "anthropic": _anthropic_async,
    "google.genai": _google_async,
    "litellm": _litellm_async,
    "httpx": _plain_async("httpx"),
    "httpx2": _plain_async("httpx2"),
    "aiohttp": _ByAiohttp,
}


def chosen(clients: Mapping[str, Make], names: list[str]) -> Mapping[str, Make]:
    """Return the clients that are named, or all, where they are installed."""
    return {
        name: make
        for name, make in clients.items()
        if (not names or name in names) and installed(name)
    }


def _client_of(below: Any) -> Any:
    return _answered(getattr(below, "httpx2", None) or below.httpx)


def _answered(http: Any) -> Any:
    """Return an async client without a pool: httpx's pools take the square of so many calls."""

    async def answer(request: Any) -> Any:
        await asyncio.sleep(0.1)  # all are under way before the first is answered
        return http.Response(200, json=answer_to(str(request.url)))

    return http.AsyncClient(transport=http.MockTransport(answer), timeout=600)


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


async def _async_crowds(
    clients: Mapping[str, Make], address: str, calls: int, events: list[aso.Event]
) -> None:
    for name, make in clients.items():
        ask, started, blocks = make(address), perf_counter(), []
        for _ in range(3):
            await crowd(ask, calls)
            blocks.append(checked(events, calls))
        if isinstance(ask, _ByAiohttp):
            await ask.close()
        _say(f"{name}, async", 3 * calls, blocks, perf_counter() - started)


def _thread_crowds(
    clients: Mapping[str, Make], address: str, calls: int, events: list[aso.Event]
) -> None:
    for name, make in clients.items():
        ask, started, blocks = make(address), perf_counter(), []
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
    calls, names = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2:]
    heading("crowds: one event each, with its own dimension")
    with _server() as address:
        hosts = {address: "openai"}
        with aso.instrument(sinks=[], hosts=hosts), capture_events() as events:
            asyncio.run(_async_crowds(chosen(ASYNC, names), address, calls, events))
            _thread_crowds(chosen(SYNC, names), address, calls // 5, events)


if __name__ == "__main__":
    main()
