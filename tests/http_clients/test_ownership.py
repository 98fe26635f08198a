"""One owner per request: the SDK where there is one, the HTTP client below it where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

import aso
from aso.testing import capture_events
from examples.loopback.provider import LoopbackProvider
from tests.http_clients.clients import PLAIN, captured


@pytest.fixture
def provider() -> Iterator[LoopbackProvider]:
    with LoopbackProvider() as found:
        yield found


def call_by_sdk(provider: LoopbackProvider, **options: Any) -> None:
    with openai.OpenAI(base_url=provider.url, api_key="none", **options) as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=PLAIN["messages"])


def test_an_sdks_call_is_the_sdks(provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        call_by_sdk(provider)
        call_by_sdk(provider, http_client=httpx.Client())
    assert [event.sdk_name for event in events] == ["openai", "openai"]


def test_an_sdks_stream_is_the_sdks(provider: LoopbackProvider) -> None:
    with captured(provider) as events:
        with openai.OpenAI(base_url=provider.url, api_key="none") as client:
            for _ in client.chat.completions.create(**PLAIN, stream=True):
                pass
    assert [(event.sdk_name, event.outcome) for event in events] == [("openai", "completed")]


def test_where_the_sdk_is_not_hooked_its_http_client_is(provider: LoopbackProvider) -> None:
    with captured(provider, integrations=["httpx2"]) as events:
        call_by_sdk(provider)
    assert [event.sdk_name for event in events] == ["httpx2"]
    assert events[0].usage.input_tokens == 1200


def test_without_aso_the_clients_are_their_own(provider: LoopbackProvider) -> None:
    before = httpx.Client.__dict__["send"]
    with aso.instrument(sinks=[]):
        assert httpx.Client.__dict__["send"] is not before
    assert httpx.Client.__dict__["send"] is before


def test_a_name_that_serves_much_else_is_asked_for_ai_only() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={}))
    with capture_events() as events, httpx.Client(transport=transport) as client:
        client.post("https://speech.cognitiveservices.azure.com/speechtotext/v3/jobs", json={})
        client.post("https://sqs.us-east-1.amazonaws.com/", json={})
    assert events == []
