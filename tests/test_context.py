from __future__ import annotations

import contextvars

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aso.context import Block, Scope, current, enter, leave, suspend
from aso.errors import DimensionError


@pytest.fixture(autouse=True)
def empty_scope() -> None:
    assert current() == Scope()


BLOCKS = st.lists(st.integers(0, 5), max_size=24)


class Numbered:
    """A block that notes its number, so that the chain can be read off the function's name."""

    def __init__(self, number: int) -> None:
        self.number = number

    def over(self, scope: Scope, block: Block) -> Scope:
        function = f"{scope.function or ''}{self.number}"
        return Scope(scope.dims, function, scope.meters, scope, block)


class Refusing:
    def over(self, scope: Scope, block: Block) -> Scope:
        raise DimensionError("no", rule="test")


@given(BLOCKS)
def test_blocks_that_end_in_any_order_leave_exactly_the_others_in_force(numbers: list[int]) -> None:
    """A number enters its block, or leaves it where it was entered before."""

    def run() -> None:
        blocks = [Numbered(number) for number in range(6)]
        open_now: list[int] = []
        for number in numbers:
            if number in open_now:
                open_now.remove(number)
                leave(blocks[number])
            else:
                open_now.append(number)
                enter(blocks[number])
            assert (current().function or "") == "".join(map(str, open_now))

    contextvars.copy_context().run(run)


def test_leaving_in_another_context_changes_nothing_there() -> None:
    mine, other = Numbered(1), Numbered(2)
    contextvars.copy_context().run(enter, mine)
    enter(other)
    leave(mine)
    assert current().function == "2"
    leave(other)
    assert current() == Scope()


def test_several_blocks_are_entered_whole_or_not_at_all() -> None:
    with pytest.raises(DimensionError):
        enter(Numbered(1), Refusing())
    assert current() == Scope()


def test_a_suspended_block_takes_along_what_was_entered_inside_it() -> None:
    outer, inner, innermost = Numbered(1), Numbered(2), Numbered(3)
    enter(outer, inner, innermost)
    assert suspend(inner) == (innermost,)
    assert current().function == "1"
    assert suspend(inner) == ()
    leave(outer)


def test_a_block_entered_twice_is_left_innermost_first() -> None:
    block = Numbered(1)
    enter(block, Numbered(2), block)
    leave(block)
    assert current().function == "12"
    suspend(block)
    assert current() == Scope()


def test_the_scope_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        current().function = "other"  # type: ignore[misc]
