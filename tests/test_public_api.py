"""The public API: what there is, under which signatures, and that nobody changes it by accident.

`make api-snapshot` rewrites tests/public_api.txt after a deliberate change.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import aso

HERE = Path(__file__).resolve().parent
SNAPSHOT = HERE / "public_api.txt"
MODULES = ("aso", "aso.sinks", "aso.testing")
PRICE = ("aso.pricing", "price")  # the one name there that is promised; the rest may change
CALLED_BY_PYTHON = {"__aenter__", "__aexit__", "__call__", "__enter__", "__exit__", "__init__"}
# What the contract names besides: each comes with its feature, and leaves this list then.
NOT_YET = {"aso.Budget", "aso.budget"}


def public(module: str) -> list[str]:
    return list(importlib.import_module(module).__all__)


def describe(module: str, name: str) -> Iterator[str]:
    """Yield a line for a public name and each of its members, as their author wrote them."""
    value = getattr(importlib.import_module(module), name)
    where = f"{module}.{name}"
    if inspect.isclass(value):
        yield f"class {where}({', '.join(base.__name__ for base in value.__bases__)})"
        yield from (f"    {line}" for line in sorted(members(value)))
    elif callable(value):
        yield f"def {where}{signature(value)}"
    else:
        yield f"{where}: {type(value).__name__}"


def members(owner: type) -> Iterator[str]:
    """Yield what a class adds: fields, properties, methods; nothing that starts with one _."""
    fields = owner.__dict__.get("__annotations__", {})
    yield from (f"{name}: {written(kind)}" for name, kind in fields.items() if name[0] != "_")
    for name, value in vars(owner).items():
        inner = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if isinstance(value, property):
            yield f"{name} -> {value.fget.__annotations__['return']}"
        elif inspect.isfunction(inner) and is_public(name, inner):
            yield f"def {name}{signature(inner)}"


def is_public(name: str, function: Any) -> bool:
    """Tell what users call; of what a NamedTuple or dataclass generates, only the constructor."""
    is_generated = not function.__code__.co_filename.endswith(".py")
    is_ours = function.__module__.startswith("aso")
    return is_ours and (name in CALLED_BY_PYTHON or (name[0] != "_" and not is_generated))


class Raw(str):
    """An annotation that prints as it was written, without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def written(annotation: Any) -> Raw:
    """Return an annotation's text: a string, or a NamedTuple's reference to one."""
    return Raw(getattr(annotation, "__forward_arg__", annotation))


def signature(function: Any) -> str:
    found = inspect.signature(function)
    parameters = [
        one if one.annotation is one.empty else one.replace(annotation=written(one.annotation))
        for one in found.parameters.values()
    ]
    return str(
        found.replace(parameters=parameters, return_annotation=written(found.return_annotation))
    )


def snapshot() -> str:
    names = [(module, name) for module in MODULES for name in public(module)]
    return "".join(f"{line}\n" for where in (*names, PRICE) for line in describe(*where))


@pytest.mark.parametrize("module", MODULES)
def test_all_is_sorted_and_every_name_is_there(module: str) -> None:
    names = public(module)
    assert names == sorted(set(names))
    assert all(hasattr(importlib.import_module(module), name) for name in names)


def test_every_public_member_of_aso_is_in_all() -> None:
    program = "import aso, types; print(*(n for n in dir(aso)"
    program += " if n[0] != '_' and not isinstance(getattr(aso, n), types.ModuleType)))"
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(seen.stdout.split()) - {"annotations"} == set(aso.__all__) - {"__version__"}


def test_names_and_signatures_are_those_of_the_snapshot() -> None:
    assert snapshot() == SNAPSHOT.read_text(encoding="utf-8"), "deliberate? make api-snapshot"


def test_what_is_not_there_yet_is_not_there() -> None:
    there = {f"{module}.{name}" for module in MODULES for name in public(module)}
    assert there & NOT_YET == set()


def test_the_typed_test_uses_every_public_name() -> None:
    tree = ast.parse((HERE / "typing" / "api.py").read_text(encoding="utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "aso"
    }
    assert set(aso.__all__) - used == set()


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), encoding="utf-8")
