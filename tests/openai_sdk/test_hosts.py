"""Azure in both URL styles and Bedrock's OpenAI routes: who bills, and which endpoint it is."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from aso.records import Event
from aso.testing import capture_events
from tests.openai_sdk.scripted import COMPLETION, RESPONSE, Script, ask, client, http

pytestmark = pytest.mark.sdk

AZURE = "https://mine.openai.azure.com"
IMAGES = {"created": 1, "data": [{"url": "u"}]}
has_responses = pytest.mark.skipif(
    not hasattr(openai.OpenAI, "responses"), reason="this SDK has no responses"
)


def azure(answer: Any) -> Any:
    return openai.AzureOpenAI(
        api_key="key",
        api_version="2025-04-01-preview",
        azure_endpoint=AZURE,
        http_client=http.Client(transport=http.MockTransport(Script(answer))),
    )


def who(events: list[Event]) -> tuple[str, str, str, str | None]:
    assert len(events) == 1
    event = events[0]
    return event.provider, event.endpoint, event.kind, event.request_model


def test_azures_deployments_are_the_endpoint_without_their_name() -> None:
    with capture_events() as events:
        ask(azure(COMPLETION))
    assert who(events) == ("azure", "chat/completions", "call", "gpt-4o-mini")
    assert events[0].host == "mine.openai.azure.com"


def test_azures_images_are_read_by_deployment_alike() -> None:
    with capture_events() as events:
        azure(IMAGES).images.generate(prompt="a cat", model="dall-e-3")
    assert who(events) == ("azure", "images/generations", "call", "dall-e-3")


def test_azures_transcriptions_are_read_by_deployment_alike() -> None:
    with capture_events() as events:
        usage = {"type": "duration", "seconds": 4}
        azure({"text": "Hi", "usage": usage}).audio.transcriptions.create(
            file=b"sound", model="whisper-1"
        )
    assert who(events) == ("azure", "audio/transcriptions", "call", "whisper-1")
    assert events[0].usage.units == {"audio_seconds": 4}


@has_responses
@pytest.mark.parametrize(
    ("base", "provider"),
    [
        (f"{AZURE}/openai/v1/", "azure"),
        ("https://mine.services.ai.azure.com/openai/v1/", "azure"),
        ("https://bedrock-mantle.us-east-1.api.aws/v1", "bedrock"),
        ("https://bedrock-mantle.eu-west-1.api.aws/openai/v1", "bedrock"),
    ],
)
def test_a_versioned_base_is_no_part_of_the_endpoint(base: str, provider: str) -> None:
    with capture_events() as events:
        client(Script(RESPONSE), base_url=base).responses.create(model="m", input="x")
    assert who(events) == (provider, "responses", "call", "m")
    with capture_events() as events:
        ask(client(Script(COMPLETION), base_url=base))
    assert who(events)[:3] == (provider, "chat/completions", "call")


@has_responses
def test_a_background_response_of_azure_is_settled_there_too() -> None:
    done = {**RESPONSE, "background": True}
    with capture_events() as events:
        made = client(Script(done), base_url=f"{AZURE}/openai/v1/").responses
        made.retrieve("resp_1")
    assert who(events)[:2] == ("azure", "responses")
    assert (events[0].revision, events[0].usage.input_tokens) == (1, 5)
