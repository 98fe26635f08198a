"""Vertex's batches: made by ``batchPredictionJobs``, settled by whoever sees the end of one.

A job says how many requests were answered, and where the answers are: in Cloud Storage or BigQuery,
whose bytes nobody reads through an AI client. It says no tokens (``CompletionStats`` and
``BatchJobOutputInfo`` in google-genai 3.6's types; docs.cloud.google.com/vertex-ai, the reference of
BatchPredictionJob; 2026-11-26). So what is known is the model and a count of requests, which has no
rate: the cost is null, and its notes say ``no_rate:batch_requests``. One that answered nothing bills
nothing. Embeddings are jobs of the same kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import field, fields, moment_ms, text
from aso.wire.audio import no_chars
from aso.wire.completions import no_conditions
from aso.wire.jobs import SUMMED, observe_whole
from aso.wire.shape import Answer, Shape

_OVER = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED", "PARTIALLY_SUCCEEDED"})


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a job."""
    said = fields(body)
    answer.generation_id = (text(said.get("name")) or "").rpartition("/")[2] or answer.generation_id
    answer.model = (text(said.get("model")) or "").rpartition("/")[2] or answer.model
    answer.note("conditions", SUMMED)
    if (created := moment_ms(said.get("createTime"))) is not None:
        answer.note("priced_at_ms", created)
    state = (text(said.get("state")) or "").rpartition("_STATE_")[2]
    answer.settle(is_over=state in _OVER)
    if state in _OVER:
        _settle(said, answer)
    answer.complete = True


def _settle(said: Mapping[str, Any], answer: Answer) -> None:
    """Settle by what was answered; int64 is text in Google's JSON, and a count of 0 left out."""
    stats = said.get("completionStats")
    answered = int(field(stats, "successfulCount") or 0) if stats is not None else None
    if answered:
        answer.usage = {"batch_requests": answered}
    elif answered == 0:
        answer.settle_unbilled("nothing was answered")
    else:
        answer.settle(is_over=False)  # it does not say how many: nothing is known yet


SHAPE = Shape(
    name="vertex_batches",
    read=read,
    observer=observe_whole(read),
    request_chars=no_chars,
    conditions=no_conditions,
    counters=Counters(units={"batch_requests": ("batch_requests",)}),
)
