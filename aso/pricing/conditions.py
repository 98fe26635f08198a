"""The conditions of a price: their usual values, and what of an answer's is not as usual."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Values that name the standard price: `auto` is what was asked, never a rate.
STANDARD = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand", "online"})
PLACES = ("data_residency", "inference_geo")
_NOWHERE = frozenset({"", "global", "not_available", "none", "default"})
# Each condition's usual values. Where several variants are set, the first here is priced.
USUAL = {
    "processing": STANDARD,
    "service_tier": STANDARD,
    "speed": STANDARD,
    **dict.fromkeys(PLACES, _NOWHERE),
}
# The same thing under the name that the rows use: a batch is a way of processing.
_SAME = {
    ("service_tier", "batch"): ("processing", "batch"),
    ("service_tier", "batches"): ("processing", "batch"),
    ("processing", "batches"): ("processing", "batch"),
}
# The size of a search that a request says none of: OpenAI's is medium, Perplexity's low
# (docs.perplexity.ai/guides/search-context-size-guide, 2026-11-26).
_DEFAULT_SEARCH = "medium"
_DEFAULT_SEARCHES = {"perplexity": "low"}


def unusual(conditions: Mapping[str, Any]) -> dict[str, str]:
    """Return what is not as usual, in the order of `USUAL`, under the names that rows use."""
    return dict(unusual_values(*[text(conditions.get(name)) for name in USUAL]))


@lru_cache(maxsize=256)
def unusual_values(*values: str) -> tuple[tuple[str, str], ...]:
    """Return `unusual` of the texts of `USUAL`'s conditions, in their order, as pairs."""
    found = (
        (name, value)
        for (name, usual), value in zip(USUAL.items(), values, strict=True)
        if value not in usual
    )
    return tuple(dict(_SAME.get(condition, condition) for condition in found).items())


def qualifiers(provider: str, conditions: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a fee or an image may depend on, the narrowest first.

    An image's quality and size together, each alone; the tools; the search's size.
    """
    size, quality = text(conditions.get("size")), text(conditions.get("quality"))
    image = (f"{quality}:{size}", size, quality) if size or quality else ()
    tools = conditions.get("tools") or ()
    names = [tools] if isinstance(tools, str) else sorted(str(name) for name in tools)
    usual = _DEFAULT_SEARCHES.get(provider, _DEFAULT_SEARCH)
    return (*image, *names, text(conditions.get("search_context_size")) or usual)


def text(value: object) -> str:
    """Return a condition's value as it is compared."""
    return "" if value is None else str(value).strip().lower()
