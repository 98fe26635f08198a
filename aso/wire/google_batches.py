"""Google's batches: made by ``batchGenerateContent``, settled by whoever sees the end of one.

As recorded (2026-08-19, in the corpus): the answers stand in the operation, each with its own usage.
Those of a batch that was made from a file are in a file (``responsesFile``): JSON lines, each a request's
``key`` with its ``response`` (ai.google.dev/gemini-api/docs/batch-api, 2026-11-26), settled by who
downloads it. Of embeddings, an answer says ``tokenCount`` (google-genai 3.6's types,
SingleEmbedContentResponse), and no model. Half price: the same page; that of its creation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.wire import generate_content
from aso.wire.access import field, fields, items, moment_ms, plain, text
from aso.wire.batch_files import of_a_line, read_batch, settle_batch, settle_by_file
from aso.wire.jobs import SUMMED, observe_whole
from aso.wire.shape import Answer

_OVER = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED", "PARTIALLY_SUCCEEDED"})
_DETAILS = "Details"
_INLINED = ("inlinedResponses", "inlinedEmbedContentResponses")


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a batch: the sum of what its answers used."""
    said = fields(body)
    if said.get("object") == "batch":  # of the endpoints that are compatible with OpenAI's
        read_batch(body, answer)
        return
    about = fields(said.get("metadata"))
    name = text(said.get("name")) or text(about.get("name")) or ""
    answer.generation_id = name.rpartition("/")[2] or answer.generation_id
    answer.model = (text(about.get("model")) or "").rpartition("/")[2] or answer.model
    output = fields(said.get("response")) or fields(about.get("output"))
    answer.usage = _read_answers(output, answer)
    answer.note("conditions", SUMMED)
    if (created := moment_ms(about.get("createTime"))) is not None:
        answer.note("priced_at_ms", created)
    _settle(said, about, output, answer)
    answer.complete = True


def _settle(
    said: Mapping[str, Any], about: Mapping[str, Any], output: Mapping[str, Any], answer: Answer
) -> None:
    """Settle a batch that is over: by its answers here, by those in a file, or as it had none."""
    state = (text(about.get("state")) or "").rpartition("_STATE_")[2]
    is_over = said.get("done") is True or state in _OVER
    answer.settle(is_over=is_over and answer.usage is not None)
    if is_over and answer.usage is None:
        stats = fields(about.get("batchStats"))  # a count that is 0 is left out
        answered = stats.get("successfulRequestCount", 0) if stats else None
        settle_by_file(answer, text(output.get("responsesFile")), answered)


def _read_answers(output: Mapping[str, Any], answer: Answer) -> dict[str, Any] | None:
    total: dict[str, Any] | None = None
    answer.chars = searches = 0
    for name in _INLINED:
        for one in items(field(output.get(name), "inlinedResponses")):
            each = Answer()
            _read_one(fields(field(one, "response")), each)
            answer.chars += each.chars or 0
            searches += len(each.queries)
            total = _added(total or {}, plain(each.usage)) if each.usage is not None else total
    if searches:
        answer.note("web_searches", searches)
    return total


def _read_one(response: Mapping[str, Any], answer: Answer) -> None:
    """Fill the Answer from one answer: of a model, or an embedding."""
    generate_content.read(response, answer)
    counted = response.get("tokenCount")
    if answer.usage is None and counted is not None:  # int64 is text in Google's JSON
        answer.usage = {"promptTokenCount": int(counted)}


def read_line(body: Any, answer: Answer) -> None:
    """Fill the Answer from one line of a file; what failed bills nothing, and is not settled."""
    said = fields(body)
    if "response" not in said and not ("key" in said and ("error" in said or "status" in said)):
        return
    answer.line = text(said.get("key")) or f"#{answer.place}"
    response = fields(said.get("response"))
    if response:
        of_a_line(response, answer, _read_one)


def _added(total: dict[str, Any], usage: Mapping[str, Any]) -> dict[str, Any]:
    """Return counts added up, those by modality for each."""
    for name, value in usage.items():
        if type(value) is int:
            total[name] = total.get(name, 0) + value
        elif name.endswith(_DETAILS):
            total[name] = _by_modality([*total.get(name, []), *items(value)])
    return total


def _by_modality(counts: list[Any]) -> list[dict[str, Any]]:
    total: dict[Any, int] = {}
    for one in counts:
        count, modality = field(one, "tokenCount"), field(one, "modality")
        if type(count) is int:
            total[modality] = total.get(modality, 0) + count
    return [{"modality": modality, "tokenCount": count} for modality, count in total.items()]


SHAPE = generate_content.SHAPE._replace(
    name="google_batches", read=read, observer=observe_whole(read), is_thinned=True
)
LINES = generate_content.SHAPE._replace(
    name="google_lines",
    read=read_line,
    observer=observe_whole(read_line),
    is_lines=True,
    at_end=settle_batch,
)
