"""``aso run``: a program as it is, instrumented; not a line of it changes."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from aso.errors import ConfigError
from aso.runtime import stand_in

USAGE = "usage: aso run script.py [argument ...]  or  aso run -m module [argument ...]"


def program(arguments: Sequence[str]) -> Callable[[], object]:
    """Instrument, by the settings of the environment, and return what runs the program.

    The arguments are Python's own: a script, or ``-m`` and a module, then what the program gets.

    Raises:
        ConfigError: there is no such program, or a setting is wrong.
    """
    is_module = arguments[:1] == ["-m"]
    name, *rest = arguments[is_module:] or [""]
    if not name:
        raise ConfigError(f"no program is named; {USAGE}")
    if not is_module:
        _expect_script(Path(name), name)
    stand_in()
    sys.argv = [name, *rest]
    if is_module:
        sys.path[0] = os.getcwd()  # noqa: PTH109 — as Python's own -m does
        _expect_module(name)
        return lambda: runpy.run_module(name, run_name="__main__", alter_sys=True)
    sys.path[0] = str(Path(name).resolve().parent)
    return lambda: runpy.run_path(name, run_name="__main__")


def _expect_script(path: Path, name: str) -> None:
    if not path.exists():
        raise ConfigError(f"script {name!r} is not there; {USAGE}")
    if path.is_dir() and not (path / "__main__.py").is_file():
        raise ConfigError(f"folder {name!r} has no __main__.py; {USAGE}")


def _expect_module(name: str) -> None:
    """Look for it as runpy does, which imports the packages above: what they lack is theirs to say."""
    spec = _found(name)
    if spec is None:
        raise ConfigError(f"module {name!r} is not there; {USAGE}")
    if spec.submodule_search_locations is not None and _found(f"{name}.__main__") is None:
        raise ConfigError(f"package {name!r} has no __main__; {USAGE}")


def _found(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name)
    except ImportError as error:
        if error.name is not None and not f"{name}.".startswith(f"{error.name}."):
            raise
        return None
