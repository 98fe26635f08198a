"""What is in force where the program is now: dimensions, function, meters. One ContextVar.

A context variable follows the program across await and into tasks; into other threads it goes by
`aso.carry`. Scopes form a chain, innermost first, so that a block which ends out of turn (a
generator that is closed late, in another task or by the collector) takes out its own link only.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import NamedTuple, Protocol

from aso.records import Event


class Meter(Protocol):
    """Collects the events of the calls that start in its block."""

    def add(self, event: Event) -> None:
        """Take one event; called from any thread."""
        ...


class Block(Protocol):
    """What puts a scope in force: each entry is known by the identity of its block."""

    def over(self, scope: Scope, block: Block, /) -> Scope:
        """Return the scope inside: pure, with ``scope`` as its outer and ``block`` as its block.

        ``block`` is the block itself, or one run of a function that has it in force.
        """
        ...


class Scope(NamedTuple):
    """Immutable; ``outer`` and ``block`` say what it was laid over, and by whom.

    ``received`` is what another process said of this one's work (aso.propagate): kept apart, so that
    it can never take the room of what the code here says.
    """

    dims: Mapping[str, str] = {}  # never changed: a block makes a new one
    function: str | None = None
    meters: tuple[Meter, ...] = ()
    outer: Scope | None = None
    block: Block | None = None
    received: Mapping[str, str] = {}


_SCOPE: ContextVar[Scope] = ContextVar("aso_scope", default=Scope())  # noqa: B039 — immutable

current = _SCOPE.get

IS_OURS: ContextVar[bool] = ContextVar("aso_is_ours", default=False)
"""True while a sink sends: what it asks, by whatever client, is no call of the program's."""


def enter(*blocks: Block) -> None:
    """Put blocks in force, outermost first: all of them, or none where one raises."""
    scope = _SCOPE.get()
    for block in blocks:
        scope = block.over(scope, block)
    _SCOPE.set(scope)


def leave(block: Block) -> None:
    """Take the block's innermost entry out; what was entered inside it stays in force.

    Nothing happens in a context where the block is not in force. No tokens: a token belongs to
    one context, and a generator may end in another.
    """
    _SCOPE.set(_without(_SCOPE.get(), block))


def suspend(block: Block) -> tuple[Block, ...]:
    """Take the block and all that was entered inside it out; return the latter, outermost first."""
    inside: list[Block] = []
    scope = _SCOPE.get()
    while scope.outer is not None and scope.block is not None:
        if scope.block is block:
            _SCOPE.set(scope.outer)
            return tuple(reversed(inside))
        inside.append(scope.block)
        scope = scope.outer
    return ()


def _without(scope: Scope, block: Block) -> Scope:
    if scope.outer is None or scope.block is None:
        return scope
    if scope.block is block:
        return scope.outer
    outer = _without(scope.outer, block)
    return scope if outer is scope.outer else scope.block.over(outer, scope.block)
