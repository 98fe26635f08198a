"""What a function's own source says: its syntax tree, and the text that a path is made of."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef
Assigned = Mapping[str, list[ast.expr]]
Decide = Callable[[ast.expr], bool | None]


def definition(function: Any) -> Function | None:
    """Return a function's tree; of overloads the last; None where it has no source of its own."""
    inner = inspect.unwrap(function)
    found = _definitions(_file(inner)).get(getattr(inner, "__qualname__", ""))
    return found if isinstance(found, Function) else None


def live(node: ast.AST, decide: Decide) -> Iterator[ast.AST]:
    """Yield what is below a node, without the branches of an ``if`` that are known not to run."""
    for child in ast.iter_child_nodes(node):
        taken = decide(child.test) if isinstance(child, ast.If) else None
        if taken is None or not isinstance(child, ast.If):
            yield child
            yield from live(child, decide)
        else:
            yield from live(ast.Module(child.body if taken else child.orelse, []), decide)


def assigned(nodes: list[ast.AST]) -> dict[str, list[ast.expr]]:
    """Return every expression that is given to a plain name, by that name."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def attributes_set(function: Function) -> Iterator[tuple[str, ast.expr]]:
    """Yield ``(attribute, value)`` of each ``self.attribute = value``."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
                yield name, node.value
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                yield from [(name, node.value)] if node.value is not None else []
            case _:
                pass


def returned(function: Function) -> list[ast.expr]:
    """Return every expression that a function returns."""
    nodes = ast.walk(function)
    return [node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None]


def imported(nodes: list[ast.AST], package: str) -> dict[str, Any]:
    """Return what a function imports from its own SDK, by the names it uses."""
    found: dict[str, Any] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.level:
            module = import_module(f"{'.' * node.level}{node.module}", package)
            names = ((one.asname or one.name, one.name) for one in node.names)
            found |= {name: getattr(module, given, None) for name, given in names}
    return found


def texts(node: ast.expr, names: Assigned, within: tuple[str, ...] = ()) -> list[str]:
    """Return each text that an expression can be; what is known only when it runs is ``{name}``."""
    match node:
        case ast.Constant(value=str() | bytes() as value):
            found = [value if isinstance(value, str) else value.decode()]
        case ast.JoinedStr(values=parts):
            found = _joined([texts(part, names, within) for part in parts])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = _joined([texts(left, names, within), texts(right, names, within)])
        case ast.IfExp(body=one, orelse=other):
            found = [*texts(one, names, within), *texts(other, names, within)]
        case ast.Name(id=name) if name in names:  # path = f"{path}?...": nothing new
            known = [] if name in within else names[name]
            found = [text for one in known for text in texts(one, names, (*within, name))]
        case _:
            inner = _text_within(node)
            found = [_placeholder(node)] if inner is None else texts(inner, names, within)
    return found


def _text_within(node: ast.expr) -> ast.expr | None:
    """Return what a call or a braced part keeps the text of."""
    match node:
        case ast.FormattedValue(value=inner):
            return inner
        case ast.Call(func=ast.Attribute(value=inner, attr="encode" | "format" | "format_map")):
            return inner
        case ast.Call(func=ast.Name(id="path_template"), args=[inner, *_]):
            return inner
        case _:
            return None


def _placeholder(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return f"{{{name}}}"
        case _:
            return "{value}"


def _joined(parts: list[list[str]]) -> list[str]:
    return ["".join(one) for one in product(*parts)]


def class_definition(owner: type) -> ast.ClassDef | None:
    """Return a class's tree, where it has a source."""
    found = _definitions(_file(owner)).get(owner.__qualname__)
    return found if isinstance(found, ast.ClassDef) else None


def module_tree(owner: type) -> ast.Module:
    """Return the tree of the module that a class is written in."""
    return _tree(_file(owner))


def _file(found: Any) -> str | None:
    try:
        file = inspect.getsourcefile(found)
    except TypeError:  # built in
        return None
    return file if file is not None and Path(file).is_file() else None  # what dataclasses generate


@cache
def _tree(file: str | None) -> ast.Module:
    return ast.parse("" if file is None else Path(file).read_text(encoding="utf-8"))


@cache
def _definitions(file: str | None) -> Mapping[str, ast.AST]:
    return dict(_named(_tree(file), ""))


def _named(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{prefix}{child.name}"
            yield name, child
            inside = "." if isinstance(child, ast.ClassDef) else ".<locals>."
            yield from _named(child, f"{name}{inside}")
        else:
            yield from _named(child, prefix)
