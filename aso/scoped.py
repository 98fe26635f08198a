"""A function of any kind → the same kind, with a block in force while its body runs.

The four kinds (def, async def, generator, async generator) are written once, here. A generator's
block holds only while its own body runs: never in the loop that consumes it.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from functools import partial, wraps
from typing import Any, TypeVar, cast

from aso.context import Block, Scope, enter, leave, suspend
from aso.errors import ConfigError

_AROUND: tuple[Any, ...] = (staticmethod, classmethod)
F = TypeVar("F", bound=Callable[..., Any])


def scoped(function: F, block: Block) -> F:
    """Return the function with the block in force inside; its kind, name and signature are kept."""
    return cast(F, wraps(function)(_wrapper(function)(function, block)))


def decorated(function: Any, decorate: Callable[[Any], Any], name: str) -> Any:
    """Return what a decorator makes of a function, inside of staticmethod and classmethod too.

    Raises:
        ConfigError: it is a class, or nothing that can be called.
    """
    if isinstance(function, _AROUND):
        return function.__class__(decorated(function.__func__, decorate, name))
    if isinstance(function, type) or not callable(function):
        raise ConfigError(
            f"@aso.{name} got {function!r}: it decorates functions; "
            "decorate the methods of a class, one by one"
        )
    return decorate(function)


class _Entry:
    """One run of a function: recursion and other tasks enter the same block, each by its own."""

    __slots__ = ("_block",)

    def __init__(self, block: Block) -> None:
        self._block = block

    def over(self, scope: Scope, block: Block) -> Scope:
        return self._block.over(scope, block)


class Steps(_Entry):
    """One generator: in force from step to step, along with what its body has entered itself."""

    __slots__ = ("_inside",)

    def __init__(self, block: Block) -> None:
        super().__init__(block)
        self._inside: tuple[Block, ...] = ()

    def __enter__(self) -> None:
        enter(self, *self._inside)

    def __exit__(self, *exc: object) -> None:
        self._inside = suspend(self)


def _wrapper(function: Callable[..., Any]) -> Callable[..., Callable[..., Any]]:
    while isinstance(function, partial):
        function = function.func
    if not inspect.isroutine(function) and not isinstance(function, type):
        function = type(function).__call__
    for is_kind, wrapper in _KINDS:
        if is_kind(function):
            return wrapper
    return _function


def _function(function: Callable[..., Any], block: Block) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        entry = _Entry(block)
        enter(entry)
        try:
            return function(*args, **kwargs)
        finally:
            leave(entry)

    return run


def _coroutine(function: Callable[..., Any], block: Block) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> Any:
        entry = _Entry(block)
        enter(entry)
        try:
            return await function(*args, **kwargs)
        finally:
            leave(entry)

    return run


def _generator(function: Callable[..., Any], block: Block) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        steps, body = Steps(block), function(*args, **kwargs)
        step: Callable[[Any], Any] = body.send
        value: Any = None
        while True:
            try:
                with steps:
                    found = step(value)
            except StopIteration as end:
                return end.value
            finally:
                value = None  # an error that was thrown in must not hold this frame
            try:
                step, value = body.send, (yield found)
            except BaseException as error:  # noqa: BLE001 — thrown in: it is the body's to handle
                step, value = body.throw, error

    return run


def _async_generator(function: Callable[..., Any], block: Block) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        steps, body = Steps(block), function(*args, **kwargs)
        step: Callable[[Any], Any] = body.asend
        value: Any = None
        while True:
            try:
                with steps:
                    found = await step(value)
            except StopAsyncIteration:
                return
            finally:
                value = None  # an error that was thrown in must not hold this frame
            try:
                step, value = body.asend, (yield found)
            except BaseException as error:  # noqa: BLE001 — thrown in: it is the body's to handle
                step, value = body.athrow, error

    return run


_KINDS: tuple[tuple[Callable[[object], bool], Callable[..., Callable[..., Any]]], ...] = (
    (inspect.isasyncgenfunction, _async_generator),
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isgeneratorfunction, _generator),
)
