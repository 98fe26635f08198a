"""http.client and what is built on it: every way to read is seen, and every way to let go."""

from __future__ import annotations

import gzip
import http.client
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import zstandard

import aso
from aso.sinks import IngestSink, MemorySink
from tests.http_clients.clients import PLAIN, STREAMED, captured, open_and_ask
from tests.provider.server import Provider, Scene


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as found:
        yield found


def asked(provider: Provider, body: Any = PLAIN) -> http.client.HTTPConnection:
    return open_and_ask(f"{provider.url}/chat/completions", body)


def into_buffers(response: Any) -> bytes:
    found, buffer = b"", bytearray(64)
    while count := response.readinto(buffer):
        found += buffer[:count]
    return found


READINGS: dict[str, Callable[[Any], Any]] = {
    "read": lambda response: response.read(),
    "read, some": lambda response: b"".join(iter(lambda: response.read(7), b"")),
    "read1": lambda response: b"".join(iter(response.read1, b"")),
    "lines": lambda response: b"".join(response),
    "readlines": lambda response: b"".join(response.readlines()),
    "readinto": into_buffers,
    "peek, then read": lambda response: response.peek()[:0] + response.read(),
}


@pytest.mark.parametrize("body", [PLAIN, STREAMED], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", READINGS)
def test_every_way_to_read_is_seen(name: str, body: Any, provider: Provider) -> None:
    with captured(provider) as events:
        connection = asked(provider, body)
        response = connection.getresponse()
        assert type(response) is http.client.HTTPResponse
        data = READINGS[name](response)
        response.close()
        connection.close()
    assert b"loopback-1" in data
    [event] = events
    assert (event.outcome, event.usage.source, event.stream) == (
        *("completed", "provider"),
        body is STREAMED,
    )


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_coded_answer_is_read(coding: str, provider: Provider) -> None:
    plain = b'{"id": "c", "model": "m", "choices": [], "usage": {"prompt_tokens": 5}}'
    coded = gzip.compress(plain) if coding == "gzip" else zstandard.compress(plain)
    provider.then(Scene(body=coded, headers={"content-encoding": coding}))
    with captured(provider) as events:
        connection = asked(provider)
        assert connection.getresponse().read() == coded
        connection.close()
    assert [event.usage.input_tokens for event in events] == [5]


def test_a_connection_serves_one_call_after_the_other(provider: Provider) -> None:
    connection = http.client.HTTPConnection(provider.host)
    with captured(provider) as events:
        for _ in range(2):
            connection.request("POST", "/v1/chat/completions", b'{"model": "m"}')
            connection.getresponse().read()
    connection.close()
    assert [event.generation_id for event in events] == ["loopback-1", "loopback-2"]
    assert len(provider.connections) == 1


def test_an_answer_that_nobody_asks_for_is_cancelled(provider: Provider) -> None:
    with captured(provider) as events:
        asked(provider).close()
    assert [(event.outcome, event.http_status) for event in events] == [("cancelled", None)]


def test_an_answer_that_never_comes_is_an_error(provider: Provider) -> None:
    provider.then(Scene(stall_s=30.0))
    with captured(provider) as events:
        connection = asked(provider)
        assert connection.sock is not None
        connection.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
    assert [(one.outcome, one.error_type, one.attempts_unknown) for one in events] == [
        ("error", "TimeoutError", 1)
    ]


def test_a_cut_answer_is_an_error(provider: Provider) -> None:
    provider.then(Scene(cut_after=2))
    with captured(provider) as events:
        connection = asked(provider, STREAMED)
        with pytest.raises(Exception) as raised:
            connection.getresponse().read()
        connection.close()
    assert isinstance(raised.value, (ConnectionResetError, http.client.IncompleteRead))
    assert [event.outcome for event in events] == ["error"]


def test_what_nobody_holds_is_handed_over_by_its_finalizer(provider: Provider) -> None:
    with captured(provider) as events:
        connection = asked(provider, STREAMED)
        response = connection.getresponse()
        response.read1(10)
        del response, connection
        assert events == []  # whoever sweeps next writes it
    assert [(event.outcome, event.stream) for event in events] == [("cancelled", True)]


def test_with_and_close_are_seen_at_once(provider: Provider) -> None:
    request = urllib.request.Request(
        f"{provider.url}/chat/completions", b'{"model": "m", "stream": true}'
    )
    with captured(provider) as events:
        with urllib.request.urlopen(request) as response:
            response.readline()
        assert [event.outcome for event in events] == ["cancelled"]


def test_a_tunnel_leads_to_the_provider(provider: Provider) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", 9)
    connection.set_tunnel("api.openai.com")
    with captured(provider) as events, pytest.raises(ConnectionRefusedError):
        connection.request("POST", "/v1/chat/completions", b'{"model": "m"}')
    [event] = events
    assert (event.provider, event.outcome, str(event.cost.total)) == ("openai", "error", "0")


def test_our_own_delivery_is_no_call(provider: Provider) -> None:
    key, memory = "aso_k_" + "1" * 8 + "." + "s" * 32, MemorySink()
    sinks = [IngestSink(f"http://{provider.host}", key), memory]
    with aso.instrument(sinks=sinks, hosts={provider.host: "openai"}):
        with closing(asked(provider)) as connection:
            connection.getresponse().read()
        provider.then(Scene(body=b'{"accepted": 1, "duplicates": 0, "rejected": []}'))
        aso.flush(2.0)
    assert "/v1/events" in [one.path for one in provider.received]
    assert [event.endpoint for event in memory.events] == ["chat/completions"]


def test_nothing_is_loaded_before_the_first_request() -> None:
    program = (
        "import http.client, sys, aso; aso.instrument(sinks=[], durability='memory');"
        "print(type(http.client.HTTPConnection.__dict__['request']).__name__,"
        " 'aso.capture.http_client' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["FunctionWrapper", "False"]
