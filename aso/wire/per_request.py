"""What is billed by the request, or by units of its own: searches, rerankings of Bedrock's, guardrails.

Perplexity bills each answered search, a fast one less, and names no model: the price lists call it
``search`` (docs.perplexity.ai/docs/search/fast-search, 2026-11-26). Bedrock bills a query with up to a
hundred documents (docs.aws.amazon.com/bedrock/latest/userguide/rerank-pricing, 2026-11-26), and a
guardrail by the units of each of its policies: GuardrailUsage, GuardrailChecksUsage in botocore 1.44.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import field, items, plain, text
from aso.wire.audio import no_chars
from aso.wire.completions import no_conditions
from aso.wire.jobs import observe_whole
from aso.wire.shape import Answer, Shape

_FAST = "fast"
_SEARCH = "search"  # as the price lists name it
_DOCUMENTS_A_QUERY = 100
_POLICIES = {
    "topic_policy_units": ("topicPolicyUnits",),
    "content_policy_units": ("contentPolicyUnits",),
    "content_policy_image_units": ("contentPolicyImageUnits",),
    "word_policy_units": ("wordPolicyUnits",),
    "sensitive_information_policy_units": ("sensitiveInformationPolicyUnits",),
    "sensitive_information_policy_free_units": ("sensitiveInformationPolicyFreeUnits",),
    "contextual_grounding_policy_units": ("contextualGroundingPolicyUnits",),
    "automated_reasoning_policy_units": ("automatedReasoningPolicyUnits",),
    "content_filter_units": ("contentFilter.textUnits",),
    "prompt_attack_units": ("promptAttack.textUnits",),
    "sensitive_information_units": ("sensitiveInformation.textUnits",),
}


def search_type(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return that a search is a fast one."""
    return {"search_type": _FAST} if body.get("search_type") == _FAST else None


def read_search(body: Any, answer: Answer) -> None:
    """Fill the Answer from what was found: an answer is a search."""
    is_fast = (answer.asked or {}).get("search_type") == _FAST
    answer.model = _SEARCH
    answer.generation_id = text(field(body, "id"))
    answer.usage = {"fast_searches" if is_fast else "searches": 1}
    answer.complete = True


def documents_sent(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return how many documents are to be reranked, and the model, which stands deep inside."""
    found: Any = {"documents": len(items(body.get("sources")))}
    settings: Any = body.get("rerankingConfiguration")
    for name in ("bedrockRerankingConfiguration", "modelConfiguration", "modelArn"):
        settings = field(settings, name)
    return {**found, "reranked_by": text(settings)}


def read_reranking(body: Any, answer: Answer) -> None:
    """Fill the Answer from an order of documents: how many went in says what it costs."""
    del body
    asked = answer.asked or {}
    answer.model = (asked.get("reranked_by") or "").rpartition("/")[2] or None
    if documents := asked.get("documents"):
        answer.usage = {"queries": -(-documents // _DOCUMENTS_A_QUERY)}
    answer.complete = True


def read_guardrail(body: Any, answer: Answer) -> None:
    """Fill the Answer from what a guardrail found: the units of its policies."""
    answer.usage = plain(field(body, "usage"))
    answer.complete = True


SEARCH = Shape(
    name="search",
    read=read_search,
    observer=observe_whole(read_search),
    request_chars=no_chars,
    conditions=search_type,
    counters=Counters(
        units={"search_units": ("searches",), "fast_search_units": ("fast_searches",)}
    ),
)
RERANKING = SEARCH._replace(
    name="bedrock_reranking",
    read=read_reranking,
    observer=observe_whole(read_reranking),
    conditions=documents_sent,
    counters=Counters(units={"search_units": ("queries",)}),
)
GUARDRAIL = SEARCH._replace(
    name="guardrail",
    read=read_guardrail,
    observer=observe_whole(read_guardrail),
    conditions=no_conditions,
    counters=Counters(units=_POLICIES),
)
