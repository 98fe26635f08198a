"""Every number that an SDK's own types tell of usage is read, or left out for a reason."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from aso.providers import PROVIDERS
from aso.usage import interpret
from aso.wire import SHAPES
from tests.usage_types.tables import FORMATS, OMITTED
from tests.usage_types.walking import Path_, filled, numbers_in, told_by

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="google-genai 3, which is written down, needs Python 3.11"
)

# What the strings beside a number may be: one of them must make the number count.
WORDS = (
    {"modality": "AUDIO", "type": "google_search"},
    {"modality": "audio", "type": "compaction"},
)


BESIDE = {"svg_usage", "tool_usage"}  # what stands beside the usage, under a name of its own


def unread(root: str, provider: str) -> set[str]:
    """Return the numbers that make no difference to what is read of an SDK's usage objects."""
    found = set()
    for name, annotation in told_by(root).items():
        field, format_ = name.partition(".")[2], FORMATS[root, provider].get(name)
        for path in numbers_in(annotation) if format_ is not None else ():
            asked = (annotation, path, str(format_), provider, field)
            if not any(_matters(*asked, words) for words in WORDS):
                where = ".".join((field, *path) if field in BESIDE else path)
                found.add(f"{format_} {where}")
    return found


def _matters(
    annotation: Any, path: Path_, format_: str, provider: str, field: str, words: dict[str, str]
) -> bool:
    """Return whether a number makes a difference to what is read."""
    read = []
    for number in (path, None):
        value = filled(annotation, number, words)
        said = {"svg_usage": value} if field == "svg_usage" else value
        extra = {"tool_usage": value, "tool_calls": {}} if field == "tool_usage" else None
        usage = {} if extra else said
        counters, rules = SHAPES[format_].counters, PROVIDERS[provider].rules
        read.append(interpret(usage, extra, counters, rules=rules))
    return read[0] != read[1]


@pytest.mark.parametrize(("root", "provider"), FORMATS, ids=[root for root, _ in FORMATS])
def test_every_type_that_tells_usage_has_a_format(root: str, provider: str) -> None:
    assert sorted(told_by(root)) == sorted(FORMATS[root, provider])


@pytest.fixture(scope="module")
def left_out() -> dict[str, set[str]]:
    return {root: unread(root, provider) for root, provider in FORMATS}


def reason(told: str) -> str | None:
    """Return the name under which a number of a format is left out."""
    path = told.partition(" ")[2]
    names = {told, path, path.rpartition(".")[2]}
    found = (
        one
        for one in OMITTED
        if one in names or (one[-1] == "." and any(name.startswith(one) for name in (told, path)))
    )
    return next(found, None)


def test_every_number_is_read_or_left_out_for_a_reason(left_out: dict[str, set[str]]) -> None:
    without = {root: {one for one in found if not reason(one)} for root, found in left_out.items()}
    assert without == {root: set() for root, _ in FORMATS}


def test_nothing_is_left_out_that_is_not_there(left_out: dict[str, set[str]]) -> None:
    assert {reason(one) for found in left_out.values() for one in found} == set(OMITTED)
