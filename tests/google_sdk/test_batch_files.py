"""Batches of google-genai whose answers are in a file: settled by who downloads it, line by line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from google import genai
from google.oauth2.credentials import Credentials

from aso.wire.batch_files import WRITTEN
from tests.google_sdk.scripted import ANSWER, MODEL, captured, playing

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.skipif(
        genai.__version__.startswith("1."), reason="this version makes batches at Vertex alone"
    ),
]
NAME = "batches/31u18uq6dr4ods3957z38i1m"
FILE = "files/batch-31u18uq6dr4ods3957z38i1m"
UNCACHED = {"promptTokenCount": 1000, "candidatesTokenCount": 100, "totalTokenCount": 1100}
ASKED = {**ANSWER, "usageMetadata": UNCACHED}
FAILED = {"key": "b", "error": {"code": 3, "message": "No."}}


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    WRITTEN.clear()
    yield
    WRITTEN.clear()


def batch(state: str, file: str | None = None, **about: Any) -> dict[str, Any]:
    """Return a batch as it stands."""
    told = {"model": f"models/{MODEL}", "createTime": "2026-08-19T14:34:12.267870162Z", **about}
    found: dict[str, Any] = {"name": NAME, "metadata": {**told, "state": f"BATCH_STATE_{state}"}}
    if file is not None:
        found |= {"done": True, "response": {"responsesFile": file}}
        found["metadata"]["output"] = found["response"]
    return found


def lines(*each: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in each)


def answered(key: str, answer: Any = ASKED) -> dict[str, Any]:
    return {"key": key, "response": answer}


ALL = lines(answered("a"), FAILED, answered("c"))


def outline(event: Any) -> tuple[Any, ...]:
    return event.revision, event.generation_id, event.usage.input_tokens, event.cost.total


def test_its_lines_and_then_itself_are_settled() -> None:
    with playing(batch("PENDING"), batch("SUCCEEDED", FILE), ALL) as script:
        with captured(script) as events:
            client = script.client()
            made = client.batches.create(model=MODEL, src="files/input1")
            over = client.batches.get(name=str(made.name))
            assert over.dest is not None
            assert client.files.download(file=str(over.dest.file_name)) == ALL
    each, identity = Decimal("0.000275"), NAME.rpartition("/")[2]
    assert [outline(event) for event in events] == [
        (0, identity, None, None),
        *[(1, FILE.rpartition("/")[2], 1000, each)] * 2,
        (1, identity, None, 0),
    ]
    assert [event.event_id for event in events].count(events[0].event_id) == 2
    assert [event.operation for event in events] == ["batch"] * 4


def test_another_process_settles_the_same_lines() -> None:
    found = []
    for _ in range(2):  # nothing of the batch is known in either
        with playing(ALL) as script, captured(script, hosts={script.host: "google"}) as events:
            client = script.client()
            client.files.download(file=FILE)
        found.append([(event.cost.total, event.usage.input_tokens) for event in events])
    assert found == [[(Decimal("0.000275"), 1000)] * 2] * 2


def test_downloading_twice_repeats_the_same_events() -> None:
    with playing(ALL) as script, captured(script) as events:
        client = script.client()
        client.files.download(file=FILE)
        client.files.download(file=FILE)
    assert [event.event_id for event in events[:2]] == [event.event_id for event in events[2:]]


def test_the_async_client_settles_alike() -> None:
    with playing(ALL) as script, captured(script) as events:
        client = script.client()
        assert asyncio.run(client.aio.files.download(file=FILE)) == ALL
    assert [event.usage.input_tokens for event in events] == [1000] * 2


def test_a_file_that_is_written_to_the_disk_is_read_along(tmp_path: Path) -> None:
    with playing(ALL) as script, captured(script) as events:
        client = script.client()
        try:
            client.files.download(file=FILE, destination=str(tmp_path / "lines"))  # type: ignore[call-overload]
        except TypeError:
            pytest.skip("this version writes no files")
    assert (tmp_path / "lines").read_bytes() == ALL
    assert [event.usage.input_tokens for event in events] == [1000] * 2


def test_a_line_without_a_key_is_named_by_its_place() -> None:
    data = lines({"response": ASKED}, {"response": ASKED})
    with playing(data) as script, captured(script) as events:
        client = script.client()
        client.files.download(file=FILE)
    assert len({event.event_id for event in events}) == 2


def test_a_prompt_that_is_long_costs_more_and_many_short_ones_do_not() -> None:
    model = "gemini-2.5-pro"
    short, long = (
        {**ASKED, "modelVersion": model, "usageMetadata": {"promptTokenCount": count}}
        for count in (150_000, 300_000)
    )
    with playing(lines(answered("a", short), answered("b", short), answered("c", long))) as script:
        with captured(script) as events:
            client = script.client()
            client.files.download(file=FILE)
    assert [event.cost.total for event in events] == [
        *[Decimal("0.09375")] * 2,
        Decimal("0.375"),
    ]


def test_any_other_file_is_no_event() -> None:
    for data in (b"\x89PNG\r\n" * 50, b'{"messages": []}\n' * 3, b"", b'{"error": {"code": 9}}'):
        with playing(data) as script, captured(script) as events:
            client = script.client()
            client.files.download(file="files/abcdef")
        assert events == []


def test_one_that_answered_nothing_costs_nothing() -> None:
    failed = batch("FAILED", batchStats={"requestCount": "2", "failedRequestCount": "2"})
    with playing(batch("PENDING"), failed) as script, captured(script) as events:
        client = script.client()
        client.batches.create(model=MODEL, src="files/input1")
        client.batches.get(name=NAME)
    assert [(event.revision, event.cost.total) for event in events] == [(0, None), (1, 0)]


def test_embeddings_are_settled_inline_and_by_file() -> None:
    embedded = {"embedding": {"values": [0.1] * 3000}, "tokenCount": "7"}
    inline = {"inlinedResponses": [{"response": embedded}] * 2}
    over = batch("SUCCEEDED", model="models/gemini-embedding-001")
    over |= {"done": True, "response": {"inlinedEmbedContentResponses": inline}}
    filed = batch("SUCCEEDED", FILE, model="models/gemini-embedding-001")
    data = lines(answered("a", embedded), answered("b", embedded))
    with playing(batch("PENDING"), over, filed, data) as script, captured(script) as events:
        client = script.client()
        source: Any = {"inlined_requests": {"contents": ["Hi."]}}
        with pytest.warns(Warning, match="experimental"):
            client.batches.create_embeddings(model="gemini-embedding-001", src=source)
        client.batches.get(name=NAME)
        client.batches.get(name=NAME)
        client.files.download(file=FILE)
    assert [(event.model, event.usage.input_tokens) for event in events] == [
        ("gemini-2.5-flash", None),
        ("gemini-embedding-001", 14),
        *[("gemini-embedding-001", 7)] * 2,
        ("gemini-embedding-001", None),
    ]


JOB = "projects/1/locations/us-central1/batchPredictionJobs/4711"
JOB_OF = f"publishers/google/models/{MODEL}"


def job(state: str, **fields: Any) -> dict[str, Any]:
    """Return a job of Vertex's as it stands."""
    made = {"name": JOB, "model": JOB_OF, "createTime": "2026-11-20T10:00:00.123456Z"}
    return {**made, "state": f"JOB_STATE_{state}", **fields}


@pytest.mark.parametrize(
    ("stats", "settled"),
    [
        ({"successfulCount": "3", "failedCount": "1"}, [({"batch_requests": 3}, None)]),
        ({"incompleteCount": "4"}, [({}, 0)]),
        (None, []),
    ],
)
def test_a_job_of_vertex_says_no_tokens_and_is_settled_by_its_requests(
    stats: Any, settled: list[Any]
) -> None:
    over = job("SUCCEEDED", **({} if stats is None else {"completionStats": stats}))
    with playing(job("PENDING"), job("RUNNING"), over) as script:
        with captured(script, hosts={script.host: "vertex"}) as events:
            client = script.client_of_vertex(Credentials("t"))  # type: ignore[no-untyped-call]
            made = client.batches.create(model=MODEL, src="gs://b/in.jsonl")
            for _ in range(2):
                client.batches.get(name=str(made.name))
    assert (events[0].revision, events[0].cost.status) == (0, "unpriced")
    assert {(event.model, event.generation_id) for event in events} == {(MODEL, "4711")}
    assert [(dict(event.usage.units), event.cost.total) for event in events[1:]] == settled
    assert [one.cost.notes for one in events[1:] if one.usage.units] in (
        [],
        [("no_rate:batch_requests",)],
    )


@pytest.mark.parametrize("chars", [1_000, 10_000, 100_000])
def test_an_inline_end_of_any_length_is_read_whole(chars: int) -> None:
    text = {"content": {"parts": [{"text": 'x"' * chars}]}, "finishReason": "STOP"}
    inlined = [{"response": {**ASKED, "candidates": [text]}}] * 5
    over = batch("SUCCEEDED")
    over |= {"done": True, "response": {"inlinedResponses": {"inlinedResponses": inlined}}}
    with playing(over) as script, captured(script) as events:
        client = script.client()
        client.batches.get(name=NAME)
    [event] = events
    assert (event.usage.input_tokens, event.usage.output_tokens) == (5000, 500)
    assert event.completion_chars == (10_000 if chars == 1_000 else None)
