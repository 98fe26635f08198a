"""Google's own formats: generateContent, embeddings, predictions, interactions (as recorded, 2026-11-24).

Every chunk of a stream carries the usage as it stands; the last one holds. The prompt's count leaves
out what tools fed into it, the candidates' what was thought: rules of aso.usage add them. A count
that is 0 is left out of the JSON. Searches are told by the queries in the grounding, not in the usage.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import characters, field, fields, items, plain, text, written
from aso.wire.completions import no_conditions
from aso.wire.remembered import Remembered
from aso.wire.shape import Answer, Shape

_CONTENT_KEYS = frozenset({"parts", "text", "content", "contents"})
_SENT = ("contents", "content", "systemInstruction", "requests", "input", "instances")


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole answer; vectors are not looked at."""
    answer.chars = 0
    _fold(fields(body), answer)
    answer.complete = True


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one chunk: it has the same fields as the whole."""
    answer.chars = 0

    def observe(chunk: Any) -> None:
        _fold(fields(chunk), answer)

    return observe


def _fold(said: Mapping[str, Any], answer: Answer) -> None:
    answer.model = text(said.get("modelVersion")) or answer.model
    answer.generation_id = text(said.get("responseId")) or answer.generation_id
    if (usage := said.get("usageMetadata")) is not None:
        answer.usage = plain(usage)
        answer.service_tier = text(field(usage, "serviceTier")) or answer.service_tier
    for candidate in items(said.get("candidates")):
        _fold_candidate(fields(candidate), answer)
    if said.get("error") is not None:
        answer.failure = text(field(said["error"], "status")) or "error_event"
    feedback = said.get("promptFeedback")
    if feedback is not None and field(feedback, "blockReason") is not None:
        answer.complete = True


def _fold_candidate(candidate: Mapping[str, Any], answer: Answer) -> None:
    for part in items(field(candidate.get("content"), "parts")):
        answer.chars = (answer.chars or 0) + _part_chars(part)
    grounding = candidate.get("groundingMetadata")
    if grounding is not None and (queries := items(field(grounding, "webSearchQueries"))):
        answer.queries = answer.queries | {query for query in queries if isinstance(query, str)}
        answer.note("web_searches", len(answer.queries))
    if candidate.get("finishReason") is not None:
        answer.complete = True


def _part_chars(part: Any) -> int:
    said = fields(part)
    arguments = field(call, "args") if (call := said.get("functionCall")) is not None else None
    called = 0 if arguments is None else len(json.dumps(plain(arguments), separators=(",", ":")))
    return characters(said.get("text")) + called


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of what was sent."""
    sent = [body[name] for name in _SENT if body.get(name) is not None]
    return sum(written(one, _CONTENT_KEYS) for one in sent) if sent else None


def _read_predictions(body: Any, answer: Answer) -> None:
    """Fill the Answer from Vertex's predictions: embeddings tell their tokens, images are counted."""
    predictions = items(field(body, "predictions"))
    told = [field(field(one, "embeddings"), "statistics") for one in predictions]
    counts = [field(one, "token_count") for one in told]
    if counts and None not in counts:
        answer.usage = {"promptTokenCount": sum(counts)}
    elif any(field(one, "bytesBase64Encoded") for one in predictions):
        answer.usage = {"images": len(predictions)}
    answer.chars = 0
    answer.complete = True


def _prediction_conditions(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return how many images were asked for: an answer with images is longer than what is read.

    ``sampleCount`` is the number of output images (docs.cloud.google.com/vertex-ai/generative-ai/
    docs/reference/rest/Shared.Types/VisionGenerativeModelParams, 2026-11-26).
    """
    number = field(body.get("parameters"), "sampleCount")
    return {"units": {"images": number}} if type(number) is int and number > 0 else None


def _observe_predictions(answer: Answer) -> Callable[[Any], None]:
    def observe(chunk: Any) -> None:
        _read_predictions(chunk, answer)

    return observe


def _read_interaction(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole answer; one that works on is settled by who looks at its end.

    The end of a model's does not say that it came later (``background`` is input only; types of
    google-genai 3.6, 2026-11-26): a process knows of those that it saw under way.
    """
    is_over = _fold_interaction(fields(body), answer)
    identity = answer.generation_id or ""
    if not is_over:
        _SEEN_AT_WORK.keep(identity, None)
        answer.settle(is_over=False)
    elif identity in _SEEN_AT_WORK:
        answer.settle(is_over=True)
    answer.complete = True


def _fold_interaction(said: Mapping[str, Any], answer: Answer) -> bool:
    """Note what one says, and return whether it is over; an agent's works on by itself."""
    answer.model = text(said.get("model")) or answer.model
    answer.generation_id = text(said.get("id")) or answer.generation_id
    answer.usage = said.get("usage") or answer.usage
    tier = text(said.get("service_tier"))
    answer.service_tier = tier if tier != _USUAL_TIER else answer.service_tier
    for step in items(said.get("steps")):
        answer.chars = (answer.chars or 0) + written(field(step, "content"), _CONTENT_KEYS)
    is_over = said.get("status") not in _UNDERWAY
    if said.get("agent") is not None:
        answer.settle(is_over=is_over)
    return is_over


def _observe_interaction(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event; some tell the usage so far, the last one all of it."""
    answer.chars = 0

    def observe(event: Any) -> None:
        said = fields(event)
        if (interaction := said.get("interaction")) is not None:
            received = answer.chars
            answer.complete = _fold_interaction(fields(interaction), answer)
            answer.chars = max(answer.chars or 0, received or 0)
        answer.usage = field(said.get("metadata"), "usage") or answer.usage
        answer.chars = (answer.chars or 0) + characters(field(said.get("delta"), "text"))
        if said.get("event_type") == "error":
            answer.failure = text(field(said.get("error"), "code")) or "error_event"

    return observe


_UNDERWAY = {"in_progress", "queued", None}
_SEEN_AT_WORK: Remembered[None] = (
    Remembered()
)  # interactions that somebody here saw before their end
_USUAL_TIER = "standard"  # priced as where none is named

COUNTERS = Counters(
    input_tokens=("promptTokenCount",),
    output_tokens=("candidatesTokenCount", "responseTokenCount"),
    total_tokens=("totalTokenCount",),
    cache_read_input_tokens=("cachedContentTokenCount",),
    reasoning_output_tokens=("thoughtsTokenCount",),
    units={"images": ("images",)},
    rules=("google_parts", "google_modalities"),
)

SHAPE = Shape(
    name="generate_content",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=no_conditions,
    counters=COUNTERS,
)
EMBEDDINGS = SHAPE._replace(name="embed_content")
PREDICTIONS = SHAPE._replace(
    name="predict",
    read=_read_predictions,
    observer=_observe_predictions,
    conditions=_prediction_conditions,
    counters=COUNTERS._replace(rules=()),
)
INTERACTIONS = SHAPE._replace(
    name="interactions",
    read=_read_interaction,
    observer=_observe_interaction,
    counters=Counters(
        input_tokens=("total_input_tokens",),
        output_tokens=("total_output_tokens",),
        total_tokens=("total_tokens",),
        cache_read_input_tokens=("total_cached_tokens",),
        reasoning_output_tokens=("total_thought_tokens",),
        rules=("interaction_parts",),
    ),
)
