"""The way to the endpoint: whom it trusts, through which proxy, and who gets to see the key."""

from __future__ import annotations

import http.client
import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests

import aso
from aso.errors import ConfigError
from aso.sinks import IngestSink
from aso.sinks.ingest import IngestError
from tests.events import event
from tests.serving import Script, serving
from tests.sinks.ingest_server import KEY, IngestServer
from tests.sinks.tls import Proxy, behind_tls, certificate, needs_openssl

NAME = "ingest.example"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "localhost", NAME)


@pytest.fixture
def server(pem: Path) -> Iterator[IngestServer]:
    with behind_tls(pem) as found:
        yield found


def port_of(server: IngestServer) -> int:
    return int(server.url.rpartition(":")[2])


@needs_openssl
def test_a_certificate_that_nobody_vouches_for_gets_no_key(server: IngestServer) -> None:
    sink = IngestSink(f"https://localhost:{port_of(server)}", KEY, timeout_s=5)
    with pytest.raises(IngestError, match="verify failed.*; SSL_CERT_FILE names other"):
        sink.send([event(1)])
    assert server.batches == []


@needs_openssl
def test_certificates_of_one_s_own_are_trusted_where_the_variable_names_them(
    server: IngestServer, pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    IngestSink(f"https://localhost:{port_of(server)}", KEY, timeout_s=5).send([event(1)])
    assert len(server.events) == 1


def test_certificates_that_are_not_there_are_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    with pytest.raises(ConfigError, match="SSL_CERT_FILE is '/nowhere.pem', which is no file"):
        IngestSink("https://ingest.example", KEY)


@needs_openssl
def test_a_proxy_tunnels_and_sees_neither_key_nor_event(
    server: IngestServer, pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Proxy(port_of(server))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:p%40ss@{proxy.address}")
    sink = IngestSink(f"https://{NAME}/eu", KEY, timeout_s=5)
    sink.send([event(1)])
    sink.send([event(2)])
    proxy.close()
    credentials = b64encode(b"user:p@ss").decode()
    [heard] = proxy.heard
    assert heard.splitlines()[0].startswith(f"CONNECT {NAME}:443 HTTP/1.")
    assert f"Proxy-Authorization: Basic {credentials}" in heard
    assert "X-ASO" not in heard
    assert [batch["path"] for batch in server.batches] == ["/eu/v1/events"] * 2
    assert all("Proxy-Authorization" not in batch["headers"] for batch in server.batches)
    assert server.batches[0]["headers"]["Host"] == NAME


def test_a_proxy_that_refuses_is_said_and_the_batch_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy(0, answer="407 Proxy Authentication Required")
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)  # without a scheme, as curl takes it
    sink = IngestSink(f"https://{NAME}", KEY, timeout_s=5)
    with pytest.raises(IngestError, match="Tunnel connection failed: 407 Proxy Auth"):
        sink.send([event(1)])
    proxy.close()


@pytest.mark.parametrize(
    ("excepted", "host"), [(NAME, NAME), (".example", NAME), ("*", NAME), ("", "localhost")]
)
def test_some_hosts_are_spoken_to_directly(
    excepted: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://nobody")  # which would be refused
    monkeypatch.setenv("NO_PROXY", excepted)
    assert IngestSink(f"https://{host}:8443", KEY).endpoint == f"https://{host}:8443"


@pytest.mark.parametrize(
    "url", ["socks5://me:s3cret@proxy", "https://me:s3cret@proxy", "http://me:s3cret@proxy:99999"]
)
def test_a_proxy_that_cannot_be_used_is_said_at_once_without_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    with pytest.raises(ConfigError, match="HTTPS_PROXY .host proxy, the rest hidden.") as caught:
        IngestSink(f"https://{NAME}", KEY)
    assert "s3cret" not in str(caught.value)


def test_http_on_this_machine_goes_to_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with IngestServer() as server:
        IngestSink(server.url, KEY).send([event(1)])
        assert len(server.events) == 1


def test_its_own_requests_are_no_events_whatever_is_hooked() -> None:
    answer = {"id": "1", "model": "gpt-4o", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    with serving(Script(answer)) as provider, IngestServer() as server:
        hosts = {server.url.partition("//")[2]: "openai", provider.host: "openai"}
        aso.instrument(KEY, server.url, hosts=hosts)
        url = f"http://{provider.host}/v1/chat/completions"
        httpx.post(url, json={"model": "gpt-4o"})
        requests.post(url, json={"model": "gpt-4o"}, timeout=5)
        assert aso.flush()
        assert aso.flush()
        assert (aso.stats().events, len(server.events)) == (2, 2)


def test_the_key_is_in_no_log_repr_or_error(
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)  # prints what is sent
    with IngestServer() as server, caplog.at_level(logging.DEBUG):
        sink = IngestSink(server.url, "aso_k_abc.wr0ng-s3cret")
        with pytest.raises(IngestError) as caught:
            sink.send([event(1)])
        printed = capsys.readouterr()
    told = (repr(sink), repr(vars(sink)), repr(caught.value), caplog.text, *printed)
    assert not [text for text in told if "s3cret" in text]
