"""OpenAI's exports: ``GET /v1/organization/costs`` and ``/v1/organization/usage/...``.

Read on 2026-11-26: developers.openai.com/api/reference (usage, costs), and the types of openai
3.57.0, ``types/admin/organization/usage_costs_response.py``. The form of ``line_item`` is not
documented: ``MODEL, input``, ``MODEL, cached input``, ``priority | MODEL, output, long context`` and
``web search tool calls`` are what public programs say that they were given. A text of another form
is the fee of no model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aso.pricing import money
from aso.reconcile.numbers import count, day_of, dollars, number, seconds_ms
from aso.reconcile.statement import (
    CACHE_READ,
    CACHE_WRITE,
    OUTPUT,
    SEARCHES,
    UNCACHED,
    Stated,
)

_ITEM = re.compile(
    r"(?:(?P<tier>[\w ]+) \| )?(?P<model>[^,|]+?)(?: (?:text|audio|image))?, "
    r"(?P<kind>input|cached input|cache writes|output)(?:, .*)?"
)
_UNITS = {
    "input": UNCACHED,
    "cached input": CACHE_READ,
    "cache writes": CACHE_WRITE,
    "output": OUTPUT,
}
_TOKENS = {"tokens": Decimal(1), "1000_tokens": Decimal(1000)}
# Counts of usage exports that are not tokens → how the ledger calls them.
_COUNTS = {"images": "images", "characters": "input_characters", "seconds": "audio_seconds"}


def span(bucket: Mapping[str, Any]) -> tuple[int, int]:
    """Return the instants that a bucket covers, in epoch milliseconds."""
    start, end = (seconds_ms(bucket.get(name), name) for name in ("start_time", "end_time"))
    return start, end


def cost(bucket: Mapping[str, Any], row: Mapping[str, Any]) -> list[Stated]:
    """Return a row of the costs export; grouped by line item it tells models apart."""
    amount: Mapping[str, Any] = row.get("amount") or {}
    paid, tolerance = dollars(
        amount.get("value"), amount.get("currency"), "amount.value", is_cents=False
    )
    found = _ITEM.fullmatch(str(row.get("line_item") or ""))
    return [
        Stated(
            day=day_of(span(bucket)[0]),
            model=None if found is None else found["model"].strip(),
            project=row.get("project_id"),
            tier=None if found is None else found["tier"] or "standard",
            cost=paid,
            tolerance=tolerance,
            quantities={} if found is None else _quantity(row, _UNITS[found["kind"]]),
        )
    ]


def usage(bucket: Mapping[str, Any], row: Mapping[str, Any]) -> list[Stated]:
    """Return a row of a usage export; web searches are a fee of no model."""
    day, project = day_of(span(bucket)[0]), row.get("project_id")
    if str(row["object"]).startswith("organization.usage.web_search"):
        searches = {SEARCHES: count(row, "num_requests")}
        return [Stated(day, None, project, quantities=searches)]
    requests = row.get("num_model_requests")
    return [
        Stated(
            day=day,
            model=row.get("model"),
            project=project,
            tier="batch" if row.get("batch") else row.get("service_tier"),
            requests=None if requests is None else int(number(requests, "num_model_requests")),
            quantities=_tokens(row)
            | {unit: count(row, name) for name, unit in _COUNTS.items() if name in row},
        )
    ]


def _quantity(row: Mapping[str, Any], unit: str) -> dict[str, Decimal]:
    """Return how much a line item is of, where the export says so in tokens."""
    scale = _TOKENS.get(str(row.get("quantity_unit")))
    if scale is None or row.get("quantity") is None:
        return {}
    return {unit: money.product(number(row["quantity"], "quantity"), scale)}


def _tokens(row: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the tokens apart: ``input_tokens`` includes what was cached and written."""
    if "input_tokens" not in row:
        return {}
    read, wrote = count(row, "input_cached_tokens"), count(row, "input_cache_write_tokens")
    return {
        UNCACHED: money.difference(count(row, "input_tokens"), money.total((read, wrote))),
        CACHE_READ: read,
        CACHE_WRITE: wrote,
        OUTPUT: count(row, "output_tokens"),
    }
