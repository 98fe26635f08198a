"""The seam before the call: reserve, then settle on every end. Budgets plug in here.

The pipeline calls ``reserve`` where the SDK is synchronous and awaits ``areserve`` where it is
asynchronous, so that a store across the network never blocks an event loop. What was reserved is
settled exactly once: by the call's one event, whatever its end, or by a later gate's refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, Protocol

from aso.records import Call, Event


class Hold(Protocol):
    """Room that is reserved for one call."""

    def settle(self, event: Event | None) -> None:
        """Replace the reservation by the truth; called once, from any thread, must not block.

        Args:
            event: the call's event, whatever its end; None: another gate refused the call, or it
                was cancelled while it waited: nothing was spent, release the room.
        """
        ...


class Gate(Protocol):
    """Something that reserves room before a call, e.g. a budget."""

    def reserve(self, call: Call) -> Hold | None:
        """Return what was reserved; None: nothing needs to be.

        Raises:
            PolicyError: there is no room.
        """
        ...

    async def areserve(self, call: Call) -> Hold | None:
        """Do the same without blocking; whoever is cancelled in here releases what it took."""
        ...


class Gates:
    """Several gates as one, in their order: all of them hold, or none does."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        self._gates = tuple(gates)

    def reserve(self, call: Call) -> Hold | None:
        """Reserve with every gate; None: none of them holds anything.

        Raises:
            PolicyError: one has no room; what the earlier ones reserved is released.
        """
        holds = Holds()
        try:
            for gate in self._gates:
                holds.add(gate.reserve(call))
        except BaseException as refusal:  # noqa: BLE001 — raised again, once all is released
            holds.release(refusal)
        return holds.or_none()

    async def areserve(self, call: Call) -> Hold | None:
        """Reserve with every gate, awaiting each in turn; returns and raises like ``reserve``."""
        holds = Holds()
        try:
            for gate in self._gates:
                holds.add(await gate.areserve(call))
        except BaseException as refusal:  # noqa: BLE001 — as above; a cancelled task, too
            holds.release(refusal)
        return holds.or_none()


class Holds:
    """What several gates reserved for one call; settled once, the last first."""

    def __init__(self) -> None:
        self._holds: list[Hold] = []

    def add(self, hold: Hold | None) -> None:
        """Keep one more."""
        if hold is not None:
            self._holds.append(hold)

    def or_none(self) -> Hold | None:
        """Return these holds; None where there are none, and so nothing to settle."""
        return self if self._holds else None

    def settle(self, event: Event | None) -> None:
        """Settle all of them, even where one fails; a second time does nothing."""
        try:
            hold = self._holds.pop()  # one C call: of two threads, one wins
        except IndexError:
            return
        try:
            hold.settle(event)
        finally:
            self.settle(event)

    def release(self, refusal: BaseException) -> NoReturn:
        """Release all of them and raise the refusal, whatever the release comes to."""
        try:
            self.settle(None)
        finally:
            raise refusal
