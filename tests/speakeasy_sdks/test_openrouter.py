"""What openrouter can ask for: each is read as what it is, at the cost that it reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import aso
from aso.testing import capture_events
from tests.openai_sdk.scripted import RESPONSE, RESPONSE_EVENTS, sse
from tests.speakeasy_sdks.scripted import CHARGED, MESSAGES, SDKS, Script, answer, chunks

pytestmark = pytest.mark.sdk
SDK: Any = next((sdk for sdk in SDKS if sdk.name == "openrouter"), None)
if SDK is None:
    pytest.skip("openrouter is not installed", allow_module_level=True)
USAGE: Mapping[str, Any] = {**RESPONSE["usage"], "cost": 0.00125, "is_byok": False}  # type: ignore[dict-item]


def said(event: aso.Event) -> tuple[Any, ...]:
    usage, cost = event.usage, event.cost
    what = event.endpoint, event.operation, event.outcome, event.stream
    return (*what, usage.input_tokens, usage.output_tokens, str(cost.total), cost.source)


def test_a_chat_costs_what_openrouter_says() -> None:
    with capture_events() as events:
        SDK.open(Script(answer(SDK))).chat.send(model="openai/gpt-5.4", messages=MESSAGES)
        client = SDK.open(Script(chunks(SDK)))
        list(client.chat.send(model="openai/gpt-5.4", messages=MESSAGES, stream=True))
    what, told = ("chat/completions", "chat", "completed"), (11, 22, "0.00125", "provider")
    assert [said(event) for event in events] == [(*what, False, *told), (*what, True, *told)]


def test_a_response_costs_what_openrouter_says() -> None:
    with capture_events() as events:
        client = SDK.open(Script({**RESPONSE, **_NULLS, "usage": USAGE}))
        client.responses.send(model="openai/gpt-5.4", input="Say hello.")
    assert [said(event) for event in events] == [
        ("responses", "responses", "completed", False, 5, 6, "0.00125", "provider")
    ]


def test_a_streamed_response_costs_what_openrouter_says() -> None:
    last = {**RESPONSE_EVENTS[-1], "response": {**RESPONSE, "usage": USAGE}}
    with capture_events() as events:
        client = SDK.open(Script(sse([*RESPONSE_EVENTS[:-1], last])))
        list(client.responses.send(model="openai/gpt-5.4", input="Say hello.", stream=True))
    assert [said(event) for event in events] == [
        ("responses", "responses", "completed", True, 5, 6, "0.00125", "provider")
    ]


def test_embeddings_cost_what_openrouter_says() -> None:
    usage = {"prompt_tokens": 8, "total_tokens": 8, "cost": 0.00002}
    document = {"id": "e-1", "object": "list", "model": "m", "data": [], "usage": usage}
    with capture_events() as events:
        SDK.open(Script(document)).embeddings.generate(model="openai/text-embedding-3", input="Hi")
    assert [said(event) for event in events] == [
        ("embeddings", "embeddings", "completed", False, 8, None, "0.00002", "provider")
    ]


def test_an_image_costs_what_openrouter_says() -> None:
    document = {"created": 1, "data": [{"b64_json": "aGk="}], "usage": CHARGED}
    with capture_events() as events:
        SDK.open(Script(document)).images.generate(model="google/gemini-image", prompt="A fox")
    assert [said(event) for event in events] == [
        ("images", "image", "completed", False, 11, 22, "0.00125", "provider")
    ]


def test_a_decision_costs_what_openrouter_says() -> None:
    usage = {"input_tokens": 8, "output_tokens": 1, "cost": 0.00002}
    document = {"answers": {}, "model": "typesafe/jev-1.13", "usage": usage}
    with capture_events() as events:
        client = SDK.open(Script(document))
        asked = {"ok": {"type": "score", "instructions": "How kind is it?", "criteria": []}}
        client.alpha.decisions.create(model="typesafe/jev", state="Hello!", questions=asked)
    assert [said(event) for event in events] == [
        ("alpha/decisions", "other", "completed", False, 8, 1, "0.00002", "provider")
    ]


def test_a_video_is_settled_at_what_openrouter_says() -> None:
    begun = {"id": "gen-vid-1", "status": "pending", "polling_url": "/videos/gen-vid-1"}
    done = {**begun, "status": "completed", "usage": {"cost": 0.5, "is_byok": False}}
    with capture_events() as events:
        client = SDK.open(Script((202, begun), done))
        client.video_generation.generate(model="google/veo", prompt="A fox")
        client.video_generation.get_generation(job_id="gen-vid-1")
    assert [(event.revision, event.operation) for event in events] == [(0, "video"), (1, "video")]
    assert events[1].to_dict()["total_cost_usd"] == "0.5"
    assert len({event.event_id for event in events}) == 1


def test_an_error_inside_a_stream_is_an_error() -> None:
    ended = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
    broken = {"error": {"code": 502, "message": "gone"}, "choices": [ended]}
    head = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    with capture_events() as events:
        client = SDK.open(Script([*chunks(SDK)[:1], *sse([{**head, **broken}])]))
        list(client.chat.send(model="m", messages=MESSAGES, stream=True))
    assert [(event.outcome, event.error_type) for event in events] == [("error", "error_event")]


def test_a_key_of_ones_own_costs_the_fee() -> None:
    usage = {**CHARGED, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.02}}
    with capture_events() as events:
        client = SDK.open(Script({**answer(SDK), "usage": usage}))
        client.chat.send(model="openai/gpt-5.4", messages=MESSAGES)
    found = events[0].to_dict()
    assert (found["total_cost_usd"], found["upstream_cost"]) == ("0.00125", "0.02")


_NULLS = dict.fromkeys(
    (
        *("completed_at", "error", "frequency_penalty", "incomplete_details", "instructions"),
        *("metadata", "presence_penalty", "temperature", "top_p"),
    )
)
