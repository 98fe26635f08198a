"""What `aso prices` prints, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aso.cli import main
from tests.catalogs import written


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["prices", *arguments]) == code
    return capsys.readouterr().out


def in_json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    return json.loads(run(capsys, *arguments, "--format", "json", code=code))


def disputed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Put a catalog in force whose sources differ on the one model that they list."""
    disputes = {"gpt-5.4": {"why": "conflict:one/two", "aliases": []}}
    path, sha256 = written(folder / "disputed.gz", {"openai": {}}, "2026.11.01", disputes=disputes)
    run(capsys, "update", str(path), "--sha256", sha256)
