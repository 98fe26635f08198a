"""A fault of ours, put where a stage of a call is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aso.records import Call, Event


class Room:
    """A gate with room for every call, so that reserving is a stage that can fail."""

    def reserve(self, call: Call) -> Room:
        return self

    async def areserve(self, call: Call) -> Room:
        return self

    def settle(self, event: Event | None) -> None:
        """Take nothing."""


class Sabotage(RuntimeError):
    """What a fault of ours raises."""


def fail(*args: object, **kwargs: object) -> Any:
    raise Sabotage("a bug of ours")


@contextmanager
def sabotaged(owner: Any, name: str) -> Iterator[None]:
    """Make a function or a method of ours fail for the block."""
    original = vars(owner)[name]
    setattr(owner, name, fail)
    try:
        yield
    finally:
        setattr(owner, name, original)
