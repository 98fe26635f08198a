"""What `aso.record()` takes, and what it refuses: the value, the rule, the way out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aso
from aso.recording import said
from aso.testing import capture_events

GOOD: dict[str, Any] = {"provider": "openai", "model": "gpt-5.4", "usage": {"prompt_tokens": 1}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"provider": "nobody"}, "provider 'nobody' is not known: choose from"),
        ({"provider": ["openai"]}, r"provider is \['openai'\]: a non-empty text, e.g. 'openai'"),
        ({"model": None}, "model is None: a non-empty text, e.g. 'gpt-5.4'"),
        ({"model": ""}, "model is '': a non-empty text"),
        ({"model": "\ud800"}, r"model is '\\ud800': a non-empty text"),
        ({"operation": 7}, "operation is 7: a non-empty text, e.g. 'chat'"),
        ({"generation_id": 7}, "generation_id is 7: a non-empty text, e.g. 'chatcmpl-1'"),
        ({"cost": 0.5}, "cost=0.5: a cost is a Decimal ≥ 0 in USD, under 1e40; None where"),
        ({"cost": Decimal("1e999999")}, r"cost=Decimal\('1E\+999999'\): a cost is a Decimal ≥ 0"),
        ({"cost": Decimal("NaN")}, r"cost=Decimal\('NaN'\): a cost is a Decimal ≥ 0"),
        ({"cost": Decimal("Infinity")}, r"cost=Decimal\('Infinity'\): a cost is a Decimal ≥ 0"),
        ({"at": "2026-11-01"}, "at is '2026-11-01': pass an aware datetime"),
        ({"at": datetime(2026, 11, 1)}, "at=2026-11-01T00:00:00 has no time zone"),
        ({"usage": 5}, "usage is 5: pass a Usage, or a mapping such as"),
        ({"usage": {7: 1}}, "a name in usage is 7: a non-empty text, e.g. 'prompt_tokens'"),
        ({"usage": {"": 1}}, "a name in usage is '': a non-empty text"),
        ({"usage": {"a\ud800": 1}}, r"a name in usage is 'a\\ud800': a non-empty text"),
    ],
)
def test_a_wrong_argument_says_what_is_wrong(arguments: dict[str, Any], message: str) -> None:
    with aso.instrument(sinks=[]), pytest.raises(aso.ConfigError, match=message):
        aso.record(**{**GOOD, **arguments})


@pytest.mark.parametrize(
    "quantity",
    [-1, True, "5", [1], float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), 10**400],
)
def test_a_quantity_that_is_no_number_is_refused(quantity: Any) -> None:
    with pytest.raises(aso.ConfigError, match="usage 'pages' is .*: a quantity is a number ≥ 0"):
        said({"pages": quantity})


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 1, "completion_tokens": 2.5},
        {"completion_tokens": Decimal("2.5")},
        {"citation_tokens": 2.5},
        aso.Usage(input_tokens=1, web_search_requests=2.5),  # type: ignore[arg-type]
    ],
)
def test_a_part_of_a_token_is_refused_for_it_would_count_as_unsaid(usage: Any) -> None:
    with pytest.raises(aso.ConfigError, match=r"is .*2\.5.*: a count is a whole number; round it"):
        said(usage)


@given(
    st.one_of(
        st.integers(0, 1 << 60), st.integers(0, 1 << 50).map(float), st.integers(0).map(Decimal)
    )
)
def test_a_whole_count_is_kept_as_an_int_whatever_its_type(count: Any) -> None:
    usage: Any = {"completion_tokens": count, "pages": 0.5}
    kept = said(usage)
    assert kept == {"completion_tokens": int(count), "pages": 0.5}
    assert type(kept["completion_tokens"]) is int


@pytest.mark.parametrize(
    ("dims", "message"),
    [
        ({"team": "x" * 10_000}, "Dimension value too long"),
        ({"": "search"}, "keys are non-empty strings"),
        ({f"key{n}": "x" for n in range(20)}, r"Too many dimension pairs \(max 8\): 20"),
        ("team", "a mapping of strings is needed"),
    ],
)
def test_dimensions_keep_the_rules_of_the_block(dims: Any, message: str) -> None:
    with aso.instrument(sinks=[]), pytest.raises(aso.DimensionError, match=message):
        aso.record(**GOOD, dimensions=dims)


def test_dimensions_are_laid_over_those_in_force_and_stay() -> None:
    outside = {f"p{n}": "process" for n in range(7)}
    with aso.instrument(sinks=[], dimensions=outside), capture_events() as events:
        with aso.dimensions(team="outer", app="outer"):
            aso.record(**GOOD, dimensions={"team": "inner"})
    kept = {f"p{n}": "process" for n in range(6)}
    assert dict(events[0].dims) == {"team": "inner", "app": "outer", **kept}


def test_dimensions_that_are_too_many_with_those_in_force_are_refused() -> None:
    dims = {f"key{n}": "x" for n in range(8)}
    with aso.instrument(sinks=[]), aso.dimensions(team="search"):
        with pytest.raises(aso.DimensionError, match=r"Too many .* 9 are in force"):
            aso.record(**GOOD, dimensions=dims)
