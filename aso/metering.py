"""``with aso.meter() as meter``: what a block has cost."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import Decimal

from aso.context import Block, Scope, enter, leave
from aso.errors import ConfigError
from aso.records import Event


class meter(AbstractContextManager["meter"]):  # noqa: N801 — read as a statement, like dimensions
    """Collects the events of the calls that start in its block and finish before it ends.

    A stream counts once it has ended; one that is read on after the block does not. Works across
    await and tasks, and into threads by `aso.carry`. A meter that is used again goes on counting.
    """

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._is_open = False

    @property
    def events(self) -> Sequence[Event]:
        """Return the events so far, in the order in which the calls ended."""
        return tuple(self._events)

    @property
    def total_cost(self) -> Decimal:
        """Return the sum of what is priced, in USD; see ``unpriced`` for the rest.

        A ``partial`` event counts with the lines that are known: a lower bound.
        """
        from aso.pricing import money  # prices are loaded by whoever first asks for one

        return money.total(e.cost.total for e in self.events if e.cost.total is not None)

    @property
    def unpriced(self) -> int:
        """Return how many events have no known cost."""
        return sum(1 for event in self.events if event.cost.total is None)

    def add(self, event: Event) -> None:
        """Take an event, while the block is open; called from any thread."""
        if self._is_open:
            self._events.append(event)

    def over(self, scope: Scope, block: Block) -> Scope:
        """Return the scope inside the block."""
        return scope._replace(meters=(*scope.meters, self), outer=scope, block=block)

    def __enter__(self) -> meter:
        if self._is_open:
            raise ConfigError(
                "this meter is open already: its events would count twice; make another"
            )
        self._is_open = True
        enter(self)
        return self

    def __exit__(self, *exc: object) -> None:
        leave(self)
        self._is_open = False
