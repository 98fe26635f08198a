"""Results of xAI's batches over HTTP: each is settled at the cost that it says."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from aso.testing import capture_events

BATCH = "batch_6cf19793-7856-44ab-86ec-c112af1b4054"
URL = f"https://api.x.ai/v1/batches/{BATCH}/results"
USAGE = {"prompt_tokens": 204, "completion_tokens": 1, "total_tokens": 287}
USAGE |= {"cost_in_usd_ticks": 2_087_200, "completion_tokens_details": {"reasoning_tokens": 82}}


def result(name: str, text: str = "4") -> dict[str, Any]:
    choices = [{"index": 0, "message": {"content": text}, "finish_reason": "stop"}]
    found = {"id": "4a57", "created": 1_786_400_933, "model": "grok-4.3", "choices": choices}
    response = {"chat_get_completion": {**found, "usage": USAGE}}
    return {"batch_request_id": name, "batch_result": {"response": response}}


@pytest.mark.parametrize("length", [1, 40_000])
def test_each_result_is_settled_by_its_name(length: int) -> None:
    failed = {"batch_request_id": "1", "batch_result": {"error": {"message": "no"}}}
    page = {"results": [result("0", "x" * length), failed, result("2", "x" * length)]}
    data = json.dumps({**page, "pagination_token": None}).encode()
    served = httpx.MockTransport(lambda request: httpx.Response(200, content=data))
    with capture_events() as events, httpx.Client(transport=served) as client:
        for _ in range(2):
            assert client.get(URL, params={"limit": 100}).content == data
    assert [(one.revision, one.model, one.generation_id) for one in events] == [
        (1, "grok-4.3", BATCH)
    ] * 4
    assert [(one.usage.output_tokens, one.cost.provider_cost) for one in events] == [
        (83, Decimal("0.00020872"))
    ] * 4
    assert len({one.event_id for one in events}) == 2
    assert {one.completion_chars for one in events} == {1 if length == 1 else None}


def test_a_page_without_results_is_no_event() -> None:
    served = httpx.MockTransport(lambda request: httpx.Response(200, json={"results": []}))
    with capture_events() as events, httpx.Client(transport=served) as client:
        client.get(URL)
    assert events == []
