"""Plain HTTP clients, calling a provider over a real socket: one event each, nothing changed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests

import aso
from aso.event import Event
from aso.testing import capture_events
from examples.loopback.provider import LoopbackProvider
from tests.http_clients.clients import PLAIN, STREAMED, Client, captured, each_client, outline
from tests.sinks.tls import behind_tls, certificate, needs_openssl

SSE = (
    b'data: {"id": "c", "model": "m", "choices": [{"delta": {"content": "hi"}}]}\n\n'
    b'data: {"id": "c", "model": "m", "choices": [{"delta": {}, "finish_reason": "stop"}],'
    b' "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}}\n\n'
    b"data: [DONE]\n\n"
)


def answered(body: bytes, headers: dict[str, str], streamed: bool) -> list[Event]:
    """Return the events of one call that is answered so."""
    answer = httpx.MockTransport(
        lambda request: httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))
    )
    url = "https://api.openai.com/v1/chat/completions"
    with capture_events() as events, httpx.Client(transport=answer) as client:
        if not streamed:
            client.post(url, json={"model": "m"})
            return list(events)
        with client.stream("POST", url, json={"model": "m"}) as response:
            response.read()
        return list(events)


@pytest.fixture
def provider() -> Iterator[LoopbackProvider]:
    with LoopbackProvider() as found:
        yield found


@each_client
def test_a_call_is_one_whole_event(client: Client, provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        status, _ = client.post(f"{provider.url}/chat/completions", PLAIN)
    [event] = events
    assert status == 200
    assert outline(event) == {
        "revision": 0,
        "revision_reason": None,
        "kind": "call",
        "env": None,
        "api_key_id": None,
        "sdk": {"name": client.name, "version": client.version},
        "provider": "openai",
        "publisher": "openai",
        "endpoint": "chat/completions",
        "operation": "chat",
        "model": "gpt-4o-mini-2024-07-18",
        "request_model": "gpt-4o-mini",
        "generation_id": "chatcmpl-demo-1",
        "stream": False,
        "service_tier": "default",
        "attempts": 1,
        "attempts_unknown": 0,
        "outcome": "completed",
        "http_status": 200,
        "error_type": None,
        "usage_source": "provider",
        "prompt_tokens": 1200,
        "completion_tokens": 42,
        "total_tokens": 1242,
        "cache_read_tokens": 1024,
        "cache_write_tokens": None,
        "cache_write_5m_tokens": None,
        "cache_write_1h_tokens": None,
        "reasoning_tokens": 0,
        "prompt_audio_tokens": 0,
        "prompt_image_tokens": None,
        "completion_audio_tokens": 0,
        "completion_image_tokens": None,
        "web_search_requests": None,
        "units": {},
        "provider_cost": None,
        "calculated_cost": "0.0001284",
        "total_cost_usd": "0.0001284",
        "upstream_cost": None,
        "cost_source": "standard",
        "pricing_status": "priced",
        "pricing_matched": True,
        "pricing_model": "gpt-4o-mini",
        "pricing_notes": [],
        "pricing_conditions": None,
        "contract": None,
        "prompt_chars": 10,
        "completion_chars": event.completion_chars,
        "dims": {},
        "function": None,
        "trace_id": None,
        "span_id": None,
    }


@each_client
def test_a_stream_that_is_read_is_completed(client: Client, provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        client.stream(f"{provider.url}/chat/completions", STREAMED)
    [event] = events
    assert (event.stream, event.outcome, event.usage.source) == (True, "completed", "provider")
    assert (event.usage.input_tokens, event.usage.output_tokens) == (1200, 42)


@each_client
def test_a_stream_that_is_left_is_cancelled(client: Client, provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        client.stream(f"{provider.url}/chat/completions", STREAMED, pieces=1)
    [event] = events
    assert (event.stream, event.outcome, event.usage.source) == (True, "cancelled", "estimate")


@each_client
def test_bytes_reach_the_caller_as_they_were_sent(
    client: Client, provider: LoopbackProvider
) -> None:
    url = f"{provider.url}/chat/completions"
    bare = (client.post(url, PLAIN), b"".join(client.stream(url, STREAMED)))
    with captured(provider):
        watched = (client.post(url, PLAIN), b"".join(client.stream(url, STREAMED)))
    assert watched == bare
    assert provider.requests[:2] == provider.requests[2:]


@each_client
def test_an_error_answer_is_an_error_at_no_cost(client: Client, provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        status, _ = client.post(
            f"{provider.url}/chat/completions", {**PLAIN, "model": "gpt-broken"}
        )
    [event] = events
    assert (event.outcome, event.http_status, event.error_type) == ("error", status, str(status))
    assert event.usage.source == "none"


@each_client
def test_a_call_that_never_left_costs_nothing(client: Client, provider: LoopbackProvider) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
    with captured(provider, hosts={nobody: "openai"}) as events:
        with pytest.raises(Exception):
            client.post(f"http://{nobody}/v1/chat/completions", PLAIN)
    [event] = events
    assert (event.outcome, event.http_status, str(event.cost.total)) == ("error", None, "0")


@each_client
def test_a_call_that_tls_stops_is_an_error(client: Client, provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        with pytest.raises(Exception):
            client.post(f"https://{provider.host}/v1/chat/completions", PLAIN)
        assert aso.stats().internal_errors == 0
    assert [(event.outcome, event.http_status) for event in events] == [("error", None)]


@each_client
def test_a_call_to_a_host_that_does_not_exist_costs_nothing(client: Client) -> None:
    with aso.instrument(sinks=[], hosts={"nowhere.invalid": "openai"}), capture_events() as events:
        with pytest.raises(Exception):
            client.post("http://nowhere.invalid/v1/chat/completions", PLAIN)
    [event] = events
    assert (event.outcome, event.http_status, str(event.cost.total)) == ("error", None, "0")


@needs_openssl
@each_client
def test_a_call_to_a_host_that_nobody_vouches_for_costs_nothing(
    client: Client, tmp_path: Path
) -> None:
    with behind_tls(certificate(tmp_path, "localhost")) as server:
        nobody = server.url.replace("http://127.0.0.1", "localhost")
        with aso.instrument(sinks=[], hosts={nobody: "openai"}), capture_events() as events:
            with pytest.raises(Exception):
                client.post(f"https://{nobody}/v1/chat/completions", PLAIN)
            assert aso.stats().internal_errors == 0
    [event] = events
    assert (event.outcome, event.http_status, str(event.cost.total)) == ("error", None, "0")


@each_client
def test_a_refusal_reaches_the_caller_untouched(client: Client, provider: LoopbackProvider) -> None:
    with captured(provider, policy={"denied_models": ["openai:gpt-4o*"]}) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            client.post(f"{provider.url}/chat/completions", PLAIN)
    assert provider.requests == []
    assert [event.kind for event in events] == ["refused"]


@each_client
def test_hosts_that_nobody_named_are_not_looked_at(
    client: Client, provider: LoopbackProvider
) -> None:
    with captured(provider, hosts={}) as events:
        client.post(f"{provider.url}/chat/completions", PLAIN)
        client.stream(f"{provider.url}/chat/completions", STREAMED)
    assert events == []


@each_client
def test_dimensions_of_a_header_stay_here(client: Client, provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        headers = {"X-ASO-Dims": "team=search"}
        client.post(f"{provider.url}/chat/completions", PLAIN, headers)
    assert events[0].dims == {"team": "search"}
    assert headers == {"X-ASO-Dims": "team=search"}
    assert [name for name in provider.headers[0] if name.lower().startswith("x-aso")] == []


def test_a_clients_header_is_weaker_than_the_codes_dimensions(provider: LoopbackProvider) -> None:
    url, header = f"{provider.url}/chat/completions", {"X-ASO-Dims": "team=search,app=web"}
    with captured(provider) as events, aso.dimensions(team="support"):
        with httpx.Client(headers=header) as client:
            client.post(url, json=PLAIN)
        with requests.Session() as session:
            session.headers.update(header)
            session.post(url, json=PLAIN)
    assert [event.dims for event in events] == [{"team": "support", "app": "web"}] * 2


def test_a_request_of_the_callers_own_can_be_sent_again(provider: LoopbackProvider) -> None:
    request = httpx.Request(
        "POST",
        f"{provider.url}/chat/completions",
        json=PLAIN,
        headers={"X-ASO-Dims": "team=search"},
    )
    with captured(provider) as events, httpx.Client() as client:
        client.send(request)
        client.send(request)
    assert [event.dims for event in events] == [{"team": "search"}] * 2


def test_a_request_that_nobody_prepared_is_no_call() -> None:
    url = "https://api.openai.com/v1/chat/completions"
    with aso.instrument(sinks=[]), capture_events() as events, requests.Session() as session:
        with pytest.raises(ValueError, match="PreparedRequests"):
            session.send(requests.Request("POST", url, json=PLAIN))  # type: ignore[arg-type]
        assert aso.stats().internal_errors == 0
    assert events == []


@each_client
@pytest.mark.parametrize("url", ["http://:/", "http://example.org:port/", "https://\x80.example/"])
def test_an_address_that_is_none_is_refused_as_without_us(client: Client, url: str) -> None:
    bare = raised_by(client, url)
    with aso.instrument(sinks=[]), capture_events() as events:
        watched = raised_by(client, url)
        assert aso.stats().internal_errors == 0
    assert (watched, events) == (bare, [])


def raised_by(client: Client, url: str) -> tuple[str, str]:
    with pytest.raises(Exception) as raised:
        client.post(url, PLAIN)
    return type(raised.value).__name__, str(raised.value)


def test_what_is_read_is_no_call(provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        httpx.get(f"{provider.url}/models")
        requests.get(f"{provider.url}/models", timeout=10)
    assert events == []


def test_a_form_tells_its_model(provider: LoopbackProvider) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"text": "Hello"}))
    with captured(provider) as events, httpx.Client(transport=transport) as client:
        client.post(
            "https://api.openai.com/v1/audio/transcriptions",
            data={"model": "whisper-1"},
            files={"file": b"sound"},
        )
    assert events[0].request_model == "whisper-1"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("content_type", ["text/event-stream", "text/plain", None])
def test_a_stream_is_one_whatever_its_type_says(content_type: str | None, streamed: bool) -> None:
    events = answered(SSE, {"content-type": content_type} if content_type else {}, streamed)
    assert [(one.stream, one.outcome, one.usage.input_tokens) for one in events] == [
        (True, "completed", 5)
    ]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b'{"embeddings": [%s]}' % (b"0.5, " * 20_000 + b"1"), "completed"),  # no usage, and long
        (b"<html>sign in</html>", "completed"),
        (b"", "completed"),
        (SSE.partition(b"\n\n")[0] + b"\n\n", "error"),
    ],
    ids=["long", "page", "empty", "cut stream"],
)
def test_an_answer_is_cut_where_it_does_not_end(body: bytes, outcome: str, streamed: bool) -> None:
    [event] = answered(body, {"content-type": "application/json"}, streamed)
    assert (event.outcome, event.http_status) == (outcome, 200)


def test_what_a_tool_drew_is_priced_at_the_rates_of_the_model_that_drew_it() -> None:
    image_gen = {"input_tokens": 200, "output_tokens": 4160, "total_tokens": 4360}
    image_gen |= {"output_tokens_details": {"image_tokens": 4160}}
    body = {
        "model": "gpt-5",
        "status": "completed",
        "output": [{"type": "image_generation_call", "result": "x"}],
        "tool_usage": {"image_gen": image_gen},
        "tools": [{"type": "image_generation", "model": "gpt-image-1"}],
        "usage": {"input_tokens": 2000, "output_tokens": 100},
    }
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=body))
    with capture_events() as events, httpx.Client(transport=transport) as client:
        client.post("https://api.openai.com/v1/responses", json={"model": "gpt-5"})
    [event] = events
    lines = [(line.model, line.unit, line.quantity) for line in event.cost.lines]
    assert event.cost.status == "priced"
    assert lines[-2:] == [
        ("gpt-image-1", "input_tokens", 200),
        ("gpt-image-1", "output_image_tokens", 4160),
    ]
