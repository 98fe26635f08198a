"""Batches in files at hosts that say no usage of them: settled by who downloads the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import openai
import pytest
from groq import Groq
from together import Together

import aso
from aso.testing import capture_events
from aso.wire.batch_files import WRITTEN
from tests.openai_sdk.scripted import http as openais_http

ID, FILE, ERRORS = "batch_01jh6xa7reempvjyh6n3yst2zw", "file_01jh6xa97be52b7pg88czwrrwb", "file_e1"
MADE = 1_790_000_000
BATCH = {"id": ID, "object": "batch", "endpoint": "/v1/chat/completions", "created_at": MADE}
BATCH |= {"input_file_id": "file_i1", "completion_window": "24h"}
OVER = {**BATCH, "status": "completed", "output_file_id": FILE, "error_file_id": ERRORS}
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
ANSWER = {"id": "chatcmpl-1", "object": "chat.completion", "created": MADE + 60, "usage": USAGE}
HOSTS = {
    "groq": "https://api.groq.com/openai/v1",
    "together": "https://api.together.xyz/v1",
    "nebius": "https://api.tokenfactory.nebius.com/v1",
    "novita": "https://api.novita.ai/openai/v1",
}


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    WRITTEN.clear()
    yield
    WRITTEN.clear()


def line(name: str, body: Any = None, status: int = 200, **fields: Any) -> dict[str, Any]:
    body = {**ANSWER, "model": "openai/gpt-oss-120b", "choices": []} if body is None else body
    response = {"status_code": status, "request_id": "req_1", "body": body}
    return {"id": "batch_req_1", "custom_id": name, "response": response, "error": None, **fields}


def data(*lines: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


NO = {"error": {"message": "No.", "type": "invalid_request_error"}}
ALL = data(line("a"), line("b", NO, 400), line("c"), line("d", response=None, error={"code": "x"}))


class Server:
    """Says of a batch what it is told to, and of files what is in them."""

    def __init__(self, *batches: Any, files: dict[str, bytes] | None = None) -> None:
        self.batches = list(batches)
        self.files = files or {FILE: ALL}

    def __call__(self, request: Any) -> Any:
        response = (httpx if isinstance(request, httpx.Request) else openais_http).Response
        if "/files/" in request.url.path:
            return response(200, content=self.files[request.url.path.split("/")[-2]])
        return response(200, json=self.batches.pop(0))


def through_openai(host: str, server: Server) -> Any:
    transport = openais_http.MockTransport(server)
    return openai.OpenAI(
        api_key="none", base_url=HOSTS[host], http_client=openais_http.Client(transport=transport)
    )


def through(kind: Any, server: Server) -> Any:
    return kind(api_key="none", http_client=httpx.Client(transport=httpx.MockTransport(server)))


def created(client: Any) -> None:
    client.batches.create(
        input_file_id="file_i1", endpoint="/v1/chat/completions", completion_window="24h"
    )


def outline(event: aso.Event) -> tuple[Any, ...]:
    return event.revision, event.endpoint, event.model, event.usage.input_tokens


@pytest.mark.parametrize("host", HOSTS)
def test_each_line_is_settled_once_and_then_the_batch(host: str) -> None:
    client = through_openai(host, Server({**BATCH, "status": "validating"}, OVER))
    with capture_events() as events:
        created(client)
        client.batches.retrieve(ID)
        assert client.files.content(FILE).content == ALL
    assert [outline(event) for event in events] == [
        (0, "batches", None, None),
        *[(1, "files/content", "openai/gpt-oss-120b", 1000)] * 2,
        (1, "files/content", None, None),
    ]
    assert [event.event_id == events[0].event_id for event in events] == [True, False, False, True]
    assert (events[0].cost.total, events[3].cost.total) == (None, 0)
    assert {event.provider for event in events} == {host}


def test_the_sdk_of_groq_settles_at_half_the_price_of_its_submission() -> None:
    client = through(Groq, Server({**BATCH, "status": "validating"}, OVER))
    with capture_events() as events:
        created(client)
        client.batches.retrieve(ID)
        client.files.content(FILE)
    assert [event.cost.total for event in events[1:3]] == [Decimal("0.000105")] * 2
    assert {(event.pricing_conditions or {})["at_ms"] for event in events[1:3]} == {MADE * 1000}


def test_the_sdk_of_together_settles() -> None:
    job = {"id": "b-1a2b", "status": "COMPLETED", "output_file_id": FILE, "model_id": "m/1"}
    made = {"job": {**job, "status": "VALIDATING", "output_file_id": None}}
    client = through(Together, Server(made, {**job, "created_at": "2026-11-20T10:00:00Z"}))
    with capture_events() as events:
        client.batches.create(input_file_id="file-1", endpoint="/v1/chat/completions")
        client.batches.retrieve("b-1a2b")
        client.files.content(FILE)
    assert [(event.revision, event.usage.input_tokens) for event in events] == [
        *[(0, None), (1, 1000), (1, 1000), (1, None)],
    ]
    assert events[0].event_id == events[3].event_id


def test_another_process_gives_the_lines_the_same_names() -> None:
    found = []
    for batches in ([OVER], []):
        WRITTEN.clear()
        client = through_openai("groq", Server(*batches))
        with capture_events() as events:
            for _ in batches:
                client.batches.retrieve(ID)
            client.files.content(FILE)
        found.append([event.event_id for event in events if event.usage.input_tokens])
    assert found[0] == found[1]
    assert len(set(found[0])) == 2


def test_the_file_of_errors_bills_nothing_and_settles_no_batch() -> None:
    errors = data(line("b", NO, 400), line("d", response=None, error={"code": "x"}))
    client = through_openai("groq", Server(OVER, files={ERRORS: errors}))
    with capture_events() as events:
        client.batches.retrieve(ID)
        client.files.content(ERRORS)
    assert events == []


def test_a_cancelled_batch_is_settled_by_what_it_answered() -> None:
    cancelled = {**OVER, "status": "cancelled", "request_counts": {"completed": 1, "total": 9}}
    client = through_openai("groq", Server(cancelled, files={FILE: data(line("a"))}))
    with capture_events() as events:
        client.batches.retrieve(ID)
        client.files.content(FILE)
    assert [(event.usage.input_tokens, event.cost.status) for event in events] == [
        *[(1000, "priced"), (None, "priced")],
    ]


def test_one_that_answered_nothing_costs_nothing() -> None:
    counts = {"completed": 0, "failed": 0, "total": 0}
    failed = {**BATCH, "status": "failed", "request_counts": counts}
    with capture_events() as events:
        through_openai("groq", Server(failed)).batches.retrieve(ID)
    assert [(event.revision, event.generation_id, event.cost.total) for event in events] == [
        (1, ID, 0)
    ]


def test_what_is_left_early_settles_its_lines_and_not_the_batch() -> None:
    pieces = [data(line(str(number))) for number in range(5)]
    server = Server(OVER)
    server.files = {FILE: iter(pieces)}  # type: ignore[dict-item]
    client = through(Groq, server)
    with capture_events() as events:
        client.batches.retrieve(ID)
        with client.files.with_streaming_response.content(FILE) as response:
            next(iter(response.iter_bytes()))
    assert [event.usage.input_tokens for event in events] == [1000]


def test_any_other_file_is_no_event() -> None:
    asked = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {}}
    for found in (data(asked, asked), b"%PDF-1.4\n" * 9, b"", b"{", b'[1]\n{"a": 1}\n'):
        with capture_events() as events:
            assert through(Groq, Server(files={FILE: found})).files.content(FILE).read() == found
        assert events == []


def test_answers_of_other_endpoints_are_read_by_their_own_form() -> None:
    response = {"object": "response", "model": "m", "usage": {"input_tokens": 7}, "output": []}
    embedded = {"object": "list", "model": "m", "data": [], "usage": {"prompt_tokens": 5}}
    bare = line("c", response={**ANSWER, "model": "m"})  # no body around it
    lines = data(line("a", {**response, "id": "r"}), line("b", embedded), bare)
    with capture_events() as events:
        through_openai("nebius", Server(files={FILE: lines})).files.content(FILE)
    assert [event.usage.input_tokens for event in events] == [7, 5, 1000]


def test_a_long_line_is_read_without_its_texts() -> None:
    text = {"choices": [{"message": {"content": 'x"\n' * 100_000}}], **ANSWER, "model": "m"}
    with capture_events() as events:
        through(Groq, Server(files={FILE: data(line("a", text), line("b"))})).files.content(FILE)
    assert [(event.usage.input_tokens, event.completion_chars) for event in events] == [
        *[(1000, None), (1000, 0)],
    ]


def test_openai_says_usage_of_the_batch_and_its_files_are_not_read() -> None:
    done = {**OVER, "model": "gpt-4o-mini", "usage": {"input_tokens": 2000, "output_tokens": 200}}
    transport = openais_http.MockTransport(Server(done))
    client = openai.OpenAI(api_key="none", http_client=openais_http.Client(transport=transport))
    with capture_events() as events:
        client.batches.retrieve(ID)
        client.files.content(FILE)
    assert [(event.revision, event.usage.input_tokens) for event in events] == [(1, 2000)]
