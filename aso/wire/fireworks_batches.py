"""Fireworks' batches: made by ``batchInferenceJobs``, settled by whoever sees the end of one.

Fields: the types of fireworks-ai 1.2 (BatchInferenceJob, JobProgress, 2026-11-26): a job is of one model
and counts its tokens, those of the prompt cache too. Half price: docs.fireworks.ai/guides/batch-inference
(2026-11-26); that of its creation. The answers are in a dataset, in files at addresses of their own.
"""

from __future__ import annotations

from typing import Any

from aso.usage import Counters
from aso.wire.access import fields, moment_ms, plain, text
from aso.wire.audio import no_chars
from aso.wire.completions import no_conditions
from aso.wire.jobs import SUMMED, observe_whole
from aso.wire.shape import Answer, Shape

_OVER = frozenset({"COMPLETED", "FAILED", "CANCELLED", "EXPIRED", "EARLY_STOPPED"})
# As its JSON writes them, and as its SDK's objects do.
_NAMES = {
    "inputTokens": "input_tokens",
    "outputTokens": "output_tokens",
    "cachedInputTokenCount": "cached_input_token_count",
}


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a job."""
    said = fields(body)
    answer.generation_id = (text(said.get("name")) or "").rpartition("/")[2] or answer.generation_id
    answer.model = text(said.get("model")) or answer.model
    created = moment_ms(said.get("createTime") or said.get("create_time"))
    answer.note("conditions", SUMMED)
    if created is not None:
        answer.note("priced_at_ms", created)
    is_over = (text(said.get("state")) or "").rpartition("_STATE_")[2] in _OVER
    counted = _counted(said.get("jobProgress") or said.get("job_progress"))
    answer.usage = counted if any(counted.values()) else None
    answer.settle(is_over=is_over and answer.usage is not None)
    if is_over and counted and answer.usage is None:
        answer.settle_unbilled("nothing was answered")
    answer.complete = True


def _counted(progress: Any) -> dict[str, int]:
    """Return the tokens; int64 may be text in its JSON."""
    said = fields(plain(progress))
    return {
        name: int(value)
        for name, other in _NAMES.items()
        if (value := said.get(name, said.get(other))) is not None
    }


SHAPE = Shape(
    name="fireworks_batches",
    read=read,
    observer=observe_whole(read),
    request_chars=no_chars,
    conditions=no_conditions,
    counters=Counters(
        input_tokens=("inputTokens",),
        output_tokens=("outputTokens",),
        cache_read_input_tokens=("cachedInputTokenCount",),
    ),
)
