"""OpenRouter's activity: ``GET /api/v1/activity``, the last 30 whole days by endpoint.

Read on 2026-11-26: openrouter.ai/docs/api/api-reference/analytics/get-user-activity, and
``components/activityitem.py`` of openrouter 1.3.84: ``usage`` is what was charged to the account,
``byok_usage_inference`` what went to one's own key at the provider, in USD.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.pricing import money
from aso.reconcile.numbers import count, day_of, dollars, epoch_ms, number
from aso.reconcile.statement import CACHE_READ, OUTPUT, UNCACHED, Stated

_DAY_MS = 86_400_000


def span(row: Mapping[str, Any]) -> tuple[int, int]:
    """Return the day that a row is of, in epoch milliseconds."""
    start = epoch_ms(row.get("date"), "date")
    return start, start + _DAY_MS


def activity(row: Mapping[str, Any], _: Mapping[str, Any]) -> list[Stated]:
    """Return a row: what one endpoint of a model was asked on one day."""
    paid, tolerance = dollars(row.get("usage"), "usd", "usage", is_cents=False)
    prompt, cached = count(row, "prompt_tokens"), count(row, "cached_tokens")
    cached = min(cached, prompt)  # replayed answers are counted apart: cached may exceed the prompt
    return [
        Stated(
            day=day_of(span(row)[0]),
            model=row.get("model"),
            project=row.get("workspace_id"),
            cost=paid,
            tolerance=tolerance,
            requests=int(number(row.get("requests"), "requests")),
            quantities={
                UNCACHED: money.difference(prompt, cached),
                CACHE_READ: cached,
                OUTPUT: count(row, "completion_tokens"),
            },
            upstream_cost=count(row, "byok_usage_inference"),
        )
    ]
