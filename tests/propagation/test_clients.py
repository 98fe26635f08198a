"""Real clients, a real service: listed dimensions go along, and nothing else about the request changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import httpx2
import openai
import pytest
import requests

import aso
from tests.openai_sdk.scripted import COMPLETION, MESSAGES, MODEL, http
from tests.serving import Script, serving

Send = Callable[..., Any]
KEYS = ["team", "app"]


def sent_by(script: Script) -> str | None:
    """Return the baggage of the last request that came."""
    return script.requests[-1].headers.get("baggage")


def _async(http: Any) -> Send:
    async def send(url: str, **options: Any) -> Any:
        async with http.AsyncClient() as client:
            carrying = aso.propagate(client, keys=KEYS)
            return await carrying.get(url, **options)

    return lambda url, **options: asyncio.run(send(url, **options))


CLIENTS: dict[str, Send] = {
    "requests": lambda url, **options: aso.propagate(requests.Session(), keys=KEYS).get(
        url, **options
    ),
    "httpx": lambda url, **options: aso.propagate(httpx.Client(), keys=KEYS).get(url, **options),
    "httpx2": lambda url, **options: aso.propagate(httpx2.Client(), keys=KEYS).get(url, **options),
    "httpx-async": _async(httpx),
    "httpx2-async": _async(httpx2),
}
each_client = pytest.mark.parametrize("send", CLIENTS.values(), ids=CLIENTS)


@each_client
def test_listed_dimensions_go_along_and_no_others(send: Send, service: Script) -> None:
    with aso.dimensions(team="search & find", app="shop", user="alice"):
        send(f"http://{service.host}/")
    assert sent_by(service) == "app=shop,team=search%20%26%20find"


@each_client
def test_without_dimensions_a_request_is_as_it_was(send: Send, service: Script) -> None:
    send(f"http://{service.host}/", headers={"baggage": "user=1;p, b=2"})
    assert sent_by(service) == "user=1;p, b=2"


@each_client
def test_the_callers_own_baggage_is_kept(send: Send, service: Script) -> None:
    with aso.dimensions(team="search"):
        send(f"http://{service.host}/", headers={"Baggage": "user=1;p=2,team=old"})
    assert sent_by(service) == "user=1;p=2,team=search"


@each_client
def test_nothing_goes_to_a_mapped_host(send: Send, service: Script) -> None:
    with aso.instrument(sinks=[], hosts={service.host: "openai"}), aso.dimensions(team="search"):
        send(f"http://{service.host}/v1/models")
    assert sent_by(service) is None


@each_client
def test_nothing_goes_on_with_a_redirect_to_a_mapped_host(send: Send, service: Script) -> None:
    with serving(_Redirecting(f"http://{service.host}/v1/models")) as gate:
        hosts = {service.host: "openai"}
        with aso.instrument(sinks=[], hosts=hosts), aso.dimensions(team="search"):
            send(f"http://{gate.host}/", **_following(send))
    assert (sent_by(gate), sent_by(service)) == ("team=search", None)


@each_client
def test_a_redirect_to_a_service_carries_too(send: Send, service: Script) -> None:
    with serving(_Redirecting(f"http://{service.host}/")) as gate, aso.dimensions(team="search"):
        send(f"http://{gate.host}/", **_following(send))
    assert (sent_by(gate), sent_by(service)) == ("team=search", "team=search")


@each_client
def test_the_response_has_the_request_as_the_caller_made_it(send: Send, service: Script) -> None:
    with aso.dimensions(team="search"):
        response = send(f"http://{service.host}/")
    assert (response.status_code, response.json()) == (200, {"ok": True})
    assert "baggage" not in response.request.headers


@each_client
def test_dimensions_of_the_process_go_along(send: Send, service: Script) -> None:
    with aso.instrument(sinks=[], dimensions={"app": "shop", "zone": "a"}):
        send(f"http://{service.host}/")
    assert sent_by(service) == "app=shop"


@pytest.mark.parametrize(
    "url",
    ["https://api.openai.com/v1/models", "https://API.openai.com?x=1", "https://u:p@api.x.ai:443/"],
)
def test_nothing_goes_to_a_provider(url: str) -> None:
    seen: list[Any] = []
    client = httpx.Client(transport=httpx.MockTransport(lambda r: seen.append(r) or _OK))
    aso.propagate(client, keys=KEYS)
    with aso.dimensions(team="search"):
        client.get(url)
    assert [dict(request.headers).get("baggage") for request in seen] == [None]


def test_a_request_that_is_sent_twice_carries_what_is_in_force_each_time(service: Script) -> None:
    session = aso.propagate(requests.Session(), keys=KEYS)
    prepared = requests.Request("GET", f"http://{service.host}/").prepare()
    with aso.dimensions(team="search"):
        assert session.send(prepared).request is prepared
    session.send(prepared)
    assert [one.headers.get("baggage") for one in service.requests] == ["team=search", None]


def test_threads_each_send_what_they_carry(service: Script) -> None:
    session = aso.propagate(requests.Session(), keys=KEYS)

    def work(name: str) -> None:
        with aso.dimensions(team=name):
            session.get(f"http://{service.host}/{name}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, "abcdefgh"))
    found = {one.url[1:]: one.headers["baggage"] for one in service.requests}
    assert found == {name: f"team={name}" for name in "abcdefgh"}


def test_a_client_that_carries_is_the_same_object() -> None:
    for client in (httpx.Client(), httpx2.AsyncClient(), requests.Session()):
        assert aso.propagate(client, keys=KEYS) is client
        assert aso.propagate(client, keys=reversed(KEYS)) is client


def test_a_call_through_a_client_that_carries_is_still_metered(service: Script) -> None:
    service.answers = [{"model": "m", "usage": {"prompt_tokens": 1, "completion_tokens": 2}}]
    session = aso.propagate(requests.Session(), keys=KEYS)
    sink = aso.sinks.MemorySink()
    with (
        aso.instrument(sinks=[sink], hosts={service.host: "openai"}),
        aso.dimensions(team="search"),
    ):
        session.post(f"http://{service.host}/v1/chat/completions", json={"model": "m"})
        assert aso.flush()
    [event] = sink.events
    assert (event.to_dict()["dims"], sent_by(service)) == ({"team": "search"}, None)


def test_nothing_goes_with_a_call_of_an_sdk_to_a_host_that_nobody_knows(service: Script) -> None:
    service.answers = [COMPLETION]
    with aso.testing.capture_events() as events, aso.dimensions(team="search"):
        client = aso.propagate(http.Client(), keys=KEYS)
        sdk = openai.OpenAI(base_url=f"http://{service.host}/v1", api_key="any", http_client=client)
        sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert [(one.provider, dict(one.dims)) for one in events] == [("unknown", {"team": "search"})]
    assert sent_by(service) is None


class _Redirecting(Script):
    """Sends whoever asks to another URL."""

    def __init__(self, url: str) -> None:
        super().__init__({})
        handler: Any = self.server.RequestHandlerClass
        send = handler._send

        def redirect(self: Any, status: int, data: bytes) -> None:
            del status
            self.send_response_only(302)
            self.send_header("location", url)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        assert send is not None
        handler._send = redirect


def _following(send: Send) -> dict[str, Any]:
    return {} if send is CLIENTS["requests"] else {"follow_redirects": True}


_OK = httpx.Response(200)
