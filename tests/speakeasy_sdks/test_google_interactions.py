"""google-genai's second client (interactions, decisions, voices): each request is one event."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import google.genai._api_client as below
import pytest
from google import genai
from google.genai import types

import aso
from aso.testing import capture_events
from tests.speakeasy_sdks.scripted import Script

pytestmark = pytest.mark.sdk
http: Any = getattr(below, "httpx2", None) or below.httpx  # type: ignore[attr-defined]

USAGE = {
    "total_tokens": 1050,
    "total_input_tokens": 1000,
    "total_cached_tokens": 400,
    "total_output_tokens": 20,
    "total_thought_tokens": 30,
}
HEAD = {"id": "v1_Chd1", "object": "interaction", "model": "gemini-2.5-flash"}
STEP = {"type": "model_output", "content": [{"type": "text", "text": "Hello!"}]}
ANSWER = {**HEAD, "status": "completed", "usage": USAGE, "steps": [STEP]}
ASKED: dict[str, Any] = {"model": "gemini-2.5-flash", "input": "Say hello."}
TOLD = ("google", "interactions", "gemini-2.5-flash", "completed")


def named(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'event_type': kind, **fields})}\n\n".encode()


CREATED = named("interaction.created", interaction={**HEAD, "status": "in_progress"})
DELTA = named("step.delta", index=0, delta={"type": "text", "text": "Hello!"})
COMPLETED = named("interaction.completed", interaction={**ANSWER, "steps": []})
CHUNKS = [CREATED, DELTA, COMPLETED, b"event: done\ndata: [DONE]\n\n"]


class Body(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc, name-defined]
    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self.parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part


def client(script: Script, **options: Any) -> genai.Client:
    def answer(request: Any) -> Any:
        said = script(request)
        status, document = said if isinstance(said, tuple) else (200, said)
        is_stream = isinstance(document, list)
        kind = "text/event-stream" if is_stream else "application/json"
        parts = document if is_stream else [json.dumps(document).encode()]
        return http.Response(status, headers={"content-type": kind}, stream=Body(parts))

    transport = http.MockTransport(answer)
    clients = {
        "httpx_client": http.Client(transport=transport),
        "httpx_async_client": http.AsyncClient(transport=transport),
    }
    return genai.Client(api_key="none", http_options=types.HttpOptions(**clients, **options))


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    what = event.provider, event.endpoint, event.model, event.outcome, event.stream
    return (*what, usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens)


def test_an_interaction_is_one_event_of_the_sdk() -> None:
    with capture_events() as events:
        client(Script(ANSWER)).interactions.create(**ASKED)
    assert [said(event) for event in events] == [(*TOLD, False, 1000, 50, 400)]
    assert events[0].to_dict()["sdk"] == {"name": "google-genai", "version": genai.__version__}
    assert (events[0].generation_id, events[0].completion_chars) == ("v1_Chd1", len("Hello!"))


def test_an_awaited_interaction_is_one_event() -> None:
    with capture_events() as events:
        asyncio.run(client(Script(ANSWER)).aio.interactions.create(**ASKED))
    assert [said(event) for event in events] == [(*TOLD, False, 1000, 50, 400)]


def test_a_streamed_interaction_is_one_event() -> None:
    with capture_events() as events:
        for _ in client(Script(CHUNKS)).interactions.create(**ASKED, stream=True):
            pass
    assert [said(event) for event in events] == [(*TOLD, True, 1000, 50, 400)]


def test_an_awaited_stream_is_one_event() -> None:
    async def read() -> None:
        async for _ in await client(Script(CHUNKS)).aio.interactions.create(**ASKED, stream=True):
            pass

    with capture_events() as events:
        asyncio.run(read())
    assert [said(event) for event in events] == [(*TOLD, True, 1000, 50, 400)]


def test_a_streaming_response_is_read_as_the_caller_reads_it() -> None:
    with capture_events() as events:
        asked = client(Script(ANSWER)).interactions.with_streaming_response
        with asked.create(**ASKED) as response:
            response.parse()
    assert [said(event) for event in events] == [(*TOLD, False, 1000, 50, 400)]


def test_a_stream_that_is_left_is_cancelled_with_the_usage_so_far() -> None:
    so_far = named(
        "step.delta", index=0, delta={"type": "text", "text": "H"}, metadata={"usage": USAGE}
    )
    with capture_events() as events:
        for event in client(Script([CREATED, so_far, *CHUNKS])).interactions.create(
            **ASKED, stream=True
        ):
            if event.event_type == "step.delta":
                break
        gc.collect()
    [found] = events
    assert (found.outcome, found.usage.input_tokens, found.usage.source) == (
        *("cancelled", 1000, "partial"),
    )


def test_an_error_event_is_an_error() -> None:
    failed = named("error", error={"code": "internal", "message": "no"})
    with capture_events() as events:
        for _ in client(Script([CREATED, failed])).interactions.create(**ASKED, stream=True):
            pass
    assert [(event.outcome, event.error_type) for event in events] == [("error", "internal")]


def test_retries_are_attempts_of_one_call() -> None:
    retry = types.HttpRetryOptions(attempts=3, initial_delay=0.001, max_delay=0.001)
    busy = (503, {"error": {"message": "busy"}})
    with capture_events() as events:
        client(Script(busy, ANSWER), retry_options=retry).interactions.create(**ASKED)
    assert [(event.attempts, event.outcome) for event in events] == [(2, "completed")]


def test_an_error_answer_is_an_error_at_no_cost() -> None:
    refused = (400, {"error": {"message": "no", "code": "invalid"}})
    with capture_events() as events, pytest.raises(Exception):
        client(Script(refused)).interactions.create(**ASKED)
    [event] = events
    assert (event.outcome, event.http_status, str(event.cost.total)) == ("error", 400, "0")


def test_a_refusal_comes_through_untouched() -> None:
    script = Script(ANSWER)
    with aso.instrument(sinks=[], policy={"denied_models": ["google:*"]}):
        with pytest.raises(aso.ModelNotAllowedError):
            client(script).interactions.create(**ASKED)
        with pytest.raises(aso.ModelNotAllowedError):
            asyncio.run(client(script).aio.interactions.create(**ASKED))
    assert script.requests == []


def test_a_header_of_dimensions_stays_here() -> None:
    script = Script(ANSWER)
    with capture_events() as events:
        client(script).interactions.create(**ASKED, extra_headers={"X-ASO-Dims": "team=search"})
    assert events[0].dims == {"team": "search"}
    names = [name.lower() for name in script.requests[0].headers]
    assert [name for name in names if name.startswith("x-aso")] == []


def test_a_gateway_that_nobody_mapped_is_counted() -> None:
    with capture_events() as events:
        client(Script(ANSWER), base_url="https://gateway.internal").interactions.create(**ASKED)
    assert [said(event) for event in events] == [("unknown", *TOLD[1:], False, 1000, 50, 400)]


def test_it_is_hooked_where_google_is_named() -> None:
    with aso.instrument(sinks=[], integrations=["google"]), capture_events() as events:
        client(Script(ANSWER)).interactions.create(**ASKED)
    assert [event.sdk_name for event in events] == ["google-genai"]


def test_research_in_the_background_is_settled_by_who_looks_at_its_end() -> None:
    begun = {"id": "v1_Chd2", "object": "interaction", "agent": "deep-research-pro-preview"}
    script = Script(
        {**begun, "status": "in_progress"},
        {**begun, "status": "in_progress"},
        {**begun, "status": "completed", "usage": USAGE},
    )
    with capture_events() as events:
        google = client(script)
        google.interactions.create(agent="deep-research-pro-preview", input="Hi", background=True)
        for _ in range(3):
            google.interactions.get("v1_Chd2")
    assert [(event.revision, event.usage.source) for event in events] == [
        *((0, "none"), (1, "provider"), (1, "provider")),
    ]
    assert len({event.event_id for event in events}) == 1


def test_a_models_in_the_background_is_settled_by_who_saw_it_at_work_and_then_at_its_end() -> None:
    working = {**HEAD, "id": "v1_Chd3", "status": "in_progress"}
    script = Script(working, working, {**ANSWER, "id": "v1_Chd3"})
    with capture_events() as events:
        google = client(script)
        google.interactions.create(**ASKED, background=True)
        for _ in range(3):
            google.interactions.get("v1_Chd3")
    assert [(event.revision, event.usage.source) for event in events] == [
        *((0, "none"), (1, "provider"), (1, "provider")),
    ]
    assert len({event.event_id for event in events}) == 1


def test_a_models_that_was_only_seen_at_its_end_is_no_event() -> None:
    with capture_events() as events:
        google = client(Script({**ANSWER, "id": "v1_Chd4"}))
        google.interactions.get("v1_Chd4")
    assert events == []


def test_looking_at_an_interaction_again_is_no_call() -> None:
    with capture_events() as events:
        google = client(Script(ANSWER))
        google.interactions.create(**ASKED)
        google.interactions.get("v1_Chd1")
    assert len(events) == 1


@pytest.mark.skipif(not hasattr(genai.Client, "decisions"), reason="2.34 decides nothing")
def test_a_decision_is_metered() -> None:
    with capture_events() as events:
        google = client(Script({"answers": {}, "usage": USAGE}))
        google.decisions.create(model="gemini-2.5-flash", input="Hi", questions={})
    assert [(event.endpoint, event.usage.input_tokens) for event in events] == [("decisions", 1000)]


def test_what_is_managed_is_no_call() -> None:
    with capture_events() as events, pytest.raises(Exception):
        client(Script((400, {}))).agents.create(id="a-1")
    assert events == []
