"""Long JSON made short: its form, names and counts stay; texts and vectors go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from aso.thinning import Thinner, thinned

LONG = 'say "x\\y" \n' * 60
ANSWER: dict[str, Any] = {
    "text": LONG,
    "usage": {"tokens": 12, "details": [{"modality": "TEXT", "tokenCount": 12}]},
    "vector": [0.25, -1.5e-07] * 40,
    "mixed": [True, None, "short", LONG, [1, 2]],
}
SHORT = {**ANSWER, "text": "", "vector": [0], "mixed": [True, None, "short", "", [1, 2]]}


def in_pieces(data: bytes, size: int) -> bytes:
    thinner = Thinner()
    for start in range(0, len(data), size):
        thinner.feed(data[start : start + size])
    return thinner.finish()


@pytest.mark.parametrize("indent", [None, 2])
def test_what_is_counted_stays_and_what_is_long_goes(indent: int | None) -> None:
    assert json.loads(thinned(json.dumps(ANSWER, indent=indent).encode())) == SHORT


@pytest.mark.parametrize("size", [1, 3, 7, 100, 1000])
def test_pieces_may_end_anywhere(size: int) -> None:
    data = json.dumps(ANSWER).encode()
    assert in_pieces(data, size) == thinned(data)


def test_text_that_looks_like_counts_is_text() -> None:
    quoted = json.dumps({"answer": json.dumps({"usage": {"tokens": 99}, "pad": "x" * 300})})
    assert json.loads(thinned(quoted.encode())) == {"answer": ""}


def test_a_string_that_comes_in_many_pieces_is_looked_at_a_few_times() -> None:
    looked: list[int] = []

    class Counting(Thinner):
        def _turn(self) -> None:
            looked.append(self._size)
            super()._turn()

    thinner = Counting()
    for piece in (b'{"image": "', *[b"x" * 10_000] * 1000, b'", "tokens": 3}'):
        thinner.feed(piece)
    assert json.loads(thinner.finish()) == {"image": "", "tokens": 3}
    assert len(looked) < 15


def test_what_was_cut_is_no_json() -> None:
    data = json.dumps(ANSWER).encode()
    for end in (20, 400, len(data) - 3):
        with pytest.raises(ValueError, match=r".+"):
            json.loads(in_pieces(data[:end], 50))


def test_it_does_not_keep_what_is_long() -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"answers": ['
        for number in range(1000):
            yield json.dumps({"text": "x" * 10_000, "tokens": number}).encode() + b","
        yield b"0]}"

    thinner = Thinner()
    for piece in pieces():
        thinner.feed(piece)
    short = thinner.finish()
    assert sum(one["tokens"] for one in json.loads(short)["answers"][:-1]) == 499_500
    assert len(short) < 40_000
