"""Which routes an installed SDK asks for, and with which type it reads each answer.

Read from the source of the SDK's ``resources``: every method ends in ``self._post(path, cast_to=…)``
or one of its siblings, in all versions from 1.40 to 3.54 (read 2026-11-23).
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

_VERBS = {
    "_get": "GET",
    "_post": "POST",
    "_put": "PUT",
    "_patch": "PATCH",
    "_delete": "DELETE",
    "_get_api_list": "GET",
}


@dataclass(frozen=True)
class Route:
    """One request that the SDK can make. ``answer`` and ``chunk`` are types, None where unknown."""

    method: str
    path: re.Pattern[str]
    variables: int
    answer: Any
    item: Any
    chunk: Any


def routes_of(package: str) -> list[Route]:
    """Return the routes of a Stainless SDK, the most literal first."""
    try:
        root = importlib.import_module(f"{package}.resources")
    except ModuleNotFoundError:  # a package over an SDK, whose tests answer themselves
        return []
    found = []
    for one in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
        found += _routes_in(importlib.import_module(one.name))
    return sorted(found, key=lambda route: route.variables)


def _routes_in(module: ModuleType) -> Iterator[Route]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            verb = _VERBS.get(node.func.attr)
            route = _route(verb, node, module) if verb else None
            if route is not None:
                yield route


def _route(verb: str, call: ast.Call, module: ModuleType) -> Route | None:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    where = call.args[0] if call.args else named.get("path")
    pattern = _pattern(where)
    if pattern is None:
        return None
    said = named.get("method")
    return Route(
        method=str(said.value).upper() if isinstance(said, ast.Constant) else verb,
        path=re.compile(pattern),
        variables=pattern.count("[^/]+"),
        answer=_type(named.get("page", named.get("cast_to")), module),
        item=_type(named.get("model"), module),
        chunk=_chunk(named.get("stream_cls"), module),
    )


def _pattern(where: ast.expr | None) -> str | None:
    """Return the path as a pattern: ``"/files"``, ``f"/files/{id}"``, ``path_template(…)``, or a sum.

    One that depends on the client's base URL (fireworks-ai 1.2.30) is the one of a URL that is given.
    """
    if isinstance(where, ast.Call) and where.args:
        return _pattern(where.args[0])
    if isinstance(where, ast.Constant) and isinstance(where.value, str):
        return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(where.value.partition("?")[0]))
    if isinstance(where, ast.JoinedStr):
        return "".join(_pattern(part) or "[^/]+" for part in where.values)
    if isinstance(where, ast.BinOp):
        return f"{_pattern(where.left)}{_pattern(where.right)}"
    if isinstance(where, ast.IfExp):
        return _pattern(where.orelse if isinstance(where.test, ast.UnaryOp) else where.body)
    return None


def _type(node: ast.expr | None, module: ModuleType) -> Any:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "cast":
        node = node.args[1]
    if node is None or isinstance(node, ast.Call):
        return None
    try:
        return eval(ast.unparse(node), dict(vars(module)))  # the SDK's own names
    except NameError:  # a local name of the method
        return None


def _chunk(node: ast.expr | None, module: ModuleType) -> Any:
    return _type(node.slice, module) if isinstance(node, ast.Subscript) else None
