"""Prices of current models, to the last digit. Sources: developers.openai.com/api/docs/pricing and
the providers' own price pages as of 2026-11-23, see aso/pricing/build."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from aso.pricing import price
from aso.records import Usage
from aso.semconv import decimal_text

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def total(provider: str, model: str, usage: Any, at: datetime = NOW, **conditions: Any) -> str:
    cost = price(usage, provider=provider, model=model, at=at, **conditions)
    assert cost.status == "priced", cost
    assert sum(line.amount for line in cost.lines) == cost.total
    return str(decimal_text(cost.total))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4o-mini-2024-07-18", "0.000735"),  # 0.15 and 0.6 per million
        ("gpt-4o-2024-08-06", "0.01225"),  # 2.5 and 10
        ("gpt-4.1", "0.0098"),  # 2 and 8
        ("o3", "0.0098"),  # 2 and 8
        ("gpt-5.4-2026-03-05", "0.01725"),  # 2.5 and 15
        ("gpt-5.6-sol", "0.0236"),  # 4 and 20, since 2026-08-21
    ],
)
def test_input_and_output_at_the_standard_rates(model: str, expected: str) -> None:
    usage = {"prompt_tokens": 900, "completion_tokens": 1000}
    cost = price(usage, provider="openai", model=model, at=NOW)
    assert [line.unit for line in cost.lines] == ["input_tokens", "output_tokens"]
    assert Decimal(expected) == cost.total


def test_cached_tokens_are_inside_the_prompt_and_cost_their_own_rate() -> None:
    usage = Usage(input_tokens=1000, cache_read_input_tokens=400, output_tokens=100)
    cost = price(usage, provider="openai", model="gpt-5.4", at=NOW)
    lines = [(line.unit, line.quantity, str(line.rate)) for line in cost.lines]
    assert lines == [
        ("input_tokens", 600, "2.5"),
        ("cache_read_tokens", 400, "0.25"),
        ("output_tokens", 100, "15"),
    ]
    assert cost.total == Decimal("0.0031")


def test_written_cache_costs_more_than_input() -> None:
    usage = Usage(input_tokens=1000, cache_write_input_tokens=1000, output_tokens=0)
    assert total("openai", "gpt-5.6-sol", usage) == "0.005"


def test_reasoning_is_output() -> None:
    usage = Usage(input_tokens=0, output_tokens=1000, reasoning_output_tokens=768)
    assert total("openai", "gpt-5.4", usage) == "0.015"


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [(272_000, "0.68"), (272_001, "1.360005")],  # over 272,000 the whole request is dearer
)
def test_a_long_prompt_reprices_the_whole_request(tokens: int, expected: str) -> None:
    assert total("openai", "gpt-5.4", {"prompt_tokens": tokens}) == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"service_tier": "default"}, "0.0175"),
        ({"service_tier": "auto"}, "0.0175"),
        ({"service_tier": "flex"}, "0.00875"),
        ({"service_tier": "priority"}, "0.035"),
        ({"processing": "batch"}, "0.00875"),
        ({"data_residency": "eu"}, "0.01925"),
    ],
)
def test_the_served_tier_decides(conditions: dict[str, str], expected: str) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 1000}
    assert total("openai", "gpt-5.4", usage, **conditions) == expected


def test_an_unknown_tier_is_said_and_priced_at_the_standard_rate() -> None:
    usage = {"prompt_tokens": 1000}
    cost = price(usage, provider="openai", model="gpt-5.4", at=NOW, service_tier="scale")
    assert (cost.status, cost.total, list(cost.notes)) == (
        "partial",
        Decimal("0.0025"),
        ["tier_unknown:scale"],
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [(datetime(2026, 8, 20, tzinfo=timezone.utc), "0.005"), (NOW, "0.004")],
)
def test_the_price_in_force_at_the_instant_counts(day: datetime, expected: str) -> None:
    assert total("openai", "gpt-5.6-sol", {"prompt_tokens": 1000}, at=day) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 23, 2, tzinfo=timezone.utc), "0.3"),  # Monday, in the peak
        (datetime(2026, 11, 23, 5, tzinfo=timezone.utc), "0.15"),  # Monday, between the peaks
        (datetime(2026, 11, 22, 2, tzinfo=timezone.utc), "0.15"),  # Sunday has no peak
    ],
)
def test_peak_hours_hold_on_weekdays_only(at: datetime, expected: str) -> None:
    assert total("deepseek", "deepseek-v4-flash", {"prompt_tokens": 10**6}, at=at) == expected


def test_embeddings_and_moderations() -> None:
    assert total("openai", "text-embedding-3-small", {"prompt_tokens": 10**6}) == "0.02"
    assert total("openai", "omni-moderation-latest", {"prompt_tokens": 10**6}) == "0"


def test_searches_are_billed_by_the_thousand() -> None:
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "web_search_requests": 3}
    assert total("openai", "gpt-5.4", usage) == "0.03"


def test_a_search_previews_fee_depends_on_the_context_size() -> None:
    usage = {"prompt_tokens": 0, "web_search_requests": 1}
    sizes = {
        size: total("perplexity", "sonar", usage, search_context_size=size)
        for size in ("low", "medium", "high")
    }
    assert sizes == {"low": "0.005", "medium": "0.008", "high": "0.012"}


@pytest.mark.parametrize(
    "model",
    ["gpt-5.4-super", "gpt-5.4-mini-xl", "gpt-99", "ft:gpt-99:acme::1", "gpt-4o-mini-next"],
)
def test_a_longer_name_is_another_model(model: str) -> None:
    cost = price({"prompt_tokens": 1000}, provider="openai", model=model, at=NOW)
    assert (cost.status, cost.total, cost.pricing_matched) == ("unpriced", None, False)


def test_a_dated_name_is_its_model_and_a_tuned_one_has_its_own_price() -> None:
    usage = {"prompt_tokens": 100_000}
    assert total("openai", "gpt-5.4-2027-01-01", usage) == "0.25"
    assert total("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc", usage) == "0.03"
