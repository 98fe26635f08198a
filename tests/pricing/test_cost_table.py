"""The cost table of docs/event.md, one test for each case."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from aso.errors import ConfigError
from aso.pricing import Pricer, load_overlay, price
from aso.records import Cost, Usage
from aso.semconv import decimal_text

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
USAGE = Usage(input_tokens=1000, output_tokens=1000)


def outline(cost: Cost) -> tuple[Any, ...]:
    assert cost.total is None or sum(line.amount for line in cost.lines) == cost.total
    known = (cost.provider_cost, cost.calculated_cost, cost.total)
    return *(decimal_text(one) for one in known), cost.source, cost.status


def settled(provider: str, model: str, usage: Any = USAGE, **options: Any) -> tuple[Any, ...]:
    conditions = {}
    if "reported" in options:
        conditions["provider_reported"] = options.pop("reported")
    pricer = Pricer()
    return outline(
        pricer.price(
            usage, provider=provider, model=model, at=NOW, conditions=conditions, **options
        )
    )


def test_a_known_price() -> None:
    assert settled("openai", "gpt-5.4") == (None, "0.0175", "0.0175", "standard", "priced")


def test_an_unknown_model_is_never_zero() -> None:
    assert settled("openai", "gpt-99") == (None, None, None, "none", "unpriced")


def test_a_unit_without_a_rate_makes_a_lower_bound_and_is_named() -> None:
    usage = {"prompt_tokens": 1000, "container_sessions": 2}
    cost = price(usage, provider="openai", model="gpt-5.4", at=NOW)
    assert outline(cost) == (None, "0.0025", "0.0025", "standard", "partial")
    assert list(cost.notes) == ["no_rate:container_sessions"]


@pytest.mark.parametrize("provider", ["openrouter", "xai", "perplexity"])
def test_an_authoritative_cost_wins_and_the_lines_close_to_it(provider: str) -> None:
    found = settled(provider, "no-such-model", reported={"cost": "0.0123"})
    assert found == ("0.0123", None, "0.0123", "provider", "priced")


def test_ours_is_kept_beside_an_authoritative_cost() -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 1000}
    cost = price(
        usage, provider="xai", model="grok-4.3", at=NOW, provider_reported={"ticks": 40_000_000}
    )
    assert outline(cost) == ("0.004", "0.00375", "0.004", "provider", "priced")
    assert (cost.lines[-1].unit, cost.lines[-1].amount) == (
        "provider_adjustment",
        Decimal("0.00025"),
    )


def test_a_reported_zero_beside_charged_tokens_is_kept_and_does_not_win() -> None:
    cost = price(USAGE, provider="xai", model="grok-4.3", at=NOW, provider_reported={"ticks": 0})
    assert (cost.total, cost.source, cost.status) == (Decimal("0.00375"), "standard", "priced")
    assert (cost.provider_cost, list(cost.notes)) == (0, ["provider_reported_zero"])


def test_deepinfras_estimate_counts_only_where_we_know_nothing() -> None:
    known = settled(
        "deepinfra", "deepseek-ai/DeepSeek-V4-Flash-0731", reported={"estimated_cost": "0.5"}
    )
    unknown = settled("deepinfra", "acme/new", reported={"estimated_cost": "0.5"})
    assert (known[0], known[3], known[4]) == ("0.5", "standard", "priced")
    assert unknown == ("0.5", None, "0.5", "provider", "priced")


def test_with_your_own_key_openrouter_takes_a_fee_and_the_rest_is_billed_upstream() -> None:
    said = {"cost": "0.0001", "upstream_cost": "0.002", "is_byok": True}
    cost = price(
        USAGE, provider="openrouter", model="openai/gpt-4o-mini", at=NOW, provider_reported=said
    )
    assert (cost.total, cost.upstream_cost, cost.source) == (
        Decimal("0.0001"),
        Decimal("0.002"),
        "provider",
    )


@pytest.mark.parametrize(
    "options",
    [{"http_status": 400, "outcome": "error"}, {"outcome": "refused"}, {"attempts": 0}],
    ids=["4xx", "refused", "never sent"],
)
def test_what_cannot_be_billed_is_an_exact_zero(options: dict[str, Any]) -> None:
    assert settled("openai", "gpt-5.4", Usage(source="none"), **options) == (
        None,
        None,
        "0",
        "none",
        "priced",
    )


@pytest.mark.parametrize("status", [500, None])
def test_what_may_have_been_billed_is_unknown(status: int | None) -> None:
    usage = Usage(source="none")
    found = settled("openai", "gpt-5.4", usage, outcome="error", http_status=status)
    assert found == (None, None, None, "none", "unpriced")


def test_estimated_usage_is_priced_and_its_lines_say_so() -> None:
    usage = Usage(input_tokens=1000, output_tokens=0, source="estimate")
    cost = price(usage, provider="openai", model="gpt-5.4", at=NOW)
    assert outline(cost)[2:] == ("0.0025", "standard", "priced")
    assert {line.quantity_source for line in cost.lines} == {"estimate"}


def test_a_contract_multiplies_every_line_and_is_named_on_it() -> None:
    overlay = {"openai:*": {"multiplier": "0.85"}}
    cost = price(USAGE, provider="openai", model="gpt-5.4", at=NOW, overlay=overlay)
    assert outline(cost)[2:] == ("0.014875", "custom", "priced")
    assert all(line.source.endswith("+contract:openai:*") for line in cost.lines)


def test_the_longest_pattern_of_a_contract_holds() -> None:
    overlay = {
        "openai:*": {"multiplier": "0.85"},
        "openai:gpt-5.4": {"rates": {"input_tokens": "1", "output_tokens": "2"}, "fee": "0.01"},
    }
    cost = price(USAGE, provider="openai", model="gpt-5.4", at=NOW, overlay=overlay)
    assert outline(cost)[2:] == ("0.013", "custom", "priced")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"openai": {"multiplier": "1"}}, "write provider:model"),
        ({"openai:*": {}}, "a table with some of"),
        ({"openai:*": {"discount": "0.1"}}, "unknown fields"),
        ({"openai:*": {"multiplier": 0.85}}, "is the float"),
        ({"openai:*": {"multiplier": "-1"}}, "a decimal number ≥ 0"),
        ({"openai:*": {"rates": {"input_tokens": "cheap"}}}, "a decimal number ≥ 0"),
        ({"openai:*": {"rates": {}, "per": 0}}, "a whole number of units"),
    ],
)
def test_a_wrong_contract_says_what_is_wrong(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_overlay(document)


def test_the_requests_model_counts_where_the_answer_names_none() -> None:
    cost = Pricer().price(
        USAGE, provider="openai", model=None, request_model="gpt-5.4", at=NOW, conditions={}
    )
    assert (cost.pricing_model, cost.status) == ("gpt-5.4", "priced")


def test_the_answers_model_counts_even_where_only_the_requests_is_known() -> None:
    cost = Pricer().price(
        USAGE, provider="openai", model="gpt-99", request_model="gpt-5.4", at=NOW, conditions={}
    )
    assert (cost.pricing_matched, cost.status) == (False, "unpriced")


@pytest.mark.parametrize(
    ("provider", "said", "expected"),
    [
        ("xai", {"cost_in_usd_ticks": 12_300_000}, "0.00123"),
        ("perplexity", {"cost": {"total_cost": "0.02"}}, "0.02"),
        (
            "openrouter",
            {"cost": "0.0001", "cost_details": {"upstream_inference_cost": 1}},
            "0.0001",
        ),
    ],
)
def test_a_cost_is_read_as_the_provider_writes_it(
    provider: str, said: dict[str, Any], expected: str
) -> None:
    assert settled(provider, "no-such-model", reported=said)[2] == expected


@pytest.mark.parametrize("said", [{"cost": "-1"}, {"cost": "much"}, {"cost": True}, {"cost": None}])
def test_a_reported_cost_that_cannot_be_is_not_believed(said: dict[str, Any]) -> None:
    assert settled("openrouter", "no-such", reported=said) == (None, None, None, "none", "unpriced")


def test_a_cost_from_one_whose_word_does_not_count_is_kept_beside_ours() -> None:
    assert settled("openai", "gpt-5.4", reported={"cost": "9"}) == (
        "9",
        "0.0175",
        "0.0175",
        "standard",
        "priced",
    )


def test_with_your_own_key_the_only_line_is_the_fee() -> None:
    said = {"cost": "0.0001", "upstream_cost": "0.002", "is_byok": True}
    cost = price(
        USAGE, provider="openrouter", model="openai/gpt-4o-mini", at=NOW, provider_reported=said
    )
    assert [(line.unit, line.amount) for line in cost.lines] == [
        ("provider_cost", Decimal("0.0001"))
    ]


def test_nothing_used_costs_nothing() -> None:
    usage = Usage(input_tokens=0, output_tokens=0)
    assert settled("openai", "gpt-5.4", usage)[2:] == ("0", "standard", "priced")


def test_a_quantity_that_cannot_be_is_unknown_and_never_zero() -> None:
    assert settled("openai", "gpt-5.4", {"prompt_tokens": -5})[2:] == (None, "none", "unpriced")
    with pytest.raises(ConfigError, match="a number ≥ 0"):
        price({"prompt_tokens": -5}, provider="openai", model="gpt-5.4", at=NOW)
