"""Finds the types by which an SDK tells usage, and every number in them."""

from __future__ import annotations

import importlib
import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

NAMES = frozenset(
    {"usage", "usage_info", "usage_metadata", "svg_usage", "tool_usage", "statistics"}
)
_DECLARED = re.compile(rf"^\s+({'|'.join(NAMES)})\s*:", re.MULTILINE)
_NUMBERS = (int, float)
_DEEPEST = 6
Path_ = tuple[str, ...]


def told_by(root: str) -> dict[str, Any]:
    """Return each field that tells usage, as ``Type.field``, with its annotation."""
    found: dict[str, Any] = {}
    for module in _modules(root):
        for kind in vars(module).values():
            if not (inspect.isclass(kind) and kind.__module__ == module.__name__):
                continue
            for name, field in getattr(kind, "model_fields", {}).items():
                if name in NAMES and numbers_in(field.annotation):
                    key = f"{kind.__name__}.{name}"
                    found[key] = field.annotation | found.get(key, field.annotation)
    return found


def _modules(root: str) -> Iterator[types.ModuleType]:
    """Yield the modules that declare such a field: importing all of an SDK takes seconds."""
    module = importlib.import_module(root)
    file = Path(str(module.__file__))
    for one in file.parent.rglob("*.py") if file.name == "__init__.py" else [file]:
        if _DECLARED.search(one.read_text(encoding="utf-8")):
            parts = one.relative_to(file.parent).with_suffix("").parts if one != file else ()
            yield importlib.import_module(".".join((root, *parts)))


def numbers_in(annotation: Any) -> set[Path_]:
    """Return where its numbers stand; ``*`` where names are the provider's."""
    return set(_numbers(annotation, ()))


def _numbers(annotation: Any, at: Path_) -> Iterator[Path_]:
    for kind, _ in _kinds(annotation):
        if kind in _NUMBERS:
            yield at
        elif kind is dict:
            yield (*at, "*")
        elif len(at) < _DEEPEST:
            for name, field in _fields(kind).items():
                yield from _numbers(field, (*at, name))


def filled(annotation: Any, number: Path_ | None, words: Mapping[str, str]) -> Any:
    """Return a value of the type: 7 at one place, 0 at the others; ``words`` are its strings."""
    fields: dict[str, Any] = {}
    is_listed = False
    for kind, listed in _kinds(annotation):
        if kind in _NUMBERS:
            return 7 if number == () else 0
        is_listed = is_listed or listed
        for name, field in _fields(kind).items():
            if name in words and not numbers_in(field):
                fields[name] = words[name]
            elif numbers_in(field):
                rest = number[1:] if number and number[0] == name else None
                fields[name] = _merged(fields.get(name), filled(field, rest, words))
    return [fields] if is_listed else fields


def _merged(one: Any, other: Any) -> Any:
    """Return what two types of one field say together."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            name: _merged(one.get(name), other.get(name, one.get(name))) for name in one | other
        }
    return one if one == 7 else other


def _fields(kind: Any) -> dict[str, Any]:
    """Return the fields of a model by the names that the wire has."""
    declared = getattr(kind, "model_fields", {})
    return {field.alias or name: field.annotation for name, field in declared.items()}


def _kinds(annotation: Any, *, listed: bool = False) -> Iterator[tuple[Any, bool]]:
    """Yield what a value may be, and whether it stands in a list."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        yield from _kinds(parts[0], listed=listed)
    elif origin is list:
        yield from _kinds(parts[0], listed=True)
    elif origin in (typing.Union, types.UnionType) or hasattr(origin, "__value__"):
        for part in parts:
            yield from _kinds(part, listed=listed)
    elif hasattr(annotation, "__value__"):
        yield from _kinds(annotation.__value__, listed=listed)
    else:
        yield origin or annotation, listed
