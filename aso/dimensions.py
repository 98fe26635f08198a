"""Tags for calls: ``aso.dimensions`` for a block or a function, ``aso.track``, ``aso.carry``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, cast, overload

from aso.context import Block, Scope, current, enter, leave
from aso.dimension_rules import merged, written
from aso.scoped import decorated, scoped

F = TypeVar("F", bound=Callable[..., Any])


class dimensions:  # noqa: N801 — read as a statement: with aso.dimensions(team="search")
    """Tags every call inside: ``with``, ``async with``, or a decorator of any kind of function.

    Inner tags win over outer ones. At most 8 pairs, keys up to 32, values up to 64 characters.
    One instance may be used again, in itself and in several tasks and threads at once.

    Raises:
        DimensionError: a pair breaks these limits; where it is written, not where it is used.
    """

    def __init__(self, mapping: Mapping[str, str] | None = None, /, **tags: str) -> None:
        self._overlay = _Overlay(written(mapping, tags))

    def __enter__(self) -> dimensions:
        enter(self._overlay)
        return self

    def __exit__(self, *exc: object) -> None:
        leave(self._overlay)

    async def __aenter__(self) -> dimensions:
        return self.__enter__()

    async def __aexit__(self, *exc: object) -> None:
        self.__exit__(*exc)

    def __call__(self, function: F) -> F:
        """Return the function with these tags in force while its body runs.

        Raises:
            ConfigError: what is decorated is not a function.
        """
        decorate = partial(scoped, block=self._overlay)
        return cast(F, decorated(function, decorate, "dimensions"))


@overload
def track(function: F, /) -> F: ...
@overload
def track(function: None = None, /, **tags: str) -> Callable[[F], F]: ...
def track(function: Callable[..., Any] | None = None, /, **tags: str) -> Any:
    """Note a function's name on every call inside, and tag it: ``@aso.track(feature="rerank")``.

    The name is ``module.qualname``; of nested functions the innermost counts.

    Raises:
        ConfigError: what is decorated is not a function.
        DimensionError: a tag breaks the limits.
    """
    decorator = partial(
        decorated, decorate=partial(_tracked, tags=written(None, tags)), name="track"
    )
    return decorator if function is None else decorator(function)


def carry(function: F) -> F:
    """Return the function bound to what is in force now, for another thread or executor.

    Dimensions, function and open meters go along; other context variables do not.

    Example:
        ``executor.submit(aso.carry(work), argument)``
    """
    return scoped(function, _Captured(current()))


def _tracked(function: Any, tags: Mapping[str, str]) -> Any:
    named = function if hasattr(function, "__qualname__") else function.__class__
    return scoped(function, _Overlay(tags, f"{named.__module__}.{named.__qualname__}"))


class _Overlay:
    """Lays tags, and a function's name, over what is in force."""

    __slots__ = ("_function", "_tags")

    def __init__(self, tags: Mapping[str, str], function: str | None = None) -> None:
        self._tags = tags
        self._function = function

    def over(self, scope: Scope, block: Block) -> Scope:
        dims = merged(scope.dims, self._tags) if self._tags else scope.dims
        function = self._function or scope.function
        return Scope(dims, function, scope.meters, scope, block, scope.received)


class _Captured:
    """Puts what was in force elsewhere in the place of what is in force here."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def over(self, scope: Scope, block: Block) -> Scope:
        return self._scope._replace(outer=scope, block=block)
