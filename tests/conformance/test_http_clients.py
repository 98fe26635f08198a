"""Promise 1 for plain HTTP clients: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import aso
from aso import inflight, pipeline, routes, scanner, stream
from aso.capture import aiohttp as aiohttp_capture
from aso.capture import call, http_client, httpx, requests, transport, urllib3
from aso.sinks import MemorySink
from examples.loopback.provider import LoopbackProvider
from tests.conformance.faults import sabotaged
from tests.http_clients.clients import CLIENTS, PLAIN, STREAMED, Client

BROKEN = {**PLAIN, "model": "gpt-broken"}
SCENARIOS: dict[str, Callable[[Client, str], Any]] = {
    "plain": lambda client, url: client.post(url, PLAIN),
    "error": lambda client, url: client.post(url, BROKEN),
    "streamed": lambda client, url: b"".join(client.stream(url, STREAMED)),
    "left": lambda client, url: client.stream(url, STREAMED, pieces=1)[:0],
    "no such host": lambda client, url: client.post(
        "http://127.0.0.1:9/v1/chat/completions", PLAIN
    ),
}
STAGES: dict[str, tuple[Any, str]] = {
    "route": (routes, "asked"),
    "host": (transport, "resolve"),
    "what is sent, httpx": (httpx.Httpx, "sent"),
    "what is sent, requests": (requests.Requests, "sent"),
    "what is sent, aiohttp": (aiohttp_capture.Aiohttp, "sent"),
    "what is sent, urllib3": (urllib3.Urllib3, "sent"),
    "what is sent, http.client": (http_client.HttpClient, "sent"),
    "place, http.client": (http_client, "is_providers"),
    "answer asked for, http.client": (http_client, "_Asked"),
    "body": (transport, "request_body"),
    "begin": (pipeline.Pipeline, "begin"),
    "request": (inflight.Inflight, "read_request"),
    "answer": (call.Capture, "body_of"),
    "attach": (stream, "attach"),
    "watch, requests": (requests, "watch"),
    "watch, aiohttp": (aiohttp_capture, "watch"),
    "reader": (stream, "scanner_of"),
    "reader, requests": (requests, "scanner_of"),
    "reader, aiohttp": (aiohttp_capture, "scanner_of"),
    "watch, http.client": (http_client, "watch"),
    "reader, http.client": (http_client, "scanner_of"),
    "end, http.client": (http_client, "_is_collected"),
    "preloaded, urllib3": (urllib3, "_decoded"),
    "scan": (scanner.Scanner, "feed"),
    "end of a scan": (scanner.Scanner, "finish"),
    "finish": (inflight.Inflight, "_emit"),
    "journal": (pipeline.Pipeline, "emit"),
}


@pytest.fixture(scope="module")
def provider() -> Iterator[LoopbackProvider]:
    with LoopbackProvider() as found:
        yield found


def seen(client: Client, provider: LoopbackProvider) -> dict[str, Any]:
    """Return what a caller sees of each scenario: its result, or its error with the chain of causes."""
    found: dict[str, Any] = {}
    for name, scenario in SCENARIOS.items():
        try:
            found[name] = scenario(client, f"{provider.url}/chat/completions")
        except Exception as error:
            found[name] = chain(error)
    return found


def concerned(stage: str) -> tuple[Client, ...]:
    """Return the clients that a stage is one of: those it names, else all."""
    of = stage.partition(", ")[2]
    return tuple(client for client in CLIENTS if client.name.startswith(of))


def chain(error: BaseException | None) -> list[str]:
    return (
        [] if error is None else [repr(type(error)), *chain(error.__cause__ or error.__context__)]
    )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_caller_sees_the_same_with_aso_on(client: Client, provider: LoopbackProvider) -> None:
    bare = seen(client, provider)
    with aso.instrument(sinks=[MemorySink()], hosts={provider.host: "openai"}):
        assert seen(client, provider) == bare
        assert aso.stats().internal_errors == 0


@pytest.mark.parametrize("stage", STAGES)
def test_a_caller_sees_the_same_when_a_stage_of_ours_fails(
    stage: str, provider: LoopbackProvider
) -> None:
    clients = concerned(stage)
    bare = [seen(client, provider) for client in clients]
    with (
        aso.instrument(sinks=[MemorySink()], hosts={provider.host: "openai"}),
        sabotaged(*STAGES[stage]),
    ):
        for client, wanted in zip(clients, bare, strict=True):
            assert seen(client, provider) == wanted, client.name
        assert aso.stats().internal_errors > 0, "the fault was not reached"
