"""Contract prices: what they cover, when, and how a line says so."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aso.errors import ConfigError
from aso.pricing import Pricer, load_overlay, money, price
from aso.records import Usage

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
USAGE = {"prompt_tokens": 1000, "completion_tokens": 1000}


def test_a_rate_can_be_agreed_for_a_model_that_no_list_knows() -> None:
    overlay = {"openai:private": {"rates": {"input_tokens": "1", "output_tokens": "2"}}}
    cost = price(USAGE, provider="openai", model="private", at=NOW, overlay=overlay)
    assert (cost.status, cost.source, cost.total) == ("priced", "custom", Decimal("0.003"))
    assert {line.source for line in cost.lines} == {"contract:openai:private"}


def test_a_multiplier_alone_does_not_price_an_unknown_model() -> None:
    overlay = {"openai:*": {"multiplier": "0.5"}}
    cost = price(USAGE, provider="openai", model="private", at=NOW, overlay=overlay)
    assert (cost.status, cost.total) == ("unpriced", None)


@pytest.mark.parametrize(
    ("day", "expected", "source"),
    [(30, "0.0125", "standard"), (1, "0.00625", "custom"), (31, "0.0125", "standard")],
    ids=["the day before", "the first day", "the end"],
)
def test_a_contract_holds_in_its_range(day: int, expected: str, source: str) -> None:
    terms = {"openai:*": {"multiplier": "0.5", "since": "2026-12-01", "until": "2026-12-31"}}
    at = datetime(2026, 11 if day == 30 else 12, day, tzinfo=timezone.utc)
    cost = price(USAGE, provider="openai", model="gpt-4o", at=at, overlay=terms)
    assert (cost.total, cost.source) == (Decimal(expected), source)


def test_a_contract_multiplies_what_the_place_has_multiplied() -> None:
    overlay = {"openai:*": {"multiplier": "0.85"}}
    cost = price(
        USAGE, provider="openai", model="gpt-5.4", at=NOW, overlay=overlay, data_residency="eu"
    )
    assert {line.multiplier for line in cost.lines} == {Decimal("0.935")}
    assert cost.total == Decimal("0.0175") * Decimal("0.935")


def test_a_fee_is_one_line_per_call_and_is_not_multiplied() -> None:
    overlay = {"openai:*": {"multiplier": "0.5", "fee": "0.001"}}
    cost = price(USAGE, provider="openai", model="gpt-4o", at=NOW, overlay=overlay)
    assert [(line.unit, line.amount) for line in cost.lines][-1] == (
        "contract_fee",
        Decimal("0.001"),
    )
    assert cost.total == Decimal("0.00725")


def test_a_file_and_a_mapping_with_the_same_terms_are_the_same_contract(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text('{"openai:*": {"multiplier": "0.85"}}', encoding="utf-8")
    assert load_overlay(path) == load_overlay({"openai:*": {"multiplier": "0.85"}})


def test_the_pricer_of_a_process_holds_its_contract() -> None:
    pricer = Pricer(overlay=load_overlay({"openai:gpt-4o": {"multiplier": "0"}}))
    usage = Usage(input_tokens=1000, output_tokens=1000)
    cost = pricer.price(usage, provider="openai", model="gpt-4o", at=NOW, conditions={})
    assert (cost.total, cost.status, cost.source) == (0, "priced", "custom")


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"since": "yesterday"}, "a date such as"),
        ({"since": 5}, "a date such as"),
        ({"since": "2026-12-31", "until": "2026-12-01"}, "until must be a time after since"),
        ({"rates": ["1"]}, "a table of unit = price"),
        ({"fee": True}, "a decimal number"),
        ({"multiplier": "NaN"}, "a decimal number"),
        ({"fee": "0.0000000000000000001"}, "18 decimal places, so that every line is exact"),
        ({"fee": "1e10"}, "at most 1,000,000,000 and 18 decimal places"),
    ],
)
def test_wrong_terms_say_the_value_the_rule_and_the_way_out(terms: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_overlay({"openai:*": terms})


def test_a_star_inside_a_pattern_is_refused() -> None:
    with pytest.raises(ConfigError, match="only stand at the end"):
        load_overlay({"openai:*-mini": {"multiplier": "1"}})


_multipliers = some.decimals(min_value=0, max_value=10**9, places=18)


@given(
    multiplier=_multipliers,
    prompt=some.integers(0, 10**9),
    completion=some.integers(0, 10**9),
    tier=some.sampled_from([None, "flex", "priority", "batch"]),
)
def test_a_multiplier_scales_what_the_list_asks_exactly(
    multiplier: Decimal, prompt: int, completion: int, tier: str | None
) -> None:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion}
    call = {"provider": "openai", "model": "gpt-5.4", "at": NOW, "service_tier": tier}
    listed = price(usage, **call)
    agreed = price(usage, **call, overlay={"openai:*": {"multiplier": format(multiplier, "f")}})
    assert listed.total is not None
    assert agreed.total == money.product(listed.total, multiplier)
    assert agreed.total == money.total(line.amount for line in agreed.lines)
    assert agreed.status == listed.status


# Which term holds

MINI = {"provider": "openai", "model": "gpt-5.4", "at": NOW}


def charged(overlay: Any, **conditions: Any) -> tuple[str | None, str]:
    """Return the multiplier of the first line, and the source of its price."""
    cost = price({"prompt_tokens": 1000}, **MINI, overlay=overlay, **conditions)
    [line] = cost.lines
    return None if line.multiplier is None else str(line.multiplier), line.source.split("+")[-1]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"service_tier": "priority"}, ("0.9", "contract:openai:*#1")),
        ({"service_tier": "batch"}, ("0.8", "contract:openai:*#2")),
        ({"processing": "batch"}, ("0.8", "contract:openai:*#2")),
        ({"dimensions": {"team": "ads"}}, ("0.7", "contract:the ads team")),
        ({}, ("0.85", "contract:openai:*#4")),
    ],
)
def test_of_several_terms_the_most_specific_holds(
    conditions: dict[str, Any], expected: tuple[str, str]
) -> None:
    terms = [
        {"when": {"service_tier": "Priority"}, "multiplier": "0.9"},
        {"when": {"service_tier": "batch"}, "multiplier": "0.8"},
        {"dimensions": {"team": "ads"}, "multiplier": "0.7", "name": "the ads team"},
        {"multiplier": "0.85"},
    ]
    assert charged({"openai:*": terms}, **conditions) == expected


def test_dimensions_that_are_no_table_are_refused() -> None:
    with pytest.raises(ConfigError, match="dimensions is 'ads': a mapping such as"):
        charged({"openai:*": {"multiplier": "1"}}, dimensions="ads")


def test_a_longer_pattern_outranks_conditions() -> None:
    terms = {
        "openai:*": {"dimensions": {"team": "ads"}, "multiplier": "0.7"},
        "openai:gpt-5.4*": {"multiplier": "0.9"},
    }
    said = charged(terms, dimensions={"team": "ads"})
    assert said == ("0.9", "contract:openai:gpt-5.4*")


@pytest.mark.parametrize("tier", [None, "default", "auto"])
def test_a_term_for_the_standard_tier_covers_every_name_of_it(tier: str | None) -> None:
    terms = {"openai:*": {"when": {"service_tier": "standard"}, "multiplier": "0.5"}}
    assert charged(terms, service_tier=tier) == ("0.5", "contract:openai:*")


def test_a_term_for_the_standard_tier_covers_no_other() -> None:
    terms = {"openai:*": {"when": {"service_tier": "standard"}, "multiplier": "0.5"}}
    multiplier, source = charged(terms, service_tier="priority")
    assert (multiplier, "contract" in source) == (None, False)


def test_one_term_after_another_for_the_same_models() -> None:
    terms = [
        {"multiplier": "0.9", "until": "2026-12-01"},
        {"multiplier": "0.8", "since": "2026-12-01"},
    ]
    assert charged({"openai:*": terms})[0] == "0.9"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"until": "2026-12-02"}, {"since": "2026-12-01"}),
        ({"when": {"service_tier": "batch"}}, {"when": {"processing": "batch"}}),
        ({"dimensions": {"team": "ads"}}, {"dimensions": {"team": "ads"}}),
    ],
)
def test_two_terms_for_the_same_calls_at_the_same_time_are_refused(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    terms = [{**one, "multiplier": "1"}, {**other, "multiplier": "2"}]
    with pytest.raises(ConfigError, match=r"'openai:\*#1' and 'openai:\*#2' cover the same calls"):
        load_overlay({"openai:*": terms})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"opnai:*": {"multiplier": "1"}}, "provider 'opnai' is not known: choose from"),
        ({"openai:*": {"since": "2026-12-01"}}, "changes no price: give it a multiplier"),
        ({"openai:*": {"when": {"tier": "x"}, "fee": "1"}}, r"has \['tier'\]: choose from"),
        (
            {"openai:*": {"when": {"service_tier": 3}, "fee": "1"}},
            r"when is \{'service_tier': 3\}: a table of texts, .* \{ service_tier = 'priority' \}",
        ),
        (
            {"openai:*": {"since": date(2026, 12, 1), "until": date(2026, 10, 1), "fee": "1"}},
            "until is 2026-10-01, and since 2026-12-01: until must be a time after since",
        ),
        ({"openai:*": {"since": time(7, 30), "fee": "1"}}, "since is 07:30:00: a date such as"),
        ({"openai:*": []}, r"prices\['openai:\*'\] is empty: name some, or leave it out"),
        ({"openai:*": {"dimensions": {}, "fee": "1"}}, "dimensions is empty: name some, or leave"),
        ({"openai:*": {"when": {}, "fee": "1"}}, "when is empty: name some, or leave it out"),
        ({"openai:*": {"rates": {}, "fee": "1"}}, "rates is empty: name some, or leave it out"),
        ({"openai:*": {"when": "priority", "fee": "1"}}, "a table of texts"),
        ({"openai:*": {"dimensions": {"team": 1}, "fee": "1"}}, "a table of texts"),
        ({"openai:*": {"name": "", "fee": "1"}}, "a short text that cost lines are to show"),
        ({"openai:*": [{"fee": "1"}, 5]}, r"\[2\] is 5: a table with some of"),
        ({"openai:*": {"rates": {"prompt_tokens": "1"}}}, "price lists say input_tokens"),
        ({"openai:*": {"rates": {"input_tokens": "1"}, "per": 0}}, "a whole number of units"),
    ],
)
def test_a_wrong_document_says_the_value_the_rule_and_the_way_out(
    document: Any, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_overlay(document)


def test_a_broken_file_is_named_with_the_place_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "contract.toml"
    path.write_text('["openai:*"]\nmultiplier = \n', encoding="utf-8")
    expected = (
        r"prices file '.*contract.toml' is not valid TOML: .* line 2, .*: correct it where it"
    )
    with pytest.raises(ConfigError, match=expected):
        load_overlay(path)


def test_a_toml_contract_is_the_same_as_its_mapping(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        '[["openai:*"]]\nmultiplier = "0.9"\nuntil = 2026-12-01\n'
        '[["openai:*"]]\nmultiplier = "0.8"\nsince = 2026-12-01\n',
        encoding="utf-8",
    )
    terms = [
        {"multiplier": "0.9", "until": "2026-12-01"},
        {"multiplier": "0.8", "since": "2026-12-01"},
    ]
    assert load_overlay(path) == load_overlay({"openai:*": terms})


def test_the_cost_names_the_contract_in_force_even_where_it_does_not_touch_it() -> None:
    overlay = load_overlay({"groq:*": {"multiplier": "0.5"}})
    cost = price(USAGE, provider="openai", model="gpt-4o", at=NOW, overlay=overlay)
    assert (cost.source, cost.contract_sha256) == ("standard", overlay.sha256)
    assert cost.to_dict()["contract"] == {"sha256": overlay.sha256}


def test_the_contract_of_the_documentation_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "prices-and-contracts.md").read_text("utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0]
    assert [term.name for term in load_overlay(text).terms] == [
        "anthropic:claude-*#1",
        "anthropic:claude-*#2",
        "acme-2026",
        "openai:gpt-6-preview",
    ]
