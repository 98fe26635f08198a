"""What Anthropic did beside an answer: each at its own model's rates, in lines of the same bill."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from aso.pricing import Pricer, price
from aso.records import Cost
from aso.report.explain import explain
from tests.events import event

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}
TOGETHER = {"iteration_input_tokens": 5000, "iteration_output_tokens": 400}
ADVICE = {"prompt_tokens": 5000, "completion_tokens": 400, "model": "claude-opus-4-8"}


def priced(usage: dict[str, Any], **conditions: Any) -> Cost:
    return price(usage, provider="anthropic", model="claude-sonnet-4-6", at=NOON, **conditions)


def bill(cost: Cost) -> list[tuple[str | None, str, Decimal]]:
    return [(line.model, line.unit, line.amount) for line in cost.lines]


def test_an_advisor_costs_what_its_own_model_does() -> None:
    cost = priced({**USAGE, **TOGETHER}, iterations=[ADVICE])
    assert bill(cost) == [
        ("claude-sonnet-4-6", "input_tokens", Decimal("0.003")),
        ("claude-sonnet-4-6", "output_tokens", Decimal("0.0015")),
        ("claude-opus-4-8", "input_tokens", Decimal("0.025")),
        ("claude-opus-4-8", "output_tokens", Decimal("0.01")),
    ]
    assert (cost.total, cost.status, cost.notes) == (Decimal("0.0395"), "priced", ())


def test_without_a_model_it_is_the_answer_s_own_under_the_same_conditions() -> None:
    cost = priced(USAGE, iterations=[{"prompt_tokens": 180000}], inference_geo="us")
    assert [(line.model, line.multiplier) for line in cost.lines] == [
        ("claude-sonnet-4-6", Decimal("1.1"))
    ] * 3
    assert cost.total == Decimal("0.0045") * Decimal("1.1") + Decimal("0.54") * Decimal("1.1")


def test_an_advisor_without_a_known_price_leaves_a_lower_bound() -> None:
    cost = priced({**USAGE, **TOGETHER}, iterations=[{**ADVICE, "model": "claude-99"}])
    assert (cost.total, cost.status) == (Decimal("0.0045"), "partial")
    assert cost.notes == ("no_rate:iteration_input_tokens", "no_rate:iteration_output_tokens")


def test_units_of_which_no_model_is_said_have_no_rate() -> None:
    cost = priced({**USAGE, **TOGETHER})
    assert (cost.total, cost.status) == (Decimal("0.0045"), "partial")


def test_a_contract_covers_the_advisor_by_its_own_name() -> None:
    contract = {"anthropic:claude-opus-4-8": {"multiplier": "0.5"}}
    cost = priced(USAGE, iterations=[ADVICE], overlay=contract)
    assert (cost.total, cost.source) == (Decimal("0.022"), "custom")


def test_explain_says_the_model_of_a_line_that_is_not_the_answer_s() -> None:
    cost = Pricer().used(USAGE, "anthropic", "claude-sonnet-4-6", NOON, {"iterations": [ADVICE]})
    text = explain(event(1, model="claude-sonnet-4-6", cost=cost).to_dict())
    assert "5000 × 5 ÷ 1000000 = 0.025   [claude-opus-4-8, catalog:" in text
    assert "1000 × 3 ÷ 1000000 = 0.003   [catalog:" in text
