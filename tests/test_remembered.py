"""What a process remembers of jobs: the newest, and no more."""

from __future__ import annotations

from aso.wire.remembered import MOST, Remembered


def test_no_more_is_remembered_than_is_allowed() -> None:
    found: Remembered[int] = Remembered()
    for number in range(MOST + 2):
        found.keep(str(number), number)
    assert len(found) == MOST
    assert [str(number) in found for number in (0, 1, 2, MOST + 1)] == [False, False, True, True]


def test_what_is_seen_again_is_new_again() -> None:
    found: Remembered[int] = Remembered()
    for number in (*range(MOST), 0, MOST):
        found.keep(str(number), number)
    assert ("0" in found, "1" in found) == (True, False)
