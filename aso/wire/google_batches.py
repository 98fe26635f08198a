"""Google's batches: made by ``batchGenerateContent``, settled by whoever sees the end of one.

As recorded (2026-08-19, in the corpus): the answers stand in the operation, each with its own usage.
Those that are written to a file are not seen here: such a batch stays pending. Half price:
ai.google.dev/gemini-api/docs/batch-api (2026-11-26); that of its creation, as with OpenAI's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from aso.wire import generate_content
from aso.wire.access import field, fields, items, plain, text
from aso.wire.jobs import observe_whole
from aso.wire.shape import Answer

_OVER = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED", "PARTIALLY_SUCCEEDED"})
_DETAILS = "Details"


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a batch: the sum of what its answers used."""
    said, about = fields(body), fields(field(body, "metadata"))
    name = text(said.get("name")) or text(about.get("name")) or ""
    answer.generation_id = name.rpartition("/")[2] or answer.generation_id
    answer.model = (text(about.get("model")) or "").rpartition("/")[2] or answer.model
    answer.usage = _read_answers(said, answer)
    state = (text(about.get("state")) or "").rpartition("_STATE_")[2]
    is_over = said.get("done") is True or state in _OVER
    answer.settle(is_over=is_over and answer.usage is not None)
    answer.note("conditions", {"processing": "batch"})
    if (created := _milliseconds(about.get("createTime"))) is not None:
        answer.note("priced_at_ms", created)
    answer.complete = True


def _read_answers(said: Mapping[str, Any], answer: Answer) -> dict[str, Any] | None:
    written = field(field(said.get("response"), "inlinedResponses"), "inlinedResponses")
    total: dict[str, Any] | None = None
    answer.chars = searches = 0
    for one in items(written):
        each = Answer()
        generate_content.read(field(one, "response") or {}, each)
        answer.chars += each.chars or 0
        searches += len(each.queries)
        total = _added(total or {}, plain(each.usage)) if each.usage is not None else total
    if searches:
        answer.note("web_searches", searches)
    return total


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


def _milliseconds(moment: Any) -> int | None:
    """Return a moment of RFC 3339 in milliseconds; Google's have up to nine decimals."""
    try:
        parsed = datetime.strptime(str(moment)[:19], "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 — UTC, next
    except ValueError:
        return None
    return int(parsed.replace(tzinfo=timezone.utc).timestamp()) * 1000


SHAPE = generate_content.SHAPE._replace(
    name="google_batches", read=read, observer=observe_whole(read)
)
