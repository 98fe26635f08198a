"""Anthropic's exports: the usage and cost reports, in their first and their newer form.

Read on 2026-11-26: platform.claude.com/docs/en/api/admin/cost_report (``amount``: "lowest currency
units (e.g. cents) as a decimal string"), platform.claude.com/docs/en/manage-claude/usage-cost-api
(Priority Tier is not in the cost report),
platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages, and for
``/v1/organizations/analytics/cost`` and ``/usage`` the types of anthropic 2.14.0,
``types/beta/organization/analytics`` ("fractional cents").
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aso.reconcile.numbers import count, day_of, dollars, epoch_ms, number
from aso.reconcile.statement import (
    CACHE_READ,
    CACHE_WRITE,
    CACHE_WRITE_1H,
    OUTPUT,
    SEARCHES,
    UNCACHED,
    Stated,
)


def span(bucket: Mapping[str, Any]) -> tuple[int, int]:
    """Return the instants that a bucket covers, in epoch milliseconds."""
    return (
        epoch_ms(bucket.get("starting_at"), "starting_at"),
        epoch_ms(bucket.get("ending_at"), "ending_at"),
    )


def cost(bucket: Mapping[str, Any], row: Mapping[str, Any]) -> list[Stated]:
    """Return a row of the cost report; grouped by description it tells models apart."""
    return [_cost(bucket, row, row)]


def usage(bucket: Mapping[str, Any], row: Mapping[str, Any]) -> list[Stated]:
    """Return the tokens of a row of the usage report, and its searches, which are of no model."""
    return _usage(bucket, row, row)


def analytics_cost(row: Mapping[str, Any], _: Mapping[str, Any]) -> list[Stated]:
    """Return a row of ``/v1/organizations/analytics/cost``."""
    return [_cost(row, row["group"], row["cost"])]


def analytics_usage(row: Mapping[str, Any], _: Mapping[str, Any]) -> list[Stated]:
    """Return a row of ``/v1/organizations/analytics/usage``."""
    return _usage(row, row["group"], row["usage"])


def _cost(bucket: Mapping[str, Any], group: Mapping[str, Any], said: Mapping[str, Any]) -> Stated:
    paid, tolerance = dollars(said.get("amount"), said.get("currency"), "amount", is_cents=True)
    return Stated(
        day=day_of(span(bucket)[0]),
        model=group.get("model"),
        project=group.get("workspace_id"),
        tier=group.get("service_tier"),
        cost=paid,
        tolerance=tolerance,
        requests=_requests(said),
    )


def _usage(
    bucket: Mapping[str, Any], group: Mapping[str, Any], said: Mapping[str, Any]
) -> list[Stated]:
    day, project = day_of(span(bucket)[0]), group.get("workspace_id")
    tier, model = group.get("service_tier"), group.get("model")
    tokens = Stated(day, model, project, tier, requests=_requests(said), quantities=_tokens(said))
    searched = count(said.get("server_tool_use") or {}, "web_search_requests")
    if not searched:
        return [tokens]
    return [tokens, Stated(day, None, project, quantities={SEARCHES: searched})]


def _requests(said: Mapping[str, Any]) -> int | None:
    value = said.get("requests")
    return None if value is None else int(number(value, "requests"))


def _tokens(said: Mapping[str, Any]) -> dict[str, Decimal]:
    written: Mapping[str, Any] = said.get("cache_creation") or {}
    return {
        UNCACHED: count(said, "uncached_input_tokens"),
        CACHE_READ: count(said, "cache_read_input_tokens"),
        CACHE_WRITE: count(written, "ephemeral_5m_input_tokens"),
        CACHE_WRITE_1H: count(written, "ephemeral_1h_input_tokens"),
        OUTPUT: count(said, "output_tokens"),
    }
