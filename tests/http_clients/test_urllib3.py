"""urllib3 by itself: retries and redirects are attempts, every way to read is seen."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import urllib3
import zstandard
from requests.adapters import HTTPAdapter

import aso
from aso.event import Event
from tests.http_clients.clients import PLAIN, STREAMED, captured, encoded
from tests.provider.server import OK, OVERLOADED, Provider, Scene

RETRIES = {"status_forcelist": [503], "allowed_methods": None, "backoff_factor": 0}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as found:
        yield found


def asked(provider: Provider, body: Any = PLAIN, **options: Any) -> Any:
    with urllib3.PoolManager() as pools:
        return pools.request("POST", url_of(provider), body=encoded(body), **options)


def url_of(provider: Provider) -> str:
    return f"{provider.url}/chat/completions"


def told(events: list[Event]) -> list[tuple[str, int | None, int, int]]:
    return [
        (event.outcome, event.http_status, event.attempts, event.attempts_unknown)
        for event in events
    ]


def test_retries_are_attempts_of_one_call(provider: Provider) -> None:
    provider.then(OVERLOADED, OK)
    with captured(provider) as events:
        asked(provider, retries=urllib3.Retry(2, **RETRIES))
    assert told(events) == [("completed", 200, 2, 0)]


def test_so_are_those_below_requests(provider: Provider) -> None:
    provider.then(OVERLOADED, OK)
    with captured(provider) as events, requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=urllib3.Retry(2, **RETRIES)))
        session.post(f"{provider.url}/chat/completions", json=PLAIN, timeout=10)
    assert told(events) == [("completed", 200, 2, 0)]


@pytest.mark.parametrize("raises", [True, False])
def test_retries_that_end_are_an_error(provider: Provider, raises: bool) -> None:
    provider.then(OVERLOADED)
    retries = urllib3.Retry(1, **RETRIES, raise_on_status=raises)
    with captured(provider) as events:
        if raises:
            with pytest.raises(urllib3.exceptions.MaxRetryError):
                asked(provider, retries=retries)
        else:
            assert asked(provider, retries=retries).status == 503
    assert told(events) == [("error", 503, 2, 0)]


def test_a_redirect_is_an_attempt_of_one_call(provider: Provider) -> None:
    there = {"location": "/hosts/groq/v1/chat/completions"}
    provider.then(Scene(status=307, headers=there), OK)
    with captured(provider) as events:
        assert asked(provider).status == 200
    assert told(events) == [("completed", 200, 2, 0)]
    assert len(provider.received) == 2


def test_a_pool_owns_its_requests_too(provider: Provider) -> None:
    host, port = provider.host.split(":")
    with captured(provider) as events, urllib3.HTTPConnectionPool(host, int(port)) as pool:
        pool.request("POST", "/v1/chat/completions", body=encoded(PLAIN))
        pool.urlopen("POST", "/v1/chat/completions", b'{"model": "m"}', {"X-ASO-Dims": "team=a"})
    assert [(event.request_model, event.dims) for event in events] == [
        ("gpt-4o-mini", {}),
        ("m", {"team": "a"}),
    ]


def test_an_answer_by_http2_is_read(provider: Provider) -> None:
    http2 = pytest.importorskip("urllib3.http2.connection", reason="needs h2")

    class Connection(urllib3.connection.HTTPConnection):
        def getresponse(self) -> Any:
            found = super().getresponse()
            return http2.HTTP2Response(found.status, found.headers, "/", found.data)

    class Pool(urllib3.HTTPConnectionPool):
        ConnectionCls = Connection

    host, port = provider.host.split(":")
    with captured(provider) as events, Pool(host, int(port)) as pool:
        pool.request("POST", "/v1/chat/completions", json=PLAIN)
    assert told(events) == [("completed", 200, 1, 0)]
    assert [event.usage.source for event in events] == ["provider"]


def test_a_managers_header_is_weaker_than_the_codes_dimensions(provider: Provider) -> None:
    own = {"X-ASO-Dims": "team=search,app=web"}
    with captured(provider) as events, aso.dimensions(team="support"):
        with urllib3.PoolManager(headers=own) as pools:
            pools.request("POST", url_of(provider), body=encoded(PLAIN))
    assert events[0].dims == {"team": "support", "app": "web"}
    assert own == {"X-ASO-Dims": "team=search,app=web"}
    assert "aso" not in str(provider.received[0].headers).lower()


def by_buffer(response: Any) -> bytes:
    with io.BufferedReader(response) as buffered:
        return buffered.read()


def read1(response: Any) -> bytes:
    return b"".join(iter(lambda: response.read1(512), b""))


READINGS: dict[str, Callable[[Any], Any]] = {
    "read": lambda response: response.read(),
    "read, some": lambda response: b"".join(iter(lambda: response.read(7), b"")),
    **({"read1": read1} if hasattr(urllib3.HTTPResponse, "read1") else {}),  # not in 1.26
    "stream": lambda response: b"".join(response.stream(64)),
    "stream, whole": lambda response: b"".join(response.stream(None)),
    "lines": lambda response: b"".join(response),
    "readline": lambda response: b"".join(iter(response.readline, b"")),
    "readlines": lambda response: b"".join(response.readlines()),
    "readinto": by_buffer,
    "data": lambda response: response.data,
}


@pytest.mark.parametrize("body", [PLAIN, STREAMED], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", READINGS)
def test_every_way_to_read_is_seen(name: str, body: Any, provider: Provider) -> None:
    with captured(provider) as events:
        response = asked(provider, body, preload_content=False)
        assert type(response) is urllib3.HTTPResponse
        data = READINGS[name](response)
        response.close()
    assert b"loopback-1" in data
    [event] = events
    assert (event.outcome, event.usage.source, event.stream) == (
        *("completed", "provider"),
        body is STREAMED,
    )
    assert event.usage.output_tokens is not None


@pytest.mark.parametrize("is_preloaded", [True, False], ids=["preloaded", "read"])
@pytest.mark.parametrize(
    ("coding", "is_decoded"), [("gzip", True), ("gzip", False), ("zstd", False)]
)
def test_a_coded_answer_is_read(
    coding: str, is_decoded: bool, is_preloaded: bool, provider: Provider
) -> None:
    plain = b'{"id": "c", "model": "m", "choices": [], "usage": {"prompt_tokens": 5}}'
    coded = gzip.compress(plain) if coding == "gzip" else zstandard.compress(plain)
    provider.then(Scene(body=coded, headers={"content-encoding": coding}))
    with captured(provider) as events:
        response = asked(provider, preload_content=is_preloaded, decode_content=is_decoded)
        assert response.data == (plain if is_decoded else coded)
    assert [event.usage.input_tokens for event in events] == [5]


def test_what_nobody_holds_is_handed_over_by_its_finalizer(provider: Provider) -> None:
    with captured(provider) as events:
        response = asked(provider, STREAMED, preload_content=False)
        response.read(10)
        del response
        assert events == []  # whoever sweeps next writes it
    assert [(event.outcome, event.stream) for event in events] == [("cancelled", True)]
