"""Reranking, OCR and decisions: what comes out is not text.

Fields: recordings of Cohere (meta.billed_units), Voyage (total_tokens), OpenRouter (usage with
cost) and Mistral (usage_info.pages_processed), 2026-11-24; of decisions the types of openai 3.54 and
openrouter 1.3.84, 2026-11-26.
"""

from __future__ import annotations

from typing import Any

from aso.usage import Counters
from aso.wire.access import fields, text
from aso.wire.audio import no_chars
from aso.wire.completions import no_conditions
from aso.wire.jobs import observe_whole
from aso.wire.responses import COUNTERS as RESPONSES
from aso.wire.shape import Answer, Shape


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer; each provider has a name of its own for what it counts."""
    said = fields(body)
    answer.model = text(said.get("model"))
    answer.generation_id = text(said.get("id"))
    answer.usage = said.get("usage") or said.get("usage_info") or said.get("meta")
    answer.complete = True


RERANK = Shape(
    name="rerank",
    read=read,
    observer=observe_whole(read),
    request_chars=no_chars,  # a query is paired with each document: its characters say nothing
    conditions=no_conditions,
    counters=Counters(
        input_tokens=("prompt_tokens", "tokens.input_tokens", "total_tokens"),
        output_tokens=("completion_tokens", "tokens.output_tokens"),
        total_tokens=("total_tokens",),
        units={"search_units": ("billed_units.search_units", "search_units")},
    ),
)
OCR = RERANK._replace(
    name="ocr",
    counters=Counters(
        input_tokens=("prompt_tokens",),
        output_tokens=("completion_tokens",),
        units={"pages": ("pages_processed",)},
    ),
)
DECISIONS = RERANK._replace(name="decisions", counters=RESPONSES)
