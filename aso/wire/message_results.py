"""The results of an Anthropic batch: one JSON line each, a message with its custom_id.

Fields: the types of anthropic 2.12 (MessageBatchIndividualResponse, read 2026-11-24). Only what
succeeded has a message and its usage; the rest bills nothing.
"""

from __future__ import annotations

from typing import Any

from aso.wire import messages
from aso.wire.access import field, text
from aso.wire.shape import Answer


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from one line; its id stays that of the batch."""
    message, batch = field(field(body, "result"), "message"), answer.generation_id
    answer.line = text(field(body, "custom_id")) or ""
    if message is None:
        return
    messages.read(message, answer)
    answer.generation_id = batch
    answer.note("conditions", {"processing": "batch"})
    answer.settle(is_over=True)


SHAPE = messages.SHAPE._replace(name="message_results", read=read, is_lines=True)
