"""Batches of OpenAI's form whose answers are in a file: who downloads it settles each of its lines.

Groq, Together, Nebius, Novita and Mistral say no usage of a batch. A line, as
developers.openai.com/api/docs/guides/batch has it (2026-11-26): ``{"id", "custom_id", "response":
{"status_code", "request_id", "body"}, "error"}``; a ``response`` without a body is the answer itself.
Fields of the batches: the types of groq 1.7 and together 3.1 (BatchRetrieveResponse, BatchJob).

A line's event is named by the file and the line, so that any process gives it the same name. The batch
itself is settled without a cost, by the process that saw at its end which file is its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aso.reading import TOKEN_NAMES
from aso.usage import Counters
from aso.wire import chat_completions, responses
from aso.wire.access import field, fields, moment_ms, text
from aso.wire.completions import no_conditions
from aso.wire.jobs import BATCHES, batch_in, head, observe_whole
from aso.wire.remembered import Remembered
from aso.wire.shape import Answer, Shape

_FIRST_ERROR_STATUS = 400


class Batch(NamedTuple):
    """A batch that is over, as whoever looked at it knows it."""

    identity: str
    model: str | None
    created_ms: int | None


WRITTEN: Remembered[Batch] = Remembered()  # the file of its answers → the batch


def settle_by_file(answer: Answer, file: str | None, answered: Any) -> None:
    """Note where the answers of a batch are that is over; without any, it bills nothing.

    Args:
        answer: that of a look at the batch, with its id, model and submission.
        file: the file's id.
        answered: how many requests were answered; None: it does not say.
    """
    answer.settle(is_over=False)
    if file is not None:
        created: int | None = (answer.extra or {}).get("priced_at_ms")
        batch = Batch(answer.generation_id or "", answer.model, created)
        WRITTEN.keep(file.rpartition("/")[2], batch)
    elif answered == 0:
        answer.settle_unbilled("nothing was answered")


def settle_batch(answer: Answer) -> None:
    """Settle the batch whose file was read to its end, where this process knows it."""
    batch = WRITTEN.get(answer.generation_id or "")
    if batch is not None:
        answer.generation_id, answer.model = batch.identity, batch.model
        answer.settle_unbilled("its lines are billed")


def read_batch(body: Any, answer: Answer) -> None:
    """Fill the Answer from a batch; what it might say of usage is that of its lines."""
    said = batch_in(body)
    head(said, answer)
    is_over, answer.usage = answer.later == "settled", None
    answer.note("conditions", {"processing": "batch"})
    if (created := moment_ms(said.get("created_at"))) is not None:
        answer.note("priced_at_ms", created)
    answer.settle(is_over=False)
    if is_over:
        answered = field(said.get("request_counts"), "completed")
        settle_by_file(answer, text(said.get("output_file_id")), answered)
    answer.complete = True


def read_line(body: Any, answer: Answer) -> None:
    """Fill the Answer from one line; what failed bills nothing, and is not settled."""
    said = fields(body)
    if "custom_id" not in said or "response" not in said:
        return
    answer.line = text(said["custom_id"]) or f"#{answer.place}"
    response = fields(said["response"])
    inside = fields(response.get("body")) or response
    if _has_failed(response) or not inside:
        return
    of_a_line(inside, answer, responses.read if _is_response(inside) else chat_completions.read)
    answer.usage = answer.usage or inside.get("usage_info")  # of Mistral's OCR


def of_a_line(inside: Mapping[str, Any], answer: Answer, read: Any) -> None:
    """Fill the Answer from the answer that a line holds; its name stays that of file and line."""
    file = answer.generation_id
    read(inside, answer)
    answer.generation_id = file
    answer.note("conditions", {"processing": "batch"})
    batch = WRITTEN.get(file or "")
    answer.model = answer.model or (None if batch is None else batch.model)
    created = moment_ms(inside.get("created") or inside.get("created_at"))
    created = created if batch is None or batch.created_ms is None else batch.created_ms
    if created is not None:
        answer.note("priced_at_ms", created)
    answer.settle(is_over=True)


def _has_failed(response: Mapping[str, Any]) -> bool:
    status = response.get("status_code")
    return isinstance(status, int) and status >= _FIRST_ERROR_STATUS


def _is_response(inside: Mapping[str, Any]) -> bool:
    return inside.get("object") == "response"


def _either(one: Counters, other: Counters) -> Counters:
    """Return where either format's usage says what."""
    units = {**other.units, **one.units, "pages": ("pages_processed",)}
    return one._replace(
        **{name: _both(getattr(one, name), getattr(other, name)) for name in _PATHS}, units=units
    )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> Any:
    return (*one, *(path for path in other if path not in one))


_PATHS = (*TOKEN_NAMES, "total_tokens")


COUNTERS: Counters = _either(chat_completions.COUNTERS, responses.COUNTERS)

SHAPE = BATCHES._replace(
    name="batches_in_files", read=read_batch, observer=observe_whole(read_batch)
)
LINES = Shape(
    name="batch_lines",
    read=read_line,
    observer=observe_whole(read_line),
    request_chars=SHAPE.request_chars,
    conditions=no_conditions,
    counters=COUNTERS,
    is_lines=True,
    at_end=settle_batch,
)
