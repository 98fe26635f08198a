"""Whatever is posted to `aso serve` is taken whole or refused: the long form is `make fuzz`."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.events import event
from tests.fuzz.ingest import changed, kept, read

_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=9),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=9,
)
_FIELDS = some.sampled_from(sorted(event().to_dict()))


@given(some.binary(max_size=200), some.sampled_from(["", "gzip", "br"]))
def test_whatever_bytes_are_taken_or_refused(body: bytes, encoding: str) -> None:
    read(body, encoding)


@settings(max_examples=60, deadline=None)
@given(some.dictionaries(_FIELDS, _JSON, min_size=1, max_size=2))
def test_what_is_taken_can_be_kept_and_reported(values: dict[str, Any]) -> None:
    kept(changed(values))
