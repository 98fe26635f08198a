"""Mistral's batches: made by ``batch/jobs``, settled by whoever sees the end of one with its outputs.

Fields: the types of mistralai 3.7 (BatchJob, BatchJobStatus) and its example
async_batch_job_chat_completion_inline.py (2026-11-26): each output holds the body that the request
would have got by itself. Half price: docs.mistral.ai/studio-api/batch-processing (2026-11-26); that of
its creation. What is written to a file is settled by its download: aso.wire.batch_files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import TABLE, field, fields, items, moment_ms, plain, text
from aso.wire.audio import no_chars
from aso.wire.batch_files import settle_by_file
from aso.wire.chat_completions import COUNTERS as CHAT
from aso.wire.completions import no_conditions
from aso.wire.jobs import SUMMED, observe_whole
from aso.wire.shape import Answer, Shape

_OVER = frozenset({"SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"})


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a job: the sum of what its outputs used."""
    said = fields(body)
    answer.generation_id = text(said.get("id")) or answer.generation_id
    bodies = [field(field(one, "response"), "body") for one in items(said.get("outputs"))]
    answer.usage = _sum(bodies)
    answer.model = _model(bodies) or text(said.get("model")) or answer.model
    is_over = text(said.get("status")) in _OVER
    answer.settle(is_over=is_over and answer.usage is not None)
    answer.note("conditions", SUMMED)
    if (created := moment_ms(said.get("created_at"))) is not None:
        answer.note("priced_at_ms", created)
    if is_over and answer.usage is None:
        settle_by_file(answer, text(said.get("output_file")), said.get("succeeded_requests"))
    answer.complete = True


def _model(bodies: list[Any]) -> str | None:
    """Return the model that all outputs are of; None where they differ."""
    models = {text(field(body, "model")) for body in bodies} - {None}
    return models.pop() if len(models) == 1 else None


def _sum(bodies: list[Any]) -> dict[str, Any] | None:
    total: dict[str, Any] = {}
    for body in bodies:
        usage = field(body, "usage") or field(body, "usage_info")  # of OCR
        if usage is not None:
            _add(total, plain(usage))
    return total or None


def _add(total: dict[str, Any], usage: Mapping[str, Any]) -> None:
    for name, value in usage.items():
        if type(value) is TABLE:
            _add(total.setdefault(name, {}), value)
        elif type(value) in (int, float):
            total[name] = total.get(name, 0) + value


COUNTERS: Counters = CHAT._replace(units={**CHAT.units, "pages": ("pages_processed",)})

SHAPE = Shape(
    name="mistral_batches",
    read=read,
    observer=observe_whole(read),
    request_chars=no_chars,
    conditions=no_conditions,
    counters=COUNTERS,
    is_thinned=True,
)
