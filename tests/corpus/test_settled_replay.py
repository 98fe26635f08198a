"""Recorded assistants' runs, batches and videos, and every look at them, through the real SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai import BaseModel, OpenAI, Stream

from aso.testing import capture_events
from tests.corpus.openai_replay import http
from tests.corpus.recordings import answer, expected, read, request_body, rows, seen

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]

ENDPOINTS = {
    *("threads/runs", "threads/runs.get", "batches", "batches.get", "videos", "videos.get"),
}


def records() -> Iterator[dict[str, Any]]:
    for row in rows():
        is_ours = row["provider"] in {"openai", "xai"} and row["endpoint"] in ENDPOINTS
        if is_ours and row["status"] < 300:
            yield row


def send(record: dict[str, Any]) -> None:
    transport = http.MockTransport(lambda request: answer(record, http))
    client = OpenAI(api_key="key", max_retries=0, http_client=http.Client(transport=transport))
    stream = bool(record["expected"]["stream"])
    options: dict[str, Any] = {"cast_to": BaseModel, "stream": stream}
    if record["method"] == "POST":
        options["body"] = request_body(record)
    url = record["url"]
    call = client.post if record["method"] == "POST" else client.get
    read(call(url, **options, stream_cls=Stream[BaseModel]), stream=stream, raw=None)


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    return list(records()) or pytest.skip("no recordings: ASO_TEST_CORPUS names a folder")


def test_who_creates_makes_an_event_and_who_looks_one_where_usage_is_said(
    recorded: list[dict[str, Any]],
) -> None:
    differing = {}
    for record in recorded:
        with capture_events() as events:
            send(record)
        wanted = 1 if record["method"] == "POST" or _is_over(record) else 0
        if len(events) != wanted:
            differing[record["id"], record["endpoint"], record["method"]] = len(events), wanted
    assert differing == {}


def _is_over(record: dict[str, Any]) -> bool:
    """Return whether the answer says what was used, in the end: batches are no calls to the oracle."""
    if record["expected"]["usage_present"] or '"done"' in record["response_body"]:
        return True
    is_batch = record["endpoint"] == "batches.get" and record["provider"] == "openai"
    return is_batch and bool(json.loads(record["response_body"])["completed_at"])


def test_every_recorded_field_of_a_run_is_read(recorded: list[dict[str, Any]]) -> None:
    differing = {}
    for record in recorded:
        if not record["endpoint"].startswith("threads/runs"):
            continue
        with capture_events() as events:
            send(record)
        for event in events:
            found, wanted = seen(event.to_dict()), expected(record)
            if found != wanted:
                differing[record["id"]] = {
                    key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]
                }
    assert differing == {}
