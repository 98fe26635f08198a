"""What a price depends on: tier, speed, place, tools, length, instant. Pages read 2026-11-23."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from aso.pricing import Pricer, price
from aso.records import Cost

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
USAGE = {"prompt_tokens": 100_000, "completion_tokens": 10_000}


def cost(provider: str, model: str, usage: Any = USAGE, at: datetime = NOW, **more: Any) -> Cost:
    found = price(usage, provider=provider, model=model, at=at, **more)
    assert found.total is None or sum(line.amount for line in found.lines) == found.total
    return found


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc]


# platform.claude.com/docs/en/about-claude/pricing: Opus 5.5 is 4 and 20, fast mode twice that,
# inference in the US 1.1 times; Opus 4.6 was 5 and 25, its fast mode 30 and 150 until 2026-08-06.
@pytest.mark.parametrize(
    ("model", "at", "conditions", "expected"),
    [
        ("claude-opus-5-5", NOW, {}, "0.6"),
        ("claude-opus-5-5", NOW, {"speed": "standard", "inference_geo": "not_available"}, "0.6"),
        ("claude-opus-5-5", NOW, {"speed": "fast"}, "1.2"),
        ("claude-opus-5-5", NOW, {"inference_geo": "us"}, "0.66"),
        ("claude-opus-5-5", NOW, {"speed": "fast", "inference_geo": "us"}, "1.32"),
        ("claude-opus-4-6", utc(2026, 6, 1), {"speed": "fast"}, "4.5"),
        ("claude-sonnet-4-5-20250929", NOW, {"service_tier": "batch"}, "0.225"),
    ],
)
def test_anthropics_modes(model: str, at: datetime, conditions: Any, expected: str) -> None:
    found = cost("anthropic", model, at=at, **conditions)
    assert (found.status, found.total) == ("priced", Decimal(expected))


def test_a_place_raises_tokens_and_no_fees() -> None:
    usage = {**USAGE, "web_search_requests": 1}
    found = cost("openai", "gpt-5.4", usage, data_residency="us")
    assert {line.unit: line.multiplier for line in found.lines} == {
        "input_tokens": Decimal("1.1"),
        "output_tokens": Decimal("1.1"),
        "web_search_requests": None,
    }
    assert found.total == Decimal("0.45")


def test_models_from_before_march_2026_cost_the_same_everywhere() -> None:
    # developers.openai.com/api/docs/guides/data-residency: the uplift is for models released on
    # or after 2026-03-05
    found = cost("openai", "gpt-4o", data_residency="eu")
    assert (found.status, found.total) == ("priced", Decimal("0.35"))


def test_an_unknown_place_is_said_and_priced_at_the_standard_rate() -> None:
    found = cost("anthropic", "claude-opus-5-5", inference_geo="moon")
    assert (found.status, found.total) == ("partial", Decimal("0.6"))
    assert list(found.notes) == ["inference_geo_unknown:moon"]


# ai.google.dev/gemini-api/docs/pricing: 2.5 Pro is 1.25 and 10; flex half, priority 1.8 times
@pytest.mark.parametrize(
    ("tier", "expected"), [("standard", "0.225"), ("flex", "0.1125"), ("priority", "0.405")]
)
def test_geminis_tiers(tier: str, expected: str) -> None:
    found = cost("google", "gemini-2.5-pro", service_tier=tier)
    assert (found.status, found.total) == ("priced", Decimal(expected))


def test_two_variants_that_no_list_combines_are_said() -> None:
    found = cost("openai", "gpt-6.1-sol", processing="batch", service_tier="priority")
    assert (found.status, found.total) == ("partial", Decimal("0.15"))
    assert list(found.notes) == ["tier_not_combined:priority"]


def test_batch_said_twice_is_one_batch() -> None:
    found = cost("openai", "gpt-6.1-sol", processing="batch", service_tier="batch")
    assert (found.status, found.total) == ("priced", Decimal("0.15"))


# docs.x.ai/docs/models: from 200,000 tokens on, the whole request is at the higher rate;
# elsewhere it is over the threshold. Cached tokens count.
@pytest.mark.parametrize(
    ("provider", "model", "tokens", "expected"),
    [
        ("xai", "grok-4.3", 199_999, "0.24999875"),
        ("xai", "grok-4.3", 200_000, "0.5"),
        ("google", "gemini-2.5-pro", 200_000, "0.25"),
        ("google", "gemini-2.5-pro", 200_001, "0.5000025"),
        ("openai", "gpt-6.1-sol", 272_000, "0.544"),
        ("openai", "gpt-6.1-sol", 272_001, "1.088004"),
    ],
)
def test_the_threshold_of_a_long_prompt(
    provider: str, model: str, tokens: int, expected: str
) -> None:
    assert cost(provider, model, {"prompt_tokens": tokens}).total == Decimal(expected)


@pytest.mark.parametrize(
    ("tokens", "expected", "notes"),
    [(200_000, "0.125", ()), (300_000, "0.1875", ("prompt_lengths_unknown",))],
)
def test_the_sum_of_a_batch_is_no_long_prompt(tokens: int, expected: str, notes: Any) -> None:
    found = Pricer().price(
        {"prompt_tokens": tokens},
        provider="google",
        model="gemini-2.5-pro",
        request_model=None,
        at=NOW,
        conditions={"processing": "batch", "summed": True},
    )
    assert (found.status, found.total, found.notes) == ("priced", Decimal(expected), notes)


# docs.together.ai/docs/inference/batch/overview, docs.deepinfra.com/batch/introduction,
# docs.tokenfactory.nebius.com/ai-models-inference/batch-inference: read 2026-11-26
@pytest.mark.parametrize(
    ("provider", "model", "factor"),
    [
        ("deepinfra", "openai/gpt-oss-120b", "0.8"),
        ("nebius", "openai/gpt-oss-120b", "0.5"),
        ("together", "meta-llama/Llama-3-70b-chat-hf", "0.5"),
        ("together", "openai/gpt-oss-120b", "1"),
        ("fireworks", "accounts/fireworks/models/gpt-oss-120b", "0.5"),
    ],
)
def test_a_batch_costs_what_its_hosts_page_says(provider: str, model: str, factor: str) -> None:
    whole, batched = (cost(provider, model, **more) for more in ({}, {"processing": "batch"}))
    assert (whole.status, batched.status) == ("priced", "priced")
    assert whole.total is not None
    assert batched.total == whole.total * Decimal(factor)


def test_cached_tokens_make_a_prompt_long() -> None:
    usage = {"prompt_tokens": 300_000, "cache_read_tokens": 300_000}
    found = cost("openai", "gpt-6.1-sol", usage)
    assert found.total == Decimal("0.06")  # 0.20 a million, twice the 0.10 of a short prompt


def test_a_tier_has_its_own_long_prompt() -> None:
    found = cost("openai", "gpt-5.6-sol", {"prompt_tokens": 300_000}, service_tier="priority")
    assert (found.status, found.total) == ("priced", Decimal("4.8"))


# api-docs.deepseek.com/quick_start/pricing: twice the rate 01-04 and 06-10 UTC, Monday to Friday,
# Chinese public holidays excluded
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (utc(2026, 11, 20, 0, 59), "0.066"),
        (utc(2026, 11, 20, 1, 0), "0.132"),
        (utc(2026, 11, 20, 3, 59, 59), "0.132"),
        (utc(2026, 11, 20, 4, 0), "0.066"),
        (utc(2026, 11, 20, 9, 59), "0.132"),
        (utc(2026, 11, 21, 2, 0), "0.066"),  # Saturday
        (utc(2026, 10, 1, 2, 0), "0.066"),  # a Thursday, National Day
        (utc(2026, 10, 8, 2, 0), "0.132"),  # the Thursday after
    ],
)
def test_deepseeks_peak(at: datetime, expected: str) -> None:
    found = cost("deepseek", "deepseek-v4-pro", {"prompt_tokens": 100_000}, at=at)
    assert found.total == Decimal(expected)


# ai.google.dev/gemini-api/docs/pricing: introductory prices that end on known days
@pytest.mark.parametrize(
    ("model", "at", "expected"),
    [
        ("gemini-4-argon", utc(2026, 11, 30, 23), "0.3"),
        ("gemini-4-argon", utc(2026, 12, 1), "0.6"),
        ("gemini-3.8-flash", utc(2026, 12, 31), "0.1125"),
        ("gemini-3.8-flash", utc(2027, 1, 1), "0.225"),
    ],
)
def test_a_change_that_is_announced_is_in_the_catalog(
    model: str, at: datetime, expected: str
) -> None:
    assert cost("google", model, at=at).total == Decimal(expected)


def test_a_call_of_last_march_is_priced_as_of_last_march() -> None:
    assert cost("openai", "o3", at=utc(2025, 5, 1)).total == Decimal("1.4")  # 10 and 40
    assert cost("openai", "o3").total == Decimal("0.28")  # 2 and 8 since 2025-06-10
    batch = cost("openai", "gpt-4o", at=utc(2026, 3, 1), processing="batch")
    assert (batch.status, batch.total) == ("priced", Decimal("0.175"))


def test_a_name_that_was_retired_has_a_price_until_then() -> None:
    # api-docs.deepseek.com/news/news260424: deepseek-chat ends 2026-07-24T16:00Z
    before = cost("deepseek", "deepseek-chat", at=utc(2026, 7, 24, 15, 59))
    after = cost("deepseek", "deepseek-chat", at=utc(2026, 7, 24, 16))
    assert (before.status, after.status, after.total) == ("priced", "unpriced", None)


def test_a_fee_depends_on_the_tool() -> None:
    # developers.openai.com/api/docs/pricing: web search 10 per 1,000; its preview, on models
    # without reasoning, 25
    usage = {"prompt_tokens": 0, "web_search_requests": 1}
    new = cost("openai", "gpt-4.1", usage, tools=["web_search"])
    preview = cost("openai", "gpt-4.1", usage, tools=["web_search_preview"])
    assert (new.total, preview.total) == (Decimal("0.01"), Decimal("0.025"))


def test_a_search_that_nobody_counted_is_one_and_said() -> None:
    found = cost("perplexity", "sonar-pro", search_context_size="low")
    assert (found.status, found.total) == ("priced", Decimal("0.456"))
    assert list(found.notes) == ["search_assumed:1"]


def test_a_cache_write_of_unknown_lifetime_is_taken_as_the_short_one_and_said() -> None:
    # platform.claude.com/docs/en/build-with-claude/prompt-caching: 1.25 times input for 5 minutes
    usage = {"prompt_tokens": 1000, "cache_write_tokens": 1000}
    found = cost("anthropic", "claude-opus-4-6", usage)
    assert (found.status, found.total) == ("priced", Decimal("0.00625"))
    assert list(found.notes) == ["cache_write_ttl_assumed:5m"]
    split = cost("anthropic", "claude-opus-4-6", {**usage, "cache_write_1h_tokens": 1000})
    assert (split.total, list(split.notes)) == (Decimal("0.01"), [])


def straddling(began: datetime, at: datetime, model: str = "deepseek-v4-pro") -> Cost:
    return Pricer().price(
        {"prompt_tokens": 100_000},
        provider="deepseek",
        model=model,
        at=at,
        began=began,
        conditions={},
    )


def test_a_call_that_began_under_another_price_has_that_of_its_end_and_says_so() -> None:
    peak, after = (datetime(2026, 11, 23, hour, tzinfo=timezone.utc) for hour in (3, 5))
    cost = straddling(peak, after)
    assert (cost.total, cost.status) == (Decimal("0.066"), "priced")
    assert cost.notes == ("price_changed_meanwhile",)


def test_a_call_within_one_price_says_nothing_of_it() -> None:
    hours = [datetime(2026, 11, 23, hour, tzinfo=timezone.utc) for hour in (1, 3)]
    assert straddling(*hours).notes == ()
    assert straddling(*hours, model="deepseek-coder").notes == ()
