"""Fireworks' batches: a job counts its tokens, and whoever sees its end settles it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
from fireworks import Fireworks

import aso
from aso.testing import capture_events

MODEL = "accounts/fireworks/models/gpt-oss-120b"
JOB = {"name": "accounts/acme/batchInferenceJobs/nightly", "model": MODEL}
JOB |= {"createTime": "2026-11-20T10:00:00Z"}
COUNTED = {"inputTokens": 1_000_000, "outputTokens": 100_000, "cachedInputTokenCount": 200_000}


def run(*answers: dict[str, Any]) -> list[aso.Event]:
    """Create a job and look at it as often as there are more answers; return the events."""
    waiting = iter(answers)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=next(waiting)))
    client = Fireworks(
        api_key="none", account_id="acme", http_client=httpx.Client(transport=transport)
    )
    with capture_events() as events:
        client.batch_inference_jobs.create(model=MODEL, input_dataset_id="in")
        for _ in answers[1:]:
            client.batch_inference_jobs.get("nightly")
    return events


def state(name: str, **progress: Any) -> dict[str, Any]:
    return {**JOB, "state": f"JOB_STATE_{name}", "jobProgress": progress}


def test_a_job_is_settled_by_its_tokens_at_half_the_price() -> None:
    created, settled = run(
        state("CREATING"), state("RUNNING", inputTokens=3), state("COMPLETED", **COUNTED)
    )
    assert created.event_id == settled.event_id
    assert (created.revision, settled.revision, settled.operation) == (0, 1, "batch")
    usage = settled.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens) == (
        *(1_000_000, 100_000, 200_000),
    )
    whole = Decimal("0.15") * Decimal("0.8") + Decimal("0.6") / 10
    assert settled.cost.total is not None
    cached = next(one for one in settled.cost.lines if one.unit.startswith("cache_read"))
    assert settled.cost.total - cached.amount == whole / 2


def test_one_that_failed_before_it_answered_costs_nothing() -> None:
    [_, settled] = run(state("CREATING"), state("FAILED", inputTokens=0, outputTokens=0))
    assert (settled.revision, settled.cost.total) == (1, 0)


def test_one_that_does_not_say_what_it_counted_stays_pending() -> None:
    [created] = run(state("CREATING"), state("FAILED"))
    assert (created.revision, created.cost.status) == (0, "unpriced")
