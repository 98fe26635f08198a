"""Every example runs as it stands, against the loopback provider."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.loopback.provider import LoopbackProvider

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("[a-z]*.py"))


@pytest.fixture(scope="module")
def provider() -> Iterator[LoopbackProvider]:
    with LoopbackProvider() as found:
        yield found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path: Path, provider: LoopbackProvider, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "OPENAI_API_KEY": "any",
        "OPENAI_BASE_URL": provider.url,
        "ASO_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, str(path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_demo_ends_with_a_report_and_an_explanation() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "examples.demo.run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for words in ("$ aso report", "$ aso explain", "unpriced", "refused", "sum of the lines"):
        assert words in done.stdout
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert report_of(readme) == report_of(done.stdout)
    assert explained(readme) == explained(done.stdout)


def report_of(text: str) -> str:
    """Return the report, which is the same in every run; events have ids and times of their own."""
    return text.partition("$ aso report")[2].partition("$ aso explain")[0]


def explained(text: str) -> str:
    """Return the explanation as the README shortens it, without what differs between runs."""
    found = text.partition("$ aso explain")[2].partition("```")[0].strip()
    for pattern, shown in _SHORTENED:
        found = re.sub(pattern, shown, found)
    return found


_SHORTENED = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "INSTANT"),
    (r"\[catalog:[^\s:]+:", "[catalog:…:"),
    (r"(sha256 \w{8})\w{56}", r"\1…"),
)
