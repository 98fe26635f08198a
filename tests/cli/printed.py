"""What `aso prices` prints, as text and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aso.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["prices", *arguments]) == code
    return capsys.readouterr().out


def in_json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    return json.loads(run(capsys, *arguments, "--format", "json", code=code))
