"""Whatever bytes are in a journal, and whatever a provider said: the long form is `make fuzz`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.fuzz.journal import PROVIDERS_FORMATS, decoded, derived, read, segment

_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=9),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=9,
)
_NAMES = some.sampled_from(
    ["prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "cached_tokens"]
)
_HEADER = b'{"origin": [null, null, ""], "pid": 1, "created_ms": 1}'
DEEP = b"[" * 100_000


@given(some.binary(max_size=300))
def test_whatever_bytes_are_read_to_where_they_make_sense(data: bytes) -> None:
    read(data)


@pytest.mark.parametrize(
    "header",
    [b"", b"5", b"{}", b'{"origin": 1, "pid": 1, "created_ms": 1}', b"\xff", DEEP]
    + [_HEADER.replace(b'""', b'"", "", 1, 2'), _HEADER.replace(b'"pid": 1', b'"pid": "a"')],
)
def test_a_header_that_is_not_ours_is_none(header: bytes) -> None:
    read(segment(header, [b"payload"]))


@given(some.lists(some.binary(min_size=1, max_size=99), max_size=4))
def test_whatever_was_written_is_read(payloads: list[bytes]) -> None:
    assert read(segment(_HEADER, payloads)) == payloads


@given(some.binary(max_size=99))
@pytest.mark.parametrize("start", [b"", b"[", b'["call",'])
def test_a_record_that_is_not_ours_is_a_value_error(start: bytes, payload: bytes) -> None:
    decoded(start + payload)


@pytest.mark.parametrize("payload", [b"5", b"null", b"{}", DEEP, b"[" + b"1" * 5_000 + b"]"])
def test_so_is_a_record_of_another_kind(payload: bytes) -> None:
    decoded(payload)


@given(
    some.sampled_from(PROVIDERS_FORMATS),
    some.none() | some.dictionaries(_NAMES | some.text(max_size=9), _JSON, max_size=4),
    some.none() | some.dictionaries(some.text(max_size=9), _JSON, max_size=2),
)
def test_whatever_a_provider_said_is_an_event(wire: str, usage: Any, extra: Any) -> None:
    derived(wire, usage, extra)
