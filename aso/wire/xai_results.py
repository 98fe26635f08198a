"""The results of a batch of xAI's over HTTP: pages of answers, each with its own usage and its cost.

As recorded (2026-08-10, in the corpus): ``{"results": [{"batch_request_id", "batch_result": {"response":
{"chat_get_completion": …}}}], "pagination_token"}``. The batch itself says no usage there; over gRPC it says its
cost, and is settled by that (aso.wire.xai).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aso.wire import chat_completions
from aso.wire.access import field, fields, items, text
from aso.wire.batch_files import LINES, of_a_line
from aso.wire.jobs import observe_whole
from aso.wire.shape import Answer


def parts(body: Any) -> Sequence[Any]:
    """Return the results of one page."""
    return items(field(body, "results"))


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from one result; what failed bills nothing, and is not settled."""
    answer.line = text(field(body, "batch_request_id")) or f"#{answer.place}"
    response = fields(field(field(body, "batch_result"), "response"))
    for inside in response.values():
        if field(inside, "usage") is not None:
            of_a_line(fields(inside), answer, chat_completions.read)


SHAPE = LINES._replace(
    name="xai_results",
    read=read,
    observer=observe_whole(read),
    is_lines=False,
    at_end=None,
    parts=parts,
)
