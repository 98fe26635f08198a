"""Batches of mistralai: made once, settled once, where their outputs stand in the job."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aso.testing import capture_events
from tests.speakeasy_sdks.scripted import SDKS, USAGE, Script

pytestmark = pytest.mark.sdk
SDK: Any = next((sdk for sdk in SDKS if sdk.name == "mistralai"), None)
if SDK is None or SDK.version.startswith("1."):
    pytest.skip("mistralai is not installed, or too old", allow_module_level=True)

ID = "0b2f2f3a-9c1e-4c55-8f5a-7d2f0b3f6a11"
MODEL = "mistral-small-latest"
_JOB = {
    "id": ID,
    "object": "batch",
    "model": MODEL,
    "endpoint": "/v1/chat/completions",
    "input_files": [],
    "errors": [],
    "created_at": 1_780_000_000,
    "total_requests": 2,
    "completed_requests": 0,
    "succeeded_requests": 0,
    "failed_requests": 0,
}


def job(status: str, *bodies: Any, **fields: Any) -> dict[str, Any]:
    """Return a job as it stands."""
    outputs = [{"custom_id": "1", "response": {"status_code": 200, "body": one}} for one in bodies]
    return {**_JOB, "status": status, **({"outputs": outputs} if outputs else {}), **fields}


def run(*answers: Any) -> list[Any]:
    """Create a job and look at it as often as there are more answers; return the events."""
    script = Script(*answers)
    with capture_events() as events:
        jobs = SDK.open(script).batch.jobs
        asked = [{"custom_id": "1", "body": {"messages": [{"role": "user", "content": "Hi."}]}}]
        jobs.create(requests=asked, model=MODEL, endpoint="/v1/chat/completions")
        for _ in answers[1:]:
            jobs.get(job_id=ID, inline=True)
    return events


def outline(event: Any) -> tuple[Any, ...]:
    usage = event.usage
    return event.revision, usage.source, usage.input_tokens, usage.output_tokens


BODY = {"id": "c-1", "model": "mistral-small-2506", "usage": USAGE}
DONE = job("SUCCESS", BODY, {**BODY, "id": "c-2"})


def test_a_batch_is_settled_by_whoever_sees_its_end() -> None:
    events = run(job("QUEUED"), job("RUNNING"), DONE, DONE)
    assert [outline(one) for one in events] == [
        (0, "none", None, None),
        (1, "provider", 22, 44),
        (1, "provider", 22, 44),
    ]
    assert len({one.event_id for one in events}) == 1
    assert [(one.operation, one.model) for one in events] == [
        ("batch", MODEL),
        *[("batch", "mistral-small-2506")] * 2,
    ]


def test_the_creation_names_the_job() -> None:
    [created] = run(job("QUEUED"))
    assert (created.kind, created.endpoint, created.generation_id) == ("call", "batch/jobs", ID)


def test_pages_are_counted_over_all_documents() -> None:
    read = {"model": "mistral-ocr-2505", "usage_info": {"pages_processed": 3, "doc_size_bytes": 9}}
    [_, settled] = run(job("QUEUED"), job("SUCCESS", read, read))
    assert dict(settled.usage.units) == {"pages": 6}


def test_what_is_written_to_a_file_stays_pending() -> None:
    events = run(job("QUEUED"), job("SUCCESS", output_file="6f1e"))
    assert [outline(one) for one in events] == [(0, "none", None, None)]


FILE = "6f1ec0de-0000-4000-8000-000000000001"
LINES = b"".join(
    json.dumps({"id": f"b-{number}", "custom_id": str(number), "response": response}).encode()
    + b"\n"
    for number, response in enumerate(
        [{"status_code": 200, "body": BODY}, {"status_code": 422, "body": {"detail": "no"}}]
    )
)


def test_what_is_written_to_a_file_is_settled_by_its_download() -> None:
    written = SDK.http.Response(200, content=LINES)
    script = Script(job("QUEUED"), job("SUCCESS", output_file=FILE), written)
    with capture_events() as events:
        client = SDK.open(script)
        asked = [{"custom_id": "1", "body": {"messages": [{"role": "user", "content": "Hi."}]}}]
        client.batch.jobs.create(requests=asked, model=MODEL, endpoint="/v1/chat/completions")
        over = client.batch.jobs.get(job_id=ID)
        assert client.files.download(file_id=over.output_file).read() == LINES
    assert [outline(one) for one in events] == [
        *[(0, "none", None, None), (1, "provider", 11, 22), (1, "none", None, None)],
    ]
    assert [one.event_id == events[0].event_id for one in events] == [True, False, True]
    assert [one.cost.total for one in events] == [None, events[1].cost.total, 0]
    assert events[1].model == "mistral-small-2506"


def test_an_end_over_64_kb_is_read_whole() -> None:
    said = {"choices": [{"message": {"content": "x" * 50_000}}]}
    [_, settled] = run(job("QUEUED"), job("SUCCESS", *[{**BODY, **said}] * 8))
    assert outline(settled) == (1, "provider", 88, 176)


def test_one_in_which_nothing_succeeded_costs_nothing() -> None:
    [_, settled] = run(job("QUEUED"), job("FAILED", failed_requests=2))
    assert (settled.revision, settled.cost.total) == (1, 0)


def test_outputs_of_several_models_are_not_one_models() -> None:
    [_, settled] = run(
        job("QUEUED", model=None), job("SUCCESS", BODY, {**BODY, "model": "x"}, model=None)
    )
    assert (settled.model, settled.cost.total) == (None, None)
