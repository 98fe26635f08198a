"""What a name in an SDK's source stands for: the SDK's own objects, without running its code."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from aso.cli.coverage.source import Assigned, attributes_set, definition, returned
from aso.guard import attempt

NOTHING = object()
_COPIES = frozenset({"copy", "with_options"})  # the same client, differently set
_SAME_METHODS = frozenset({"with_raw_response", "with_streaming_response"})


class Scope(NamedTuple):
    """One function: what its names stand for, the texts given to them, and whose it is."""

    function: Any
    values: dict[str, Any]
    names: Assigned
    bound: Any  # what the function's first parameter is; NOTHING for a plain function


class Values:
    """Finds objects; ``carries`` tells which of them hold a client, or are one."""

    def __init__(self, package: str, carries: Callable[[Any], bool]) -> None:
        self._package = package
        self._carries = carries
        self._made: dict[tuple[ast.Call, int], Any] = {}

    def of(self, node: ast.expr, scope: Scope) -> Any:
        """Return what an expression stands for; NOTHING where that is not known."""
        match node:
            case ast.Name(id=name):
                found = scope.values.get(name, scope.function.__globals__.get(name, NOTHING))
            case ast.Attribute(value=inner, attr=name):
                found = _attribute(self.of(inner, scope), name, scope)
            case ast.Subscript(value=inner) | ast.Await(value=inner):
                found = self.of(inner, scope)
            case ast.Call(func=ast.Name(id="cast"), args=[_, inner]):
                found = self.of(inner, scope)
            case ast.Call(func=ast.Name(id="super"), args=[]):
                found = _super(scope)
            case ast.Call():
                found = self._object(node, scope)
            case _:
                found = NOTHING
        return found

    def given(self, function: Any, node: ast.Call, scope: Scope) -> dict[str, Any]:
        """Return the arguments of a call that hold a client, by the parameters they are for."""
        is_start = function.__name__ == "__init__"
        parameters = [*inspect.signature(function).parameters][is_start:]
        pairs = [
            *zip(parameters, node.args, strict=False),
            *((one.arg, one.value) for one in node.keywords if one.arg is not None),
        ]
        values = {name: self.of(expression, scope) for name, expression in pairs}
        if "client" in parameters and any(one.arg is None for one in node.keywords):
            values.setdefault("client", getattr(scope.bound, "_client", NOTHING))  # by **
        return {name: value for name, value in values.items() if self._holds(value)}

    def is_made(self, value: Any) -> bool:
        """Tell whether an object was made here, as the source makes it."""
        return any(value is made for made in self._made.values())

    def is_ours(self, found: Any) -> bool:
        """Tell whether a function or class is the SDK's own."""
        return f"{found.__module__}.".startswith(f"{self._package}.")

    def _holds(self, value: Any) -> bool:
        return value is not NOTHING and (self.is_made(value) or self._carries(value))

    def _object(self, node: ast.Call, scope: Scope) -> Any:
        """Return what a call makes, where that is an object of the SDK that holds the client."""
        callee = self.of(node.func, scope)
        if inspect.ismethod(callee) and inspect.isclass(callee.__self__):
            callee = callee.__self__
        if not inspect.isclass(callee):
            return self._returned(callee, node, scope)
        given = self.given(callee.__init__, node, scope) if self.is_ours(callee) else {}
        if not given:
            return NOTHING
        key = (node, id(next(iter(given.values()))))
        if key not in self._made:
            self._made[key] = self._make(callee, given)
        return self._made[key]

    def _returned(self, callee: Any, node: ast.Call, scope: Scope) -> Any:
        """Return what a function gives back, where that holds the client: itself, or a copy."""
        if inspect.ismethod(callee) and callee.__name__ in _COPIES:
            return callee.__self__ if self._holds(callee.__self__) else NOTHING
        if inspect.isfunction(callee) and self.is_ours(callee) and "client" in callee.__name__:
            return next(iter(self.given(callee, node, scope).values()), NOTHING)
        if inspect.ismethod(callee) and callee.__name__.startswith("_"):
            return self._given_back(callee)
        return NOTHING

    def _given_back(self, method: Any) -> Any:
        found = definition(method.__func__) if self.is_ours(method.__func__) else None
        if found is None or not found.args.args:
            return NOTHING
        values = {found.args.args[0].arg: method.__self__}
        scope = Scope(method.__func__, values, {}, method.__self__)
        for expression in returned(found):
            if isinstance(expression, ast.Attribute) and self._holds(
                value := self.of(expression, scope)
            ):
                return value
        return NOTHING

    def _make(self, owner: type[Any], given: Mapping[str, Any]) -> Any:
        """Return an object that holds what it was given, without running a line of the SDK's."""
        made: Any = object.__new__(owner)
        for name, value in given.items():
            object.__setattr__(made, f"_{name}", value)
        for function in _functions_of(owner):
            found = definition(function)
            scope = Scope(function, {"self": made, **_given_to(function, given)}, {}, made)
            for attribute, expression in attributes_set(found) if found is not None else ():
                if self._holds(value := self.of(expression, scope)):
                    name = _mangled(function.__qualname__.split(".")[-2], attribute)
                    object.__setattr__(made, name, value)
        return made


def class_of(value: Any) -> type[Any]:
    """Return an object's class."""
    found: type[Any] = value.__class__
    return found


def _attribute(value: Any, name: str, scope: Scope) -> Any:
    if value is NOTHING or name in _SAME_METHODS:
        return value
    if name.startswith("__") and not name.endswith("__"):
        name = _mangled(scope.function.__qualname__.split(".")[-2], name)
    found: list[Any] = []  # nothing of a client that was never initialised, or of a missing extra
    attempt(lambda one: found.append(getattr(one, name)), value)
    return found[0] if found else NOTHING


def _super(scope: Scope) -> Any:
    for owner in class_of(scope.bound).__mro__:
        if any(inspect.unwrap(one) is scope.function for one in _functions(owner)):
            return cast("Any", super(owner, scope.bound))
    return NOTHING


def _functions(owner: type[Any]) -> Iterator[Any]:
    return (one for one in vars(owner).values() if inspect.isfunction(one))


def _functions_of(owner: type[Any]) -> list[Any]:
    """Return the functions of a class and those above it, each ``__init__`` first."""
    found = [one for where in owner.__mro__ for one in _functions(where)]
    return sorted(found, key=lambda one: one.__name__ != "__init__")


def _given_to(function: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    return given if function.__name__ == "__init__" else {}


def _mangled(owner: str, name: str) -> str:
    is_private = name.startswith("__") and not name.endswith("__")
    return f"_{owner.lstrip('_')}{name}" if is_private else name
