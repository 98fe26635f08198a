"""What mistralai can ask for beside a chat: each is read as what it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

import aso
from aso.testing import capture_events
from tests.speakeasy_sdks.scripted import MESSAGES, SDKS, USAGE, Script, answer, chunks

pytestmark = pytest.mark.sdk
SDK: Any = next((sdk for sdk in SDKS if sdk.name == "mistralai"), None)
if SDK is None:
    pytest.skip("mistralai is not installed", allow_module_level=True)


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    what = event.endpoint, event.operation, event.model, event.outcome, event.stream
    return (*what, usage.input_tokens, usage.output_tokens)


def test_a_rate_limit_is_an_attempt() -> None:
    with capture_events() as events:
        script = Script((429, {"message": "slow down"}), answer(SDK))
        client = SDK.open(script, retry_config=SDK.again_at_once())
        client.chat.complete(model="mistral-large", messages=MESSAGES)
    assert [(event.attempts, event.outcome) for event in events] == [(2, "completed")]


def test_the_regions_hosts_are_mistrals() -> None:
    with capture_events() as events:
        client = SDK.open(Script(answer(SDK)), server="eu")
        client.chat.complete(model="mistral-large", messages=MESSAGES)
    assert events[0].provider == "mistral"


def test_an_embedding_is_metered() -> None:
    document = {"id": "e-1", "object": "list", "model": "mistral-embed", "usage": USAGE, "data": []}
    with capture_events() as events:
        SDK.open(Script(document)).embeddings.create(model="mistral-embed", inputs=["Hi"])
    assert [said(event) for event in events] == [
        ("embeddings", "embeddings", "mistral-embed", "completed", False, 11, 22)
    ]


def test_filling_in_the_middle_is_metered() -> None:
    with capture_events() as events:
        client = SDK.open(Script(answer(SDK)))
        client.fim.complete(model="codestral-latest", prompt="def f(", suffix="return")
        client = SDK.open(Script(chunks(SDK)))
        list(client.fim.stream(model="codestral-latest", prompt="def f("))
    what = "fim/completions", "completion", "mistral-large-2411", "completed"
    assert [said(event) for event in events] == [(*what, False, 11, 22), (*what, True, 11, 22)]


def test_an_agents_answer_is_metered() -> None:
    with capture_events() as events:
        SDK.open(Script(answer(SDK))).agents.complete(agent_id="ag-1", messages=MESSAGES)
        list(SDK.open(Script(chunks(SDK))).agents.stream(agent_id="ag-1", messages=MESSAGES))
    what = "agents/completions", "chat", "mistral-large-2411", "completed"
    assert [said(event) for event in events] == [(*what, False, 11, 22), (*what, True, 11, 22)]


def test_ocr_counts_pages() -> None:
    pages = {"pages_processed": 3, "doc_size_bytes": 1000}
    document = {"pages": [], "model": "mistral-ocr-2505", "usage_info": pages}
    with capture_events() as events:
        SDK.open(Script(document)).ocr.process(
            model="mistral-ocr-latest",
            document={"type": "document_url", "document_url": "https://papers.internal/1.pdf"},
        )
    assert (events[0].endpoint, events[0].model) == ("ocr", "mistral-ocr-2505")
    assert {name: int(count) for name, count in events[0].usage.units.items()} == {"pages": 3}


def test_a_transcription_is_metered() -> None:
    usage = {**USAGE, "prompt_audio_seconds": 7}
    heard = {"model": "voxtral-mini", "text": "Hello!", "language": "en", "usage": usage}
    with capture_events() as events:
        SDK.open(Script(heard)).audio.transcriptions.complete(
            model="voxtral-mini-latest", file={"file_name": "a.mp3", "content": b"sound"}
        )
    assert [said(event) for event in events] == [
        ("audio/transcriptions", "transcription", "voxtral-mini", "completed", False, 11, 22)
    ]
    assert events[0].request_model == "voxtral-mini-latest"


def test_a_streamed_transcription_is_metered() -> None:
    done = {"type": "transcription.done", "model": "voxtral-mini", "text": "Hi", "language": "en"}
    events_sent = [{"type": "transcription.text.delta", "text": "Hi"}, {**done, "usage": USAGE}]
    with capture_events() as events:
        client = SDK.open(Script(_named(events_sent)))
        given = {"file_name": "a.mp3", "content": b"sound"}
        list(client.audio.transcriptions.stream(model="voxtral-mini-latest", file=given))
    assert [said(event) for event in events] == [
        ("audio/transcriptions", "transcription", "voxtral-mini", "completed", True, 11, 22)
    ]


def test_what_is_managed_is_no_call() -> None:
    script = Script((404, {"message": "no"}))
    with capture_events() as events:
        for ask in (SDK.open(script).models.list, SDK.open(script).files.list):
            with pytest.raises(Exception):
                ask()
    assert events == []
    assert len(script.requests) == 2


OUTPUT = {"type": "message.output", "content": "Hello!", "model": "mistral-medium-2508"}
CONNECTED = {
    **USAGE,
    "total_tokens": 7145,
    "connector_tokens": 7112,
    "connectors": {"web_search": 1},
}
CONVERSATION = {
    "object": "conversation.response",
    "conversation_id": "conv_01",
    "outputs": [OUTPUT],
    "usage": CONNECTED,
}
EVENTS = (
    {"type": "conversation.response.started", "conversation_id": "conv_01"},
    {
        "type": "message.output.delta",
        "id": "m-1",
        "content": "Hello!",
        "model": "m",
        "role": "assistant",
    },
    {"type": "conversation.response.done", "usage": CONNECTED},
)


def test_a_conversation_is_metered_with_what_its_connectors_used() -> None:
    with capture_events() as events:
        client = SDK.open(Script(CONVERSATION))
        client.beta.conversations.start(model="mistral-medium", inputs="Say hello.")
        client.beta.conversations.append(conversation_id="conv_01", inputs="Again.")
    what = "conversations", "chat", "mistral-medium-2508", "completed", False, 11, 22
    assert [said(event) for event in events] == [what, what]
    assert {event.generation_id for event in events} == {"conv_01"}
    assert {name: int(count) for name, count in events[0].usage.units.items()} == {
        "connector_tokens": 7112
    }
    assert events[0].usage.web_search_requests == 1


def test_a_streamed_conversation_is_metered() -> None:
    with capture_events() as events:
        client = SDK.open(Script(_named(EVENTS)))
        list(client.beta.conversations.start_stream(model="mistral-medium", inputs="Say hello."))
    [event] = events
    assert (event.endpoint, event.outcome, event.stream) == ("conversations", "completed", True)
    assert (event.usage.input_tokens, event.usage.web_search_requests) == (11, 1)
    assert (event.generation_id, event.completion_chars) == ("conv_01", len("Hello!"))


def test_a_conversation_that_fails_is_an_error() -> None:
    failed = {"type": "conversation.response.error", "message": "no", "code": 500}
    with capture_events() as events:
        client = SDK.open(Script(_named([EVENTS[0], failed])))
        list(client.beta.conversations.start_stream(model="mistral-medium", inputs="Say hello."))
    assert [(event.outcome, event.error_type) for event in events] == [("error", "response_failed")]


def test_a_conversation_behind_a_gateway_is_counted() -> None:
    with capture_events() as events:
        client = SDK.open(Script(CONVERSATION), server_url="https://gateway.internal")
        client.beta.conversations.start(model="mistral-medium", inputs="Say hello.")
    assert [(event.provider, event.endpoint) for event in events] == [("unknown", "conversations")]


def _named(events: Any) -> list[bytes]:
    """Return the events as Mistral sends these: each under its name."""
    return [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in events]
