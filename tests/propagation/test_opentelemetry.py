"""OpenTelemetry's baggage in the same process: one header, nothing twice, nothing to a provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import requests
from opentelemetry.baggage import get_all, set_baggage
from opentelemetry.context import attach, detach
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider

import aso
from tests.serving import Script

KEYS = ["team", "app"]
Get = Callable[[str], Any]


async def _async_get(url: str) -> Any:
    async with aso.propagate(httpx.AsyncClient(), keys=KEYS) as client:
        return await client.get(url)


GETS: dict[str, Get] = {
    "requests": lambda url: aso.propagate(requests.Session(), keys=KEYS).get(url),
    "httpx": lambda url: aso.propagate(httpx.Client(), keys=KEYS).get(url),
    "httpx-async": lambda url: asyncio.run(_async_get(url)),
}
each = pytest.mark.parametrize("get", GETS.values(), ids=GETS)


@contextmanager
def baggage_of_the_program(**entries: str) -> Iterator[None]:
    context = None
    for key, value in entries.items():
        context = set_baggage(key, value, context)
    assert context is not None
    token = attach(context)
    try:
        yield
    finally:
        detach(token)


@pytest.fixture(autouse=True)
def instrumented() -> Iterator[None]:
    instrumentors = (RequestsInstrumentor(), HTTPXClientInstrumentor())
    for one in instrumentors:
        one.instrument(tracer_provider=TracerProvider())
    yield
    for one in instrumentors:
        one.uninstrument()


@each
def test_each_entry_is_there_once(get: Get, service: Script) -> None:
    with baggage_of_the_program(user="alice", team="old"), aso.dimensions(team="a b", zone="x"):
        get(f"http://{service.host}/")
        assert get_all() == {"user": "alice", "team": "old"}
    headers = service.requests[-1].headers
    members = sorted(headers["baggage"].split(","))
    assert members in (["team=a%20b", "user=alice"], ["team=a+b", "user=alice"])
    assert "traceparent" in headers


@each
def test_what_was_sent_is_read_as_it_was_written(get: Get, service: Script) -> None:
    with baggage_of_the_program(user="alice"), aso.dimensions(team="a b+c", app="é,;=%"):
        get(f"http://{service.host}/")
    with (
        aso.testing.capture_events() as events,
        aso.propagate(service.requests[-1].headers, keys=KEYS, trust=True),
    ):
        aso.record(provider="openai", model="m", usage={"prompt_tokens": 1})
    assert events[0].to_dict()["dims"] == {"team": "a b+c", "app": "é,;=%"}


@each
def test_to_a_mapped_host_goes_what_the_program_sends_by_itself(get: Get, service: Script) -> None:
    with aso.instrument(sinks=[], hosts={service.host: "openai"}):
        with baggage_of_the_program(user="alice"), aso.dimensions(team="search"):
            get(f"http://{service.host}/v1/models")
    assert service.requests[-1].headers["baggage"] == "user=alice"


@each
def test_without_dimensions_its_baggage_is_as_it_was(get: Get, service: Script) -> None:
    with baggage_of_the_program(user="alice", team="old"):
        get(f"http://{service.host}/")
    assert service.requests[-1].headers["baggage"] == "user=alice,team=old"
