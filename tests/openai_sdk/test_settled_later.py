"""Calls that bill when they are done: created once, settled once, however often they are asked for."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import Any

import openai
import pytest

import aso
from aso.records import Event
from aso.sinks import MemorySink
from aso.testing import capture_events
from tests.openai_sdk.scripted import MODEL, RESPONSE, Script, client, sse

pytestmark = pytest.mark.sdk

DONE = {**RESPONSE, "background": True}
QUEUED = {**DONE, "status": "queued", "output": [], "usage": None}
USAGE = {"prompt_tokens": 381, "completion_tokens": 88, "total_tokens": 469}
RUN = {"id": "run_1", "object": "thread.run", "model": MODEL, "status": "queued", "usage": None}
RUN_DONE = {**RUN, "status": "completed", "usage": USAGE}
TOKENS = {"input_tokens": 1_000_000, "output_tokens": 0, "total_tokens": 1_000_000}
BATCH = {"id": "batch_1", "object": "batch", "status": "validating", "created_at": 1_780_000_000}
BATCH_DONE = {**BATCH, "status": "completed", "model": MODEL, "usage": TOKENS}
has_responses = pytest.mark.skipif(
    not hasattr(openai.OpenAI, "responses"), reason="this SDK has no responses"
)


def resumes_streams() -> bool:
    found = getattr(openai.OpenAI(api_key="sk-test"), "responses", None)
    return found is not None and "stream" in inspect.signature(found.retrieve).parameters


def outline(events: list[Event]) -> list[tuple[int, str, int | None]]:
    return [(event.revision, event.usage.source, event.usage.input_tokens) for event in events]


def identities(events: list[Event]) -> set[str]:
    return {event.event_id for event in events}


@has_responses
def test_a_background_response_is_settled_by_whoever_sees_its_end() -> None:
    responses = client(Script(QUEUED, QUEUED, DONE, DONE)).responses
    with capture_events() as events:
        responses.create(model=MODEL, input="x", background=True)
        for _ in range(3):
            responses.retrieve("resp_1")
    assert outline(events) == [(0, "none", None), (1, "provider", 5), (1, "provider", 5)]
    assert len(identities(events)) == 1
    assert events[0].event_id[14] == "8"


@has_responses
def test_a_response_that_was_answered_at_once_is_not_billed_again_by_looking() -> None:
    responses = client(Script(RESPONSE)).responses
    with capture_events() as events:
        responses.create(model=MODEL, input="x")
        responses.retrieve("resp_1")
    assert outline(events) == [(0, "provider", 5)]


@has_responses
def test_a_background_stream_read_to_its_end_settles_itself() -> None:
    parts = sse([{"type": "response.completed", "sequence_number": 1, "response": DONE}])
    responses = client(Script(parts, DONE)).responses
    with capture_events() as events:
        list(responses.create(model=MODEL, input="x", background=True, stream=True))
        responses.retrieve("resp_1")
    assert outline(events) == [(0, "provider", 5), (1, "provider", 5)]
    assert len(identities(events)) == 1


@pytest.mark.skipif(not resumes_streams(), reason="this SDK takes no stream up again")
def test_a_background_response_is_settled_by_a_stream_that_takes_it_up_again() -> None:
    parts = sse([{"type": "response.completed", "sequence_number": 9, "response": DONE}])
    with capture_events() as events:
        list(client(Script(parts)).responses.retrieve("resp_1", stream=True))
    assert outline(events) == [(1, "provider", 5)]


@has_responses
def test_asking_in_vain_is_silent() -> None:
    with capture_events() as events, pytest.raises(openai.NotFoundError):
        client(Script((404, {"error": {}}))).responses.retrieve("resp_1")
    assert events == []


@has_responses
def test_a_policy_forbids_no_one_to_look() -> None:
    sink = MemorySink()
    with aso.instrument(sinks=[sink], policy={"mandatory_dimensions": ["team"]}):
        client(Script(DONE)).responses.retrieve("resp_1")
        aso.flush()
    assert outline(list(sink.events)) == [(1, "provider", 5)]


def test_an_assistants_run_is_settled_by_the_poll_that_sees_its_end() -> None:
    made = client(Script(RUN, RUN, RUN_DONE, RUN_DONE))
    with capture_events() as events:
        made.post("/threads/thread_1/runs", cast_to=object, body={"assistant_id": "asst_1"})
        for _ in range(3):
            made.get("/threads/thread_1/runs/run_1", cast_to=object)
    assert outline(events) == [(0, "none", None), (1, "provider", 381), (1, "provider", 381)]
    assert len(identities(events)) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_assistants_stream_has_its_runs_usage() -> None:
    parts: list[Any] = [
        b"event: thread.run.completed\n",
        *sse([RUN_DONE], done=False),
        b"event: done\ndata: [DONE]\n\n",
    ]
    runs = client(Script(parts)).beta.threads.runs
    with capture_events() as events:
        list(runs.create("thread_1", assistant_id="asst_1", stream=True))
    assert outline(events) == [(0, "provider", 381)]
    assert events[0].outcome == "completed"


def test_a_batch_costs_half_the_price_of_its_submission() -> None:
    batches = client(Script(BATCH, BATCH_DONE, BATCH_DONE)).batches
    with capture_events() as events:
        batches.create(input_file_id="file-1", endpoint="/v1/responses", completion_window="24h")
        batches.retrieve("batch_1")
        batches.retrieve("batch_1")
    assert outline(events) == [(0, "none", None)] + [(1, "provider", 1_000_000)] * 2
    assert len(identities(events)) == 1
    assert events[1].cost.total == Decimal("0.075")


def test_a_video_is_billed_by_its_seconds_once_there_is_one() -> None:
    video = {"id": "video_1", "object": "video", "model": "sora-2", "seconds": "4"}
    made = client(Script({**video, "status": "queued"}, {**video, "status": "completed"}))
    with capture_events() as events:
        made.post("/videos", cast_to=object, body={"model": "sora-2"})
        made.get("/videos/video_1", cast_to=object)
    assert [event.usage.units for event in events] == [{}, {"video_seconds": 4}]
    assert len(identities(events)) == 1


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 2, 0], [2], [1, 1, 2]])
@has_responses
def test_the_ledger_counts_it_once_in_whatever_order_it_arrives(
    order: list[int], tmp_path: Any
) -> None:
    from aso.ledger import Ledger

    with capture_events() as events:
        responses = client(Script(QUEUED, DONE)).responses
        responses.create(model=MODEL, input="x", background=True)
        responses.retrieve("resp_1")
        responses.retrieve("resp_1")
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.add([events[index] for index in order])
    assert outline(list(ledger.events())) == [(1, "provider", 5)]


@has_responses
def test_statistics_count_it_once() -> None:
    sink = MemorySink()
    with aso.instrument(sinks=[sink]):
        responses = client(Script(QUEUED, DONE)).responses
        responses.create(model=MODEL, input="x", background=True)
        responses.retrieve("resp_1")
        aso.flush()
        assert (aso.stats().calls, aso.stats().events) == (1, 2)


def test_what_a_tool_answered_goes_on_with_the_same_run() -> None:
    made = client(Script(RUN, RUN, RUN_DONE))
    with capture_events() as events:
        made.post("/threads/thread_1/runs", cast_to=object, body={"assistant_id": "asst_1"})
        path = "/threads/thread_1/runs/run_1"
        made.post(f"{path}/submit_tool_outputs", cast_to=object, body={"tool_outputs": []})
        made.get(path, cast_to=object)
    assert outline(events) == [(0, "none", None), (0, "none", None), (1, "provider", 381)]
    assert len(identities(events)) == 1
