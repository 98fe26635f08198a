"""The builder's rules: who is believed, what is filled in, what stays out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aso.pricing.build.changes import changes
from aso.pricing.build.decide import decide
from aso.pricing.build.litellm_fields import per_second
from aso.pricing.build.merge import Merged, merge
from aso.pricing.build.packed import packed
from aso.pricing.build.rows import MILLION, PriceEntry, SourceRow, freed, from_float
from aso.pricing.catalog import Catalog

DAY = "2026-11-23"


def row(source: str, rate: str, *more: PriceEntry, **rates: str) -> SourceRow:
    everything = {"input_tokens": rate, **rates}
    standard = PriceEntry({unit: (Decimal(one), MILLION) for unit, one in everything.items()})
    return SourceRow(source, "openai", "m", {"m"}, [standard, *more])


def merged(*rows: SourceRow, settled: Any = ()) -> Merged:
    return merge([[one] for one in rows], settled, DAY)


def confidence(found: Merged) -> tuple[str, list[str]] | None:
    document = found.providers.get("openai", {}).get("m")
    return None if document is None else (document["confidence"], document["sources"])


def text_of(found: Merged) -> bytes:
    return packed(found, {"version": "1", "input": []}, {})


def test_two_that_say_the_same_agree() -> None:
    assert confidence(merged(row("a", "1"), row("b", "1"))) == ("agreed", ["a", "b"])


def test_one_alone_is_single() -> None:
    assert confidence(merged(row("a", "1"))) == ("single", ["a"])


def test_two_that_differ_stay_out_and_are_reported() -> None:
    found = merged(row("a", "1"), row("b", "2"))
    assert confidence(found) is None
    assert found.conflicts == ["openai:m a / b {'input_tokens': ('1', '2')}"]


def test_two_outvote_the_first() -> None:
    found = merged(row("a", "1"), row("b", "2"), row("c", "2"))
    assert confidence(found) == ("agreed", ["b", "c"])
    assert len(found.outvoted) == 1


def test_a_person_settles_a_conflict() -> None:
    settled = [{"provider": "openai", "models": ["m"], "take": "b"}]
    found = merged(row("a", "1"), row("b", "2"), settled=settled)
    assert confidence(found) == ("settled", ["b"])


def test_what_one_alone_calls_free_stays_out() -> None:
    found = merged(row("a", "0"))
    assert confidence(found) is None
    assert found.conflicts == ["openai:m a alone says it is free"]


def test_what_is_left_out_keeps_its_reason() -> None:
    differ, free = merged(row("a", "1"), row("b", "2")), merged(row("a", "0"))
    assert differ.disputes == {"openai": {"m": {"aliases": [], "why": "conflict:a/b"}}}
    assert free.disputes == {"openai": {"m": {"aliases": [], "why": "free_unconfirmed:a"}}}


def test_a_guess_from_a_size_bears_no_witness_against_a_list_and_is_named_where_it_is_alone() -> (
    None
):
    guess = row("b", "2")
    guess.is_guess = True
    assert confidence(merged(row("a", "1"), guess)) == ("single", ["a"])
    assert confidence(merged(guess)) == ("bucket", ["b"])


def test_what_has_no_date_is_not_known_beyond_a_price_that_is_announced() -> None:
    flex = PriceEntry({"input_tokens": (Decimal("0.5"), MILLION)}, when={"service_tier": "flex"})
    announced = PriceEntry({"input_tokens": (Decimal(2), MILLION)}, since="2027-01-01")
    found = merged(row("a", "1", announced), row("b", "1", flex))
    (price,) = [one for one in found.providers["openai"]["m"]["prices"] if "when" in one]
    assert (price["when"], price["until"]) == ({"service_tier": "flex"}, "2027-01-01")


def test_what_the_first_leaves_out_is_filled_in_and_names_its_source() -> None:
    found = merged(row("a", "1"), row("b", "1", input_audio_tokens="7"))
    rates = found.providers["openai"]["m"]["prices"][0]["rates"]
    assert rates == {
        "input_tokens": ["1", MILLION],
        "input_audio_tokens": ["7", MILLION, "b:single"],
    }


def test_earlier_prices_of_a_variant_come_before_the_first_sources() -> None:
    batch = {"processing": "batch"}

    def of(rate: str, since: str) -> PriceEntry:
        return PriceEntry({"input_tokens": (Decimal(rate), MILLION)}, since=since, when=batch)

    late, early = "2026-10-14T00:00:00+00:00", "2025-01-01T00:00:00+00:00"
    found = merged(row("a", "1", of("0.5", late)), row("b", "1", of("0.6", early)))
    prices = found.providers["openai"]["m"]["prices"]
    assert [price.get("since") for price in prices] == [early, None, late]


def test_a_dated_name_at_the_same_price_is_an_alias_and_at_another_a_row() -> None:
    same, dearer = row("b", "1"), row("b", "2")
    for one, name in ((same, "m-2026-01-01"), (dearer, "m-2024-01-01")):
        one.model, one.aliases = name, set()
    found = merge([[row("a", "1")], [same, dearer]], (), DAY)
    assert found.providers["openai"]["m"]["aliases"] == ["m-2026-01-01"]
    assert list(found.providers["openai"]) == ["m", "m-2024-01-01"]


def test_floats_lose_their_binary_dust() -> None:
    assert from_float(1.6000000000000001e-06, MILLION) == Decimal("1.6")
    assert from_float(0.0, MILLION) == 0


@pytest.mark.parametrize(
    ("value", "rate"),
    [
        (0.0001, ("0.0001", 1)),  # ends: 0.36 an hour
        (0.000283333333333, ("1.02", 3600)),
        (0.00133333333333, ("4.8", 3600)),
    ],
)
def test_a_rate_by_the_hour_that_does_not_end_by_the_second_is_kept_by_the_hour(
    value: float, rate: tuple[str, int]
) -> None:
    assert per_second(value) == (Decimal(rate[0]), rate[1])


def test_decimals_that_were_floats_lose_their_dust_too() -> None:
    assert freed(Decimal("4.800000000000001")) == Decimal("4.8")


def decided(**tables: Any) -> dict[str, dict[str, list[Any]]]:
    """Return unit → rate of a variant that says input alone, after a decision."""
    variant = PriceEntry({"input_tokens": (Decimal("0.5"), MILLION)}, when={"processing": "batch"})
    found = merged(row("a", "1", variant, output_tokens="4"))
    one = {"provider": "openai", "when": {"processing": "batch"}, "page": "p"}
    decide(found, {name: [{**one, **table}] for name, table in tables.items()})
    prices = found.providers["openai"]["m"]["prices"]
    return {"+".join(price.get("when", {})): price["rates"] for price in prices}


def test_what_a_variant_leaves_out_is_scaled_as_its_input_is() -> None:
    found = decided(scale={"units": ["output_tokens", "cache_read_tokens"]})
    assert found["processing"]["output_tokens"] == ["2", MILLION, "p:settled"]
    assert found["processing"].keys() == {"input_tokens", "output_tokens"}


def test_a_variant_that_a_list_has_wrong_is_left_out() -> None:
    assert decided(drop={}).keys() == {""}


def test_the_same_rows_give_the_same_bytes_and_can_be_read() -> None:
    texts = {text_of(merged(row("a", "1"), row("b", "1"))) for _ in range(2)}
    (text,) = texts
    found = Catalog(text).row("openai", "m")
    assert found is not None
    assert (found.source, found.standard[0].rates["input_tokens"].amount) == (
        "catalog:a+b:agreed",
        1,
    )


def test_a_report_says_what_came_what_went_and_what_changed() -> None:
    gone, came = row("a", "1"), row("a", "3")
    gone.model, came.model = "gone", "came"
    gone.aliases, came.aliases = {"gone"}, {"came"}
    old = Catalog(text_of(merge([[row("a", "1"), gone]], (), DAY)))
    new = Catalog(text_of(merge([[row("a", "2"), came]], (), DAY)))
    _, *lines = changes(old, new)
    assert lines == [
        "+ openai:came  catalog:a:single  input_tokens 3/1000000",
        "- openai:gone  is gone",
        "~ openai:m  standard  input_tokens 1/1000000 → 2/1000000",
    ]
