"""Batches: creating one is unmetered, each result is an event of its own, at half price."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from aso.testing import capture_events
from tests.anthropic_sdk.scripted import MESSAGE, USAGE, http

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.skipif(
        not hasattr(anthropic.Anthropic(api_key="key").messages, "batches"),
        reason="this SDK makes batches in beta.messages alone",
    ),
]

PATH = "/v1/messages/batches/msgbatch_01GUqGVJfUzZfBnjRymfPdV3"
BATCH = {"id": PATH.rpartition("/")[2], "type": "message_batch", "processing_status": "ended"}
DONE = {"type": "succeeded", "message": {**MESSAGE, "usage": {**USAGE, "service_tier": "batch"}}}
RESULTS = (
    {"custom_id": "a", "result": DONE},
    {"custom_id": "b", "result": {"type": "errored", "error": {"type": "error"}}},
    {"custom_id": "c", "result": DONE},
)


class Pieces(http.SyncByteStream):  # type: ignore[misc]
    def __init__(self, results: Any) -> None:
        self.data = "".join(json.dumps(one) + "\n" for one in results).encode()

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), 100):
            yield self.data[start : start + 100]


def client(results: Any = RESULTS) -> anthropic.Anthropic:
    def answer(request: Any) -> Any:
        if not request.url.path.endswith("/results"):
            where = f"https://api.anthropic.com{PATH}/results"
            return http.Response(200, json={**BATCH, "results_url": where})
        headers = {"content-type": "application/x-jsonl"}
        return http.Response(200, headers=headers, stream=Pieces(results))

    transport = http.MockTransport(answer)
    return anthropic.Anthropic(api_key="key", http_client=http.Client(transport=transport))


def results_of(made: anthropic.Anthropic) -> list[Any]:
    return list(made.messages.batches.results(str(BATCH["id"])))


def test_each_result_is_an_event_by_its_name() -> None:
    with capture_events() as events:
        assert len(results_of(client())) == 3
    outline = [(event.kind, event.revision, event.usage.input_tokens) for event in events]
    assert outline == [("call", 1, 2310)] * 2
    assert {event.operation for event in events} == {"batch"}
    assert len({event.event_id for event in events}) == 2


def test_reading_results_again_repeats_their_events() -> None:
    with capture_events() as events:
        results_of(client())
        results_of(client())
    assert [event.event_id for event in events[:2]] == [event.event_id for event in events[2:]]


def test_a_result_costs_half_of_what_the_message_would() -> None:
    transport = http.MockTransport(lambda request: http.Response(200, json=MESSAGE))
    direct = anthropic.Anthropic(api_key="key", http_client=http.Client(transport=transport))
    with capture_events() as events:
        results_of(client())
        direct.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "x"}])
    batched, _, whole = (event.cost.total for event in events)
    assert batched is not None and whole is not None
    assert batched * 2 == whole


def test_a_long_result_is_read_by_its_ends() -> None:
    text = [{"type": "text", "text": "x" * 100_000}]
    long = {**DONE, "message": {**MESSAGE, "content": text}}
    with capture_events() as events:
        results_of(client([{"custom_id": "a", "result": long}]))
    assert [event.usage.input_tokens for event in events] == [2310]
