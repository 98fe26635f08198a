"""The header itself: what is written can be read, by us and by OpenTelemetry; what is not ours stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.baggage import get_all, set_baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context

from aso.propagation.baggage import MAX_BYTES, MAX_MEMBERS, entries, is_key, laid_into, text_of

TOKENS = st.text(
    "!#$&'*-.^_`|~0123456789ABCZabcz", min_size=1, max_size=32
)  # no % and +: OpenTelemetry for Python decodes keys, the specification does not
VALUES = st.text(st.characters(codec="utf-8"), max_size=64)
DIMS = st.dictionaries(TOKENS, VALUES, max_size=8)
OTHERS = "userId=alice;p=1;q, serverNode = DF%2028,isProduction=false"


def read(header: str, *keys: str) -> dict[str, str]:
    return dict(entries(header, keys))


@given(DIMS)
def test_what_is_written_is_read_again(dims: dict[str, str]) -> None:
    header, left_out = laid_into(OTHERS, dims)
    assert (read(header, *dims), left_out) == (dims, [])


@given(DIMS)
def test_what_is_written_is_ascii_and_within_the_limits(dims: dict[str, str]) -> None:
    header, _ = laid_into("", dims)
    assert header.isascii()
    assert len(header) <= MAX_BYTES
    assert not set(header) & set(' "\\\t\r\n')


@given(DIMS)
def test_writing_again_changes_nothing(dims: dict[str, str]) -> None:
    header, _ = laid_into(OTHERS, dims)
    assert laid_into(header, dims) == (header, [])


@given(DIMS)
def test_opentelemetry_reads_what_is_written(dims: dict[str, str]) -> None:
    header, _ = laid_into("", dims)
    found = get_all(W3CBaggagePropagator().extract({"baggage": header}, Context()))
    assert found == {key: value.strip() for key, value in dims.items()}  # it strips after decoding


@given(DIMS)
def test_what_opentelemetry_writes_is_read(dims: dict[str, str]) -> None:
    context = Context()
    for key, value in dims.items():
        context = set_baggage(key, value, context)
    headers: dict[str, str] = {}
    W3CBaggagePropagator().inject(headers, context)
    keys = [
        key for key in dims if "`" not in key and "|" not in key
    ]  # it escapes some that are tokens
    keys = [key for key in keys if not set(key) & set("!#$&'*^")]
    assert read(headers.get("baggage", ""), *keys) == {key: dims[key] for key in keys}


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("team=search", {"team": "search"}),
        (" team\t=  search ;p=1;q , app = shop", {"team": "search", "app": "shop"}),
        ("team=a=b==", {"team": "a=b=="}),
        ("team=%C3%A9t%C3%A9", {"team": "été"}),
        ("team=%ff", {"team": "\ufffd"}),
        ("team=%zz%", {"team": "%zz%"}),
        ("team=a%2Cb%3Bc", {"team": "a,b;c"}),
        ("team=", {"team": ""}),
        ("team=one,team=two", {"team": "two"}),
        ("Team=other case", {}),
        ("team", {}),
        ("", {}),
        (",,;;==,=x,", {}),
    ],
)
def test_entries_of_listed_keys_are_read(header: str, found: dict[str, str]) -> None:
    assert read(header, "team", "app") == found


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_read(header: str) -> None:
    assert set(read(header, "a", "b")) <= {"a", "b"}


def test_what_is_not_ours_stays_to_the_letter() -> None:
    assert laid_into(OTHERS, {"team": "a b"}) == (f"{OTHERS},team=a%20b", [])


def test_an_entry_of_the_same_key_makes_room() -> None:
    header, _ = laid_into("team=old;p=1,user=1,team=older", {"team": "new"})
    assert header == "user=1,team=new"


@pytest.mark.parametrize("members", [MAX_MEMBERS, MAX_MEMBERS + 3])
def test_nothing_is_added_to_as_many_members_as_everyone_takes(members: int) -> None:
    header = ",".join(f"k{n}=v" for n in range(members))
    assert laid_into(header, {"team": "search"}) == (header, ["team"])


def test_what_does_not_fit_is_left_out_and_the_rest_goes() -> None:
    header = f"user={'x' * (MAX_BYTES - 20)}"
    assert laid_into(header, {"long": "v" * 64, "a": "b"}) == (f"{header},a=b", ["long"])


@pytest.mark.parametrize(
    ("value", "text"),
    [("a=1", "a=1"), (b"a=1", "a=1"), ([b"a=1", "b=2"], "a=1,b=2"), ((), ""), (None, "")],
)
def test_a_header_is_text_bytes_or_parts(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("team", True),
        ("a.b-c_d~1", True),
        ("", False),
        ("a b", False),
        ("é", False),
        ("a=b", False),
    ],
)
def test_a_key_is_a_token(text: str, is_one: bool) -> None:
    assert is_key(text) is is_one
