"""Usage → disjoint quantities: containment over dimensions, and what cannot be believed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aso.pricing.units import UNITS, Quantities, ancestry, decompose, said, shares
from aso.records import Usage


def leaves_of(usage: Any) -> Quantities:
    return decompose(said(usage))


def test_cached_audio_is_inside_the_cache_and_inside_the_audio_and_counts_once() -> None:
    found = leaves_of(
        {
            "prompt_tokens": 1000,
            "prompt_audio_tokens": 700,
            "cache_read_tokens": 500,
            "cache_read_audio_tokens": 400,
        }
    )
    assert found.leaves == {
        "input_tokens": 200,
        "cache_read_tokens": 100,
        "input_audio_tokens": 300,
        "cache_read_audio_tokens": 400,
    }
    assert found.notes == ()


def test_cache_writes_of_two_lifetimes_leave_the_rest_of_the_writes() -> None:
    usage = Usage(
        input_tokens=100,
        cache_write_input_tokens=60,
        cache_write_5m_input_tokens=10,
        cache_write_1h_input_tokens=20,
    )
    assert leaves_of(usage).leaves == {
        "input_tokens": 40,
        "cache_write_tokens": 30,
        "cache_write_5m_tokens": 10,
        "cache_write_1h_tokens": 20,
    }


def test_a_whole_that_nobody_reports_is_its_parts() -> None:
    found = leaves_of({"cache_read_tokens": 400, "prompt_audio_tokens": 100})
    assert found.leaves == {"cache_read_tokens": 400, "input_audio_tokens": 100}
    assert said({"cache_read_tokens": 400, "prompt_audio_tokens": 100}).prompt_tokens == 500


def test_units_beside_tokens_stand_alone_and_zeros_are_left_out() -> None:
    usage = Usage(input_tokens=0, units={"pages": 3, "audio_seconds": Decimal("1.5"), "images": 0})
    assert leaves_of(usage).leaves == {"audio_seconds": Decimal("1.5"), "pages": 3}


def test_usage_and_the_events_names_mean_the_same() -> None:
    usage = Usage(input_tokens=9, cache_read_input_tokens=4, output_tokens=5, web_search_requests=1)
    names = {
        "prompt_tokens": 9,
        "cache_read_tokens": 4,
        "completion_tokens": 5,
        "web_search_requests": 1,
        "total_tokens": 14,
        "reasoning_tokens": None,
    }
    assert leaves_of(usage) == leaves_of(names)


@pytest.mark.parametrize("value", [-1, "three", True, float("nan"), Decimal("Infinity"), [1]])
def test_what_is_no_quantity_is_named_and_not_billed(value: Any) -> None:
    found = leaves_of({"prompt_tokens": 5, "pages": value})
    assert (found.leaves, found.is_whole) == ({"input_tokens": 5}, False)
    assert found.notes == ("quantity_invalid:pages",)


def test_a_float_is_the_number_that_it_shows() -> None:
    assert leaves_of({"audio_seconds": 3.2}).leaves == {"audio_seconds": Decimal("3.2")}


def test_a_unit_is_billed_as_the_narrowest_around_it() -> None:
    assert ancestry("cache_read_audio_tokens") == (
        "cache_read_audio_tokens",
        "cache_read_tokens",
        "input_audio_tokens",
        "input_tokens",
    )
    assert ancestry("pages") == ("pages",)


def test_every_unit_is_inside_input_or_output_and_no_two_are_the_same() -> None:
    assert {ancestry(name)[-1] for name in UNITS} == {"input_tokens", "output_tokens"}
    assert len({unit.dimensions for unit in UNITS.values()}) == len(UNITS)


def test_a_leaf_is_a_sum_of_what_is_reported_whatever_overlaps() -> None:
    reported = (
        "input_tokens",
        "cache_read_tokens",
        "input_audio_tokens",
        "cache_read_audio_tokens",
    )
    assert shares(reported)["input_tokens"] == {
        "input_tokens": 1,
        "cache_read_tokens": -1,
        "input_audio_tokens": -1,
        "cache_read_audio_tokens": 1,  # in both: counted back in
    }
