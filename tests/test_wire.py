"""The register of wire formats: complete, and loaded as it is needed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from aso import wire
from aso.wire import FORMATS, SHAPES, Shape

_FILES = sorted(path.stem for path in Path(str(wire.__file__)).parent.glob("*.py"))


def test_every_format_is_found_under_its_name() -> None:
    assert {name: SHAPES[name].name for name in FORMATS} == {name: name for name in FORMATS}


def test_every_format_of_every_file_is_registered() -> None:
    found = {
        value.name
        for file in _FILES
        for value in vars(import_module(f"aso.wire.{file}")).values()
        if isinstance(value, Shape)
    }
    assert found == set(FORMATS)


def test_a_format_that_is_none_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="telegraph"):
        SHAPES["telegraph"]


def test_no_format_is_loaded_before_a_call_speaks_it() -> None:
    script = "import sys, aso; aso.instrument(); print('aso.wire.chat_completions' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
