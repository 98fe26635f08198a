"""The dashboards' CSV files: Anthropic's console, OpenAI's costs, OpenRouter's activity and logs.

No provider documents the columns. They are as public programs that read such files name them, found
by searching public code for their headers on 2026-11-26: Anthropic's usage and costs in ten each
(github.com/axigatelabs/axigate-finops for one), OpenRouter's logs in seven; OpenAI's costs and
OpenRouter's activity in one, whose columns are the fields of the API's answers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from aso.errors import ConfigError
from aso.pricing import money
from aso.reconcile import openai
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

_Row = Mapping[str, Any]
_DAY_MS = 86_400_000
_PLAIN = frozenset({None, "", "standard"})  # of OpenRouter's variants: the model as it is named


def rows_of(name: str, text: str) -> list[_Row]:
    """Return the rows of a CSV file under its first line's names; an empty cell is null.

    Raises:
        ConfigError: it is no CSV, or a row has more or fewer cells than there are columns.
    """
    try:
        return list(_rows(name, text))
    except csv.Error as error:
        raise ConfigError(
            f"export {name} is no whole CSV file ({error}): fetch it again"
        ) from error


def day_span(row: _Row) -> tuple[int, int]:
    """Return the day that a row is of, in epoch milliseconds; whichever column says it."""
    name = next(name for name in ("usage_date_utc", "created_at", "Date") if name in row)
    start = epoch_ms(row[name], name) // _DAY_MS * _DAY_MS
    return start, start + _DAY_MS


def anthropic_usage(row: _Row, _: _Row) -> list[Stated]:
    """Return the tokens of a row, and its searches, which are of no model."""
    day, project = day_of(day_span(row)[0]), row["workspace"]
    tokens = {
        UNCACHED: count(row, "usage_input_tokens_no_cache"),
        CACHE_READ: count(row, "usage_input_tokens_cache_read"),
        CACHE_WRITE: count(row, "usage_input_tokens_cache_write_5m"),
        CACHE_WRITE_1H: count(row, "usage_input_tokens_cache_write_1h"),
        OUTPUT: count(row, "usage_output_tokens"),
    }
    found = [Stated(day, row["model_version"], project, row["usage_type"], quantities=tokens)]
    if searched := count(row, "web_search_count"):
        found.append(Stated(day, None, project, quantities={SEARCHES: searched}))
    return found


def anthropic_cost(row: _Row, _: _Row) -> list[Stated]:
    """Return a row; it names models as people do: ``Claude Haiku 4.5`` is claude-haiku-4-5."""
    paid, tolerance = dollars(row["cost_usd"], "usd", "cost_usd", is_cents=False)
    model = row["model"]
    return [
        Stated(
            day=day_of(day_span(row)[0]),
            model=None if model is None else model.lower().replace(" ", "-").replace(".", "-"),
            project=row["workspace"],
            cost=paid,
            tolerance=tolerance,
        )
    ]


def openai_cost(row: _Row, _: _Row) -> list[Stated]:
    """Return a row, which has the fields of the costs endpoint's; a day without costs is empty."""
    if row["amount_value"] is None:
        return []
    amount = {"value": row["amount_value"], "currency": row["amount_currency"]}
    return openai.cost(row, {**row, "amount": amount})


def openrouter_generation(row: _Row, _: _Row) -> list[Stated]:
    """Return a row of the logs: one generation."""
    prompt = count(row, "tokens_prompt")
    cached = min(count(row, "tokens_cached"), prompt)
    tokens = {
        UNCACHED: money.difference(prompt, cached),
        CACHE_READ: cached,
        OUTPUT: count(row, "tokens_completion"),
    }
    name, variant = row["model_permaslug"], row.get("variant")
    return [
        _openrouter(row, name if variant in _PLAIN else f"{name}:{variant}", "cost_total")._replace(
            requests=1, quantities=tokens, upstream_cost=count(row, "byok_usage_inference")
        )
    ]


def openrouter_activity(row: _Row, _: _Row) -> list[Stated]:
    """Return a row: a model on a day. How much of the prompt was cached it does not say."""
    return [
        _openrouter(row, row["Slug"], "Usage")._replace(
            requests=int(number(row["Requests"], "Requests")),
            upstream_cost=count(row, "BYOK Usage"),
        )
    ]


def _openrouter(row: _Row, model: str, column: str) -> Stated:
    paid, tolerance = dollars(row[column], "usd", column, is_cents=False)
    return Stated(day_of(day_span(row)[0]), model, None, cost=paid, tolerance=tolerance)


def _rows(name: str, text: str) -> Iterator[_Row]:
    columns, *lines = csv.reader(StringIO(text))
    for cells in filter(None, lines):
        if len(cells) != len(columns):
            raise ConfigError(
                f"export {name} has a row of {len(cells)} cells under {len(columns)} columns: it is "
                "no whole CSV file; fetch it again"
            )
        yield {column: cell or None for column, cell in zip(columns, cells, strict=True)}
