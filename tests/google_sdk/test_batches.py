"""Batches of google-genai: made once, settled once, at half the price."""

from __future__ import annotations

from typing import Any

import pytest
from google import genai

from tests.google_sdk.scripted import ANSWER, MODEL, captured, playing

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.skipif(
        genai.__version__.startswith("1."), reason="this version makes batches at Vertex alone"
    ),
]
_NAME = "batches/31u18uq6dr4ods3957z38i1m"


def batch(state: str, *answers: Any) -> dict[str, Any]:
    """Return a batch as it stands."""
    about = {"model": f"models/{MODEL}", "createTime": "2026-08-19T14:34:12.267870162Z"}
    found = {"name": _NAME, "metadata": {**about, "state": f"BATCH_STATE_{state}", "name": _NAME}}
    if answers:
        inlined = [{"response": one} for one in answers]
        found |= {"done": True, "response": {"inlinedResponses": {"inlinedResponses": inlined}}}
    return found


def test_a_batch_is_settled_by_whoever_sees_its_end() -> None:
    steps = batch("PENDING"), batch("RUNNING"), batch("SUCCEEDED", ANSWER, ANSWER)
    with playing(*steps) as script, captured(script) as events:
        client = script.client()
        job = client.batches.create(model=MODEL, src=[{"contents": "Say hello."}] * 2)
        for _ in range(3):
            client.batches.get(name=str(job.name))
    assert len({event.event_id for event in events}) == 1
    assert [(event.revision, event.usage.input_tokens) for event in events] == [
        (0, None),
        (1, 2000),
        (1, 2000),
    ]


def test_each_answer_searched_for_itself() -> None:
    found = {**ANSWER["candidates"][0], "groundingMetadata": {"webSearchQueries": ["weather"]}}
    searched = {**ANSWER, "candidates": [found]}
    with playing(batch("SUCCEEDED", searched, searched)) as script, captured(script) as events:
        client = script.client()
        client.batches.get(name=_NAME)
    assert [event.usage.web_search_requests for event in events] == [2]


def test_it_costs_half_of_what_its_answers_would() -> None:
    uncached = {"promptTokenCount": 600, "candidatesTokenCount": 20, "totalTokenCount": 620}
    asked = {**ANSWER, "usageMetadata": uncached}
    with playing(asked) as script, captured(script) as events:
        client = script.client()
        client.models.generate_content(model=MODEL, contents="Say hello.")
    with playing(batch("SUCCEEDED", asked, asked)) as script, captured(script) as settled:
        client = script.client()
        client.batches.get(name=_NAME)
    [single], [both] = events, settled
    assert single.cost.total is not None
    assert both.cost.total == single.cost.total
