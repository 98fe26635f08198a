"""What holds for every usage: parts are disjoint, lines sum up, prices add up and grow."""

from __future__ import annotations

import decimal
import pkgutil
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from aso.pricing import Catalog, Pricer, bundled, price
from aso.pricing.units import ancestry, decompose, said
from aso.records import Usage

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
COUNTS = some.integers(min_value=0, max_value=10**7)
SMALL = some.integers(min_value=0, max_value=10**4)  # far below every long prompt
CALLS = [
    ("openai", "gpt-4o", {}),
    ("openai", "gpt-6.1-sol", {"service_tier": "flex"}),
    ("openai", "gpt-5.4", {"data_residency": "eu", "processing": "batch"}),
    ("openai", "gpt-realtime-2", {}),
    ("anthropic", "claude-opus-5-5", {"inference_geo": "us", "speed": "fast"}),
    ("google", "gemini-2.5-flash", {}),
    ("xai", "grok-4.3", {"provider_reported": {"ticks": 123}}),
    ("groq", "whisper-large-v3", {}),
    ("deepseek", "deepseek-v4-pro", {"overlay": {"deepseek:*": {"multiplier": "0.9137"}}}),
]

MODELS = [
    (provider, model) for provider in bundled().providers for model in bundled().models(provider)
]
AGAIN = Catalog.from_gzip(pkgutil.get_data("aso.pricing", "data/catalog.json.gz") or b"")
INSTANTS = some.datetimes(
    datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=some.just(timezone.utc)
)


def usage_of(counts: Any) -> some.SearchStrategy[Usage]:
    def build(numbers: list[int]) -> Usage:
        cached, written, hour, audio, rest, reasoning, said = numbers
        return Usage(
            input_tokens=cached + written + hour + audio + rest,
            cache_read_input_tokens=cached,
            cache_write_input_tokens=written + hour,
            cache_write_1h_input_tokens=hour,
            input_audio_tokens=audio,
            output_tokens=reasoning + said,
            reasoning_output_tokens=reasoning,
        )

    return some.lists(counts, min_size=7, max_size=7).map(build)


def total(usage: Usage, call: tuple[str, str, dict[str, Any]]) -> Decimal:
    provider, model, conditions = call
    return price(usage, provider=provider, model=model, at=NOW, **conditions).total or Decimal(0)


def plus(left: Usage, right: Usage) -> Usage:
    counted = {
        name: getattr(left, name) + getattr(right, name)
        for name in (
            "input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_write_input_tokens",
            "cache_write_1h_input_tokens",
            "reasoning_output_tokens",
            "input_audio_tokens",
        )
    }
    return Usage(**counted)


@given(usage_of(COUNTS))
def test_leaves_are_disjoint_and_sum_to_the_wholes(usage: Usage) -> None:
    leaves = decompose(said(usage)).leaves
    of = {
        whole: sum(count for unit, count in leaves.items() if ancestry(unit)[-1] == whole)
        for whole in ("input_tokens", "output_tokens")
    }
    assert of == {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
    assert all(count > 0 for count in leaves.values())


@given(usage_of(COUNTS), some.sampled_from(CALLS))
def test_lines_are_exact_and_sum_to_the_total_exactly(
    usage: Usage, call: tuple[str, str, dict[str, Any]]
) -> None:
    provider, model, conditions = call
    cost = price(usage, provider=provider, model=model, at=NOW, **conditions)
    with decimal.localcontext() as context:
        context.prec = 60
        for line in cost.lines:
            factor = Decimal(1) if line.multiplier is None else line.multiplier
            assert line.amount * Decimal(line.per) == Decimal(line.quantity) * line.rate * factor
        assert cost.total is None or sum(line.amount for line in cost.lines) == cost.total


@given(usage_of(COUNTS), some.sampled_from([call for call in CALLS if call[1] != "gpt-4o"]))
def test_each_disjoint_part_has_its_line(
    usage: Usage, call: tuple[str, str, dict[str, Any]]
) -> None:
    provider, model, conditions = call
    cost = price(usage, provider=provider, model=model, at=NOW, **conditions)
    billed = {line.unit: line.quantity for line in cost.lines if "adjust" not in line.unit}
    missing = {note.removeprefix("no_rate:") for note in cost.notes if "no_rate" in note}
    leaves = decompose(said(usage)).leaves
    assert billed == {unit: count for unit, count in leaves.items() if unit not in missing}


@given(usage_of(SMALL), usage_of(SMALL), some.sampled_from(CALLS[:6]))
def test_prices_add_up_below_the_long_prompt(
    first: Usage, second: Usage, call: tuple[str, str, dict[str, Any]]
) -> None:
    both = total(plus(first, second), call)
    assert total(first, call) + total(second, call) == both


@given(usage_of(COUNTS), usage_of(COUNTS), some.sampled_from(CALLS[:6]))
def test_more_of_anything_never_costs_less(
    usage: Usage, more: Usage, call: tuple[str, str, dict[str, Any]]
) -> None:
    assert total(plus(usage, more), call) >= total(usage, call)


@given(usage_of(COUNTS), some.sampled_from(CALLS))
def test_the_programs_decimal_context_does_not_matter(
    usage: Usage, call: tuple[str, str, dict[str, Any]]
) -> None:
    exact = total(usage, call)
    with decimal.localcontext() as context:
        context.prec = 3
        assert total(usage, call) == exact


@given(some.dictionaries(some.sampled_from(["prompt_tokens", "cache_read_tokens"]), COUNTS))
def test_parts_larger_than_their_whole_are_noted_never_negative(counts: dict[str, int]) -> None:
    found = decompose(said(counts))
    assert all(count > 0 for count in found.leaves.values())
    is_over = counts.get("cache_read_tokens", 0) > counts.get("prompt_tokens", 10**9)
    assert bool(found.notes) == is_over


@given(usage_of(COUNTS), some.sampled_from(CALLS))
def test_a_bill_that_is_filled_in_is_the_bill_that_a_closer_look_gives(
    usage: Usage, call: tuple[str, str, dict[str, Any]]
) -> None:
    provider, model, conditions = call
    closer = {**conditions, "search_context_size": "none of the listed"}
    found = price(usage, provider=provider, model=model, at=NOW, **conditions)
    assert price(usage, provider=provider, model=model, at=NOW, **closer) == found


@given(usage_of(COUNTS), usage_of(COUNTS), some.sampled_from(MODELS), INSTANTS)
def test_more_of_any_models_tokens_never_costs_less(
    usage: Usage, more: Usage, model: tuple[str, str], at: datetime
) -> None:
    less, all_of_it = (
        price(one, provider=model[0], model=model[1], at=at) for one in (usage, plus(usage, more))
    )
    assert less.total is None or all_of_it.total is None or all_of_it.total >= less.total


@given(usage_of(COUNTS), some.sampled_from(MODELS), INSTANTS)
def test_repricing_with_the_same_catalog_changes_nothing(
    usage: Usage, model: tuple[str, str], at: datetime
) -> None:
    read_again = Pricer(catalog=AGAIN)
    before = price(usage, provider=model[0], model=model[1], at=at)
    after = read_again.price(usage, provider=model[0], model=model[1], at=at, conditions={})
    assert after == before


@given(some.integers(0, 60), some.integers(0, 60))
def test_a_minimum_is_a_named_cliff_and_nothing_below_it_is_cheaper(less: int, more: int) -> None:
    costs = [
        price({"audio_seconds": one}, provider="groq", model="whisper-large-v3", at=NOW)
        for one in sorted((less, more))
    ]
    billed = [max(10, one) if one else 0 for one in sorted((less, more))]
    assert [bool(cost.notes) for cost in costs] == [0 < one < 10 for one in sorted((less, more))]
    assert (costs[0].total == costs[1].total) == (billed[0] == billed[1])


@given(some.integers(0, 10**6), some.sampled_from([("openai", "gpt-5.4"), ("xai", "grok-4.3")]))
def test_a_long_prompt_is_a_named_cliff(prompt: int, model: tuple[str, str]) -> None:
    row = bundled().row(*model)
    assert row is not None
    listed = row.price(NOW)
    assert listed is not None
    (tier,) = listed.tiers
    rates = tier.rates if tier.holds(prompt) else listed.rates
    found = price({"prompt_tokens": prompt}, provider=model[0], model=model[1], at=NOW)
    assert found.total == prompt * rates["input_tokens"].amount / 10**6
