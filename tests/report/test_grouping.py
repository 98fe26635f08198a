"""What can be grouped and filtered by: any column, time or dimension, whatever its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.report import parse_grouping, spend
from tests.events import costing, event


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "ledger.db")
    yield found
    found.close()


def values(ledger: Ledger, by: str, **options: Any) -> list[tuple[Any, ...]]:
    return sorted(line.values for line in spend(ledger, parse_grouping(by), **options).lines)


def test_a_dimension_named_like_a_column_is_asked_for_as_one(ledger: Ledger) -> None:
    ledger.add([event(1, dims={"model": "house", "calls": "many"})])
    assert values(ledger, "model,dims.model,dims.calls") == [("gpt-5.4", "house", "many")]


def test_env_is_the_call_s_own_tag_else_the_process_s(ledger: Ledger) -> None:
    ledger.add([event(1, env="prod", dims={"env": "canary"}), event(2, env="prod", dims={})])
    assert values(ledger, "env") == [("canary",), ("prod",)]
    assert values(ledger, "env", where=["env=prod"]) == [("prod",)]


def test_an_absent_dimension_is_filtered_by_nothing(ledger: Ledger) -> None:
    ledger.add([event(1), event(2, dims={})])
    assert values(ledger, "team", where=["team="]) == [(None,)]


def test_a_name_that_is_given_twice_counts_once(ledger: Ledger) -> None:
    ledger.add([event(1)])
    assert values(ledger, "team, provider,team") == [("search", "openai")]


def test_days_come_in_their_order_and_within_a_day_the_dearest_first(ledger: Ledger) -> None:
    day_ms = 86_400_000
    ledger.add(
        [costing(n, f"{n + 1}", ended_at_ms=n // 2 * day_ms, model=f"m{n}") for n in range(4)]
    )
    found = spend(ledger, parse_grouping("day,model")).lines
    assert [line.values for line in found] == [
        ("1970-01-01", "m1"),
        ("1970-01-01", "m0"),
        ("1970-01-02", "m3"),
        ("1970-01-02", "m2"),
    ]


def test_a_filter_s_value_may_hold_an_equals_sign(ledger: Ledger) -> None:
    ledger.add([event(1, dims={"query": "a=b"}), event(2)])
    assert values(ledger, "query", where=["query=a=b"]) == [("a=b",)]


# What a command's argument can hold: no NUL; a comma ends a name, an equals sign a filter's.
_keys = some.text(
    some.characters(exclude_categories=["Cs"], exclude_characters=",=\0"), min_size=1, max_size=32
).filter(lambda key: key == key.strip())
_values = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=_keys, value=_values)
def test_any_dimension_can_be_grouped_and_filtered_by(tmp_path: Path, key: str, value: str) -> None:
    path = tmp_path / "any.db"
    path.unlink(missing_ok=True)
    ledger = Ledger(path)
    ledger.add([event(1, function="mine", dims={key: value}), event(2, dims={})])
    by = f"dims.{key}"
    assert values(ledger, by, where=[f"{by}={value}", "function=mine"]) == [(value,)]
    ledger.close()


def test_no_name_at_all_asks_for_the_total_alone() -> None:
    assert parse_grouping("") == []


@pytest.mark.parametrize("name", ["x" * 33, "calls", "cost_usd", "dims."])
def test_a_name_that_no_report_can_have_says_which_it_can(name: str) -> None:
    with pytest.raises(ConfigError, match="choose from .*'provider'.*or a dimension of 1 to 32"):
        parse_grouping(name)
