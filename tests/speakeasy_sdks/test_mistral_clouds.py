"""mistralai's clients of Azure and Google Cloud: other packages of the same SDK, billed by those."""

from __future__ import annotations

from typing import Any

import pytest

import aso
from aso.testing import capture_events
from tests.speakeasy_sdks.scripted import MESSAGES, SDKS, Script, answer, chunks

pytestmark = pytest.mark.sdk
SDK: Any = next((sdk for sdk in SDKS if sdk.name == "mistralai"), None)
azure: Any = pytest.importorskip("mistralai.azure.client")
gcp: Any = pytest.importorskip("mistralai.gcp.client")
AT_AZURE = "https://mine.services.ai.azure.com"
PAPER = {"type": "document_url", "document_url": "https://papers.internal/1.pdf"}


def client_of_azure(script: Script) -> Any:
    return azure.MistralAzure(api_key="none", server_url=AT_AZURE, client=SDK.http_client(script))


def client_of_google(script: Script) -> Any:
    http = SDK.http_client(script)
    return gcp.MistralGCP(project_id="p-1", access_token="none", client=http)


def said(event: aso.Event) -> tuple[Any, ...]:
    what = event.sdk_name, event.provider, event.publisher, event.endpoint, event.outcome
    return (*what, event.stream, event.usage.input_tokens, event.usage.output_tokens)


def test_a_chat_at_azure_is_azures() -> None:
    with capture_events() as events:
        client_of_azure(Script(answer(SDK))).chat.complete(model="mistral-large", messages=MESSAGES)
        streaming = client_of_azure(Script(chunks(SDK)))
        list(streaming.chat.stream(model="mistral-large", messages=MESSAGES))
    what = "mistralai", "azure", "mistral", "chat/completions", "completed"
    assert [said(event) for event in events] == [(*what, False, 11, 22), (*what, True, 11, 22)]


def test_ocr_at_azure_counts_pages() -> None:
    told = {"pages_processed": 3, "doc_size_bytes": 1000}
    with capture_events() as events:
        client = client_of_azure(Script({"pages": [], "model": "ocr-1", "usage_info": told}))
        client.ocr.process(model="mistral-ocr", document=PAPER)
    assert [(event.endpoint, int(event.usage.units["pages"])) for event in events] == [("ocr", 3)]


def test_a_chat_at_google_is_vertexs() -> None:
    with capture_events() as events:
        client = client_of_google(Script(answer(SDK)))
        client.chat.complete(model="mistral-large-2411", messages=MESSAGES)
        list(
            client_of_google(Script(chunks(SDK))).chat.stream(
                model="mistral-large-2411", messages=MESSAGES
            )
        )
    what = "mistralai", "vertex", "mistral"
    assert [said(event) for event in events] == [
        (*what, "rawPredict", "completed", False, 11, 22),
        (*what, "streamRawPredict", "completed", True, 11, 22),
    ]
    assert {event.request_model for event in events} == {"mistral-large-2411"}
