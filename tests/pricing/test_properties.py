"""What holds for every usage: parts are disjoint, lines sum up, prices add up and grow."""

from __future__ import annotations

import decimal
from datetime import datetime, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from aso.pricing import price
from aso.pricing.units import ancestry, decompose
from aso.records import Usage

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
COUNTS = some.integers(min_value=0, max_value=10**7)


@some.composite
def usages(draw: some.DrawFn) -> Usage:
    cached, written, audio, rest = (draw(COUNTS) for _ in range(4))
    reasoning, said = draw(COUNTS), draw(COUNTS)
    return Usage(
        input_tokens=cached + written + audio + rest,
        cache_read_input_tokens=cached,
        cache_write_input_tokens=written,
        input_audio_tokens=audio,
        output_tokens=reasoning + said,
        reasoning_output_tokens=reasoning,
    )


@given(usages())
def test_leaves_are_disjoint_and_sum_to_the_wholes(usage: Usage) -> None:
    leaves = decompose(usage).leaves
    of = {
        whole: sum(count for unit, count in leaves.items() if ancestry(unit)[-1] == whole)
        for whole in ("input_tokens", "output_tokens")
    }
    assert of == {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
    assert all(count > 0 for count in leaves.values())


@given(usages())
def test_lines_sum_to_the_total_exactly(usage: Usage) -> None:
    cost = price(usage, provider="openai", model="gpt-4o", at=NOW)
    for line in cost.lines:
        assert line.amount == Decimal(line.quantity) * line.rate / Decimal(line.per)
    assert sum(line.amount for line in cost.lines) == cost.total


@given(COUNTS, COUNTS)
def test_prices_add_up_below_the_long_prompt(first: int, second: int) -> None:
    def of(count: int) -> Decimal:
        usage = {"prompt_tokens": 0, "completion_tokens": count}
        return price(usage, provider="openai", model="gpt-4o", at=NOW).total or Decimal(0)

    assert of(first) + of(second) == of(first + second)


@given(usages())
def test_the_programs_decimal_context_does_not_matter(usage: Usage) -> None:
    exact = price(usage, provider="openai", model="gpt-5.4", at=NOW)
    with decimal.localcontext() as context:
        context.prec = 3
        assert price(usage, provider="openai", model="gpt-5.4", at=NOW) == exact


@given(some.dictionaries(some.sampled_from(["prompt_tokens", "cache_read_tokens"]), COUNTS))
def test_parts_larger_than_their_whole_are_noted_never_negative(said: dict[str, int]) -> None:
    found = decompose(said)
    assert all(count > 0 for count in found.leaves.values())
    is_over = said.get("cache_read_tokens", 0) > said.get("prompt_tokens", 10**9)
    assert bool(found.notes) == is_over
