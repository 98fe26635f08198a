"""What is billed where that is not what was counted: assumed, rounded up, or brought along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aso.pricing.catalog import Row
from aso.pricing.rates import Rates
from aso.records import Quantity, Usage

SEARCH_SIZE = "search_context_size"  # one that is said is a search that nobody counted
_RESOLUTIONS = ("720p", "1080p", "4k")


def as_billed(
    row: Row,
    rates: Rates,
    conditions: Mapping[str, Any],
    leaves: Mapping[str, Quantity],
    usage: Usage | Mapping[str, Any],
) -> tuple[dict[str, Quantity], list[str]]:
    """Return what is billed, and notes that say where it is not what was counted."""
    billed, notes = dict(leaves), list[str]()
    if "cache_write_tokens" in billed and rates.lists("cache_write_1h_tokens"):
        notes.append("cache_write_ttl_assumed:5m")  # writes that live longer are dearer
    if _is_a_search(rates, conditions, usage):
        billed["web_search_requests"] = 1
        notes.append("search_assumed:1")
    if "video_seconds" in billed and _is_by_resolution(rates, conditions):
        notes.append("resolution_assumed:lowest")
    notes += _bound(row, conditions, billed)
    for unit, (brought, quantity) in row.blocks.items():
        if unit in billed and brought not in billed:
            billed[brought] = billed[unit] * quantity
            notes.append(f"block_assumed:{brought}")
    return billed, notes


def _bound(row: Row, conditions: Mapping[str, Any], billed: dict[str, Quantity]) -> Iterator[str]:
    """Yield a note for what is less or more than is billed for a request, after setting it."""
    for unit, least in row.minimums.items():
        if 0 < billed.get(unit, 0) < least:
            billed[unit] = least
            yield f"minimum_billed:{unit}"
    for unit, most in row.maximums.items():
        if billed.get(unit, 0) > most and not _is_a_batch(conditions):
            billed[unit] = most
            yield f"maximum_billed:{unit}"


def _is_a_batch(conditions: Mapping[str, Any]) -> bool:
    """Return True where the usage may be that of many requests."""
    return "batch" in {str(conditions.get(name)) for name in ("processing", "service_tier")}


def _is_a_search(
    rates: Rates, conditions: Mapping[str, Any], usage: Usage | Mapping[str, Any]
) -> bool:
    """Return True where a fee by search size is due, the size is said and no count is.

    Perplexity and OpenAI's search models search once per request and do not count it.
    """
    size = conditions.get(SEARCH_SIZE)
    if size is None or not rates.lists(f"web_search_requests:{size}"):
        return False
    if isinstance(usage, Usage):
        return usage.web_search_requests is None
    return usage.get("web_search_requests") is None


def _is_by_resolution(rates: Rates, conditions: Mapping[str, Any]) -> bool:
    """Return True where a video's price depends on a resolution that nobody said (`tools`)."""
    is_listed = any(rates.lists(f"video_seconds:{size}") for size in _RESOLUTIONS)
    return is_listed and not conditions.get("tools")
