"""What a method of an SDK sends: read from its source, and from all that it calls in there.

Names are followed to the objects they stand for, so a helper that calls ``self.create``, a function
that is given the resource, or an object that is made with the client, is read as well.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from aso.cli.coverage.source import (
    Assigned,
    assigned,
    class_definition,
    definition,
    imported,
    live,
    module_tree,
    texts,
)
from aso.cli.coverage.values import NOTHING, Scope, Values, class_of

WEBSOCKET, GRPC = "websocket", "grpc"
_HOST = re.compile(r"https?://[^/]*|\{(?:base_url|websocket_base_url|value)\}(?=/)")
_UNKNOWN = re.compile(r"/\{\w+\}")


class Request(NamedTuple):
    """What is sent: an HTTP method, ``websocket`` or ``grpc``, and a path with its parts as ``{name}``."""

    method: str
    path: str


class Arguments(NamedTuple):
    """What a call is given, as it is written."""

    positional: list[ast.expr]
    named: Mapping[str, ast.expr]
    names: Assigned

    def texts(self, place: int, name: str) -> list[str]:
        """Return the texts of one argument, by its place or its name; none where it is absent."""
        found = self.named.get(name)
        if found is None and place < len(self.positional):
            found = self.positional[place]
        return [] if found is None else texts(found, self.names)


Sends = Callable[[Any, Arguments], tuple[list[str], list[str]] | None]
"""Of a callable and its arguments: the methods and paths it sends; None: it is not a sender."""


class Reader:
    """Reads one method."""

    def __init__(self, values: Values, sends: Sends) -> None:
        self._values = values
        self._sends = sends
        self._read: set[tuple[Any, ...]] = set()
        self._found: dict[Request, None] = {}
        self._opened: list[str] = []  # by objects that open a websocket when they are entered

    def requests(self, method: Any) -> list[Request]:
        """Return all that a bound method can send, in the order of its source."""
        self._follow(method)
        if not any(one.method == WEBSOCKET for one in self._found):
            self._add([WEBSOCKET], self._opened)
        return list(self._found)

    def _follow(self, method: Any) -> None:
        node = definition(method.__func__)
        if node is not None and (parameters := [*node.args.posonlyargs, *node.args.args]):
            self._function(method.__func__, {parameters[0].arg: method.__self__}, method.__self__)

    def _function(self, function: Any, given: dict[str, Any], bound: Any) -> None:
        function = inspect.unwrap(function)
        key = (function, *(id(value) for value in given.values()))
        node = definition(function)
        if key in self._read or node is None:
            return
        self._read.add(key)
        scope = Scope(function, _defaults(function) | given, {}, bound)
        nodes = list(live(node, lambda test: self._decided(test, scope)))
        self._read_nodes(nodes, self._named(scope, nodes))

    def _read_nodes(self, nodes: list[ast.AST], scope: Scope) -> None:
        for inner in nodes:
            if isinstance(inner, ast.Call):
                self._call(inner, scope)
            elif isinstance(inner, ast.Attribute):
                self._mentioned(self._values.of(inner, scope))

    def _decided(self, test: ast.expr, scope: Scope) -> bool | None:
        """Return whether a condition holds for this client, where the client itself says it."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                found = self._decided(inner, scope)
                return None if found is None else not found
            case ast.Attribute(attr="vertexai"):
                found = self._values.of(test, scope)
                return None if found is NOTHING else bool(found)
            case _:
                return None

    def _named(self, scope: Scope, nodes: list[ast.AST]) -> Scope:
        """Return the scope with what the function imports and gives names to."""
        names = assigned(nodes)
        values = {**imported(nodes, scope.function.__globals__["__package__"]), **scope.values}
        scope = scope._replace(names=names, values=values)
        for name, expressions in names.items():
            if (value := self._values.of(expressions[-1], scope)) is not NOTHING:
                values[name] = value
        return scope

    def _call(self, node: ast.Call, scope: Scope) -> None:
        callee, positional = self._values.of(node.func, scope), node.args
        if callee is functools.partial and positional:
            callee, positional = self._values.of(positional[0], scope), positional[1:]
        named = {one.arg: one.value for one in node.keywords if one.arg is not None}
        arguments = Arguments(positional, named, scope.names)
        if (sent := self._sends(callee, arguments)) is not None:
            self._add(*sent)
        elif str(getattr(callee, "__module__", "")).startswith("websockets."):
            self._add([WEBSOCKET], _address(arguments, scope))
        elif inspect.isfunction(callee) and self._values.is_ours(callee):
            if given := self._values.given(callee, node, scope):
                self._function(callee, given, NOTHING)
        elif self._values.is_made(made := self._values.of(node, scope)):
            self._holder(made)

    def _mentioned(self, value: Any) -> None:
        if not inspect.ismethod(value) or inspect.isclass(value.__self__):
            return
        is_sender = self._sends(value, Arguments([], {}, {})) is not None
        if not is_sender and self._values.is_ours(value.__func__):
            self._follow(value)

    def _holder(self, made: Any) -> None:
        """Read every method of an object that holds the client: whoever gets it may call any."""
        owner = class_of(made)
        if _opens_websockets(owner):
            self._opened += _path_in(owner)
        for name in dir(owner):
            static = inspect.getattr_static(owner, name)
            if inspect.isfunction(static) and name != "__init__" and self._values.is_ours(static):
                self._follow(getattr(made, name))

    def _add(self, methods: list[str], paths: list[str]) -> None:
        for path in _shortened(paths):
            for method in methods:
                self._found[Request(method, path)] = None


def _defaults(function: Any) -> dict[str, Any]:
    """Return the parameters whose default is a function, as an alias keeps what it stands for."""
    given: dict[str, Any] = function.__kwdefaults__ or {}
    return {name: value for name, value in given.items() if inspect.isfunction(value)}


def _shortened(paths: list[str]) -> Iterator[str]:
    """Yield paths without host and query; of ``/v1/x`` and ``/inference/v1/x`` the longer."""
    found = dict.fromkeys(_without_host(path.partition("?")[0]) for path in paths)
    for path in found:
        is_part = any(other != path and other.endswith(path) for other in found)
        if not is_part and (not _UNKNOWN.fullmatch(path) or len(found) == 1):
            yield path


def _without_host(path: str) -> str:
    path = _HOST.sub("", path.replace("{{", "{").replace("}}", "}"))
    return path if path.startswith("/") else f"/{path}"


def _address(arguments: Arguments, scope: Scope) -> list[str]:
    """Return the path of a websocket; where it is put together elsewhere, what its class writes."""
    paths = arguments.texts(0, "uri")
    if (
        all(_UNKNOWN.fullmatch(_without_host(path)) for path in paths)
        and scope.bound is not NOTHING
    ):
        return _path_in(class_of(scope.bound)) or paths
    return paths


def _opens_websockets(owner: type) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("websockets")
        for node in ast.walk(module_tree(owner))
    )


def _path_in(owner: type) -> list[str]:
    """Return the path that a class writes down, or else its module: the longest there."""
    for node in (class_definition(owner), module_tree(owner)):
        found = [] if node is None else [*_paths_below(node)]
        if found:
            return [max(found, key=len)]
    return []


def _paths_below(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, (str, bytes)):
            [text] = texts(one, {})
            if text.startswith("/") and len(text) > 1 and not set(text) & set(" \n"):
                yield text
