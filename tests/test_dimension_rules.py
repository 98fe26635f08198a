from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aso.dimension_rules import MAX_KEY_LENGTH, MAX_PAIRS, MAX_VALUE_LENGTH, breaches, parse_dims

SAFE = st.text(
    st.characters(codec="utf-8", exclude_characters=",={"), min_size=1, max_size=30
).filter(lambda text: text == text.strip() != "")


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("team=a,app=b", {"team": "a", "app": "b"}),
        (" team = a , app = b ", {"team": "a", "app": "b"}),
        ('{"team": "a", "app": "b,c=d"}', {"team": "a", "app": "b,c=d"}),
        ("team=a=b", {"team": "a=b"}),
        ("team=a,team=b", {"team": "b"}),
        ("team=", {"team": ""}),
        ("", {}),
        (" , ,", {}),
        ("{}", {}),
    ],
)
def test_a_header_is_pairs_or_json(text: str, dims: dict[str, str]) -> None:
    assert parse_dims(text) == (dims, [])


@pytest.mark.parametrize(
    ("text", "kept", "said"),
    [
        ("team=a,oops", {"team": "a"}, "dimension 'oops' is not key=value"),
        ("=a,team=b", {"team": "b"}, "dimension '=a' is not key=value"),
        (f"team=a,{'k' * 33}=b", {"team": "a"}, "Dimension key too long"),
        (f"team=a,app={'v' * 65}", {"team": "a"}, "Dimension value too long: app="),
        (
            ",".join(f"k{n}=v" for n in range(9)),
            {f"k{n}": "v" for n in range(8)},
            "Too many dimension pairs (max 8)",
        ),
        ('{"team": "a", "n": 1}', {"team": "a"}, "Dimension 'n' is 1: keys are non-empty"),
        ('{"team": ["a"]}', {}, "Dimension 'team' is ['a']: keys are non-empty"),
        ('{"team": "\\ud800"}', {}, "Dimension 'team' is '\\ud800'"),
        ("{oops", {}, "dimensions are not a JSON object"),
        ('{"a":' * 1500, {}, "dimensions are not a JSON object"),
        ("team=a," * 2000, {}, "dimensions are 14000 characters long"),
    ],
)
def test_a_breach_from_outside_is_dropped_and_told(
    text: str, kept: dict[str, str], said: str
) -> None:
    dims, [breach] = parse_dims(text)
    assert (dims, breach[: len(said)]) == (kept, said)


@given(
    st.text(max_size=300) | st.dictionaries(st.text(), st.text() | st.integers()).map(json.dumps)
)
def test_whatever_comes_from_outside_what_is_kept_keeps_the_rules(text: str) -> None:
    dims, _ = parse_dims(text)
    assert list(breaches(dims)) == []
    assert len(dims) <= MAX_PAIRS
    assert all(
        len(key) <= MAX_KEY_LENGTH and len(value) <= MAX_VALUE_LENGTH for key, value in dims.items()
    )


@given(st.dictionaries(SAFE, SAFE, max_size=8))
def test_both_forms_bring_back_what_was_written(dims: dict[str, str]) -> None:
    text = ",".join(f"{key}={value}" for key, value in dims.items())
    assert parse_dims(text) == parse_dims(json.dumps(dims)) == (dims, [])


def test_every_breach_is_told_once() -> None:
    dims: dict[Any, Any] = {"k" * 33: "v", "a": "v" * 65, 7: "x", "fine": "v"}
    rules = [(one.rule, one.value) for one in breaches(dims, max_pairs=3)]
    assert rules == [
        ("max_dimension_pairs", "4"),
        ("max_dimension_key_length", "k" * 33),
        ("max_dimension_value_length", "a"),
        ("dimensions", "7"),
    ]
