"""What one parser refuses the other reads: an answer's usage is not lost to a stray character."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aso.parsing import parsed

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
)


@given(VALUES, some.booleans())
def test_every_value_is_read_as_python_reads_it(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8")
    assert parsed(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"content": "cut in the middle of \\ud83d"}', "cut in the middle of \ud83d"),
        ('{"content": "Grüße"}'.encode("utf-16"), "Grüße"),
        (b'\xef\xbb\xbf{"content": "marked"}', "marked"),
    ],
)
def test_what_the_fast_parser_refuses_is_read_all_the_same(text: bytes, value: str) -> None:
    assert parsed(text) == {"content": value}


def test_what_is_no_json_is_said_so() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        parsed(b"<html>Bad Gateway</html>")


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_nested_too_deeply_is_no_json_either(text: bytes) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parsed(text)
