"""``aso run``: a program as it is, instrumented; not a line of it changes."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from aso.errors import ConfigError
from aso.runtime import stand_in

USAGE = "usage: aso run script.py [argument ...]  or  aso run -m module [argument ...]"


def program(arguments: Sequence[str]) -> Callable[[], object]:
    """Instrument, by the settings of the environment, and return what runs the program.

    The arguments are Python's own: a script, or ``-m`` and a module, then what the program gets.

    Raises:
        ConfigError: there is no such script, or a setting is wrong.
    """
    is_module = arguments[:1] == ["-m"]
    name, *rest = arguments[is_module:] or [""]
    if not name:
        raise ConfigError(f"no program is named; {USAGE}")
    if not is_module and not Path(name).exists():
        raise ConfigError(f"script {name!r} is not there; {USAGE}")
    stand_in()
    sys.argv = [name, *rest]
    if is_module:
        sys.path[0] = os.getcwd()  # noqa: PTH109 — as Python's own -m does
        return lambda: runpy.run_module(name, run_name="__main__", alter_sys=True)
    sys.path[0] = str(Path(name).resolve().parent)
    return lambda: runpy.run_path(name, run_name="__main__")
