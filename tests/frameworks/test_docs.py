"""The programs of docs/frameworks.md and of examples/frameworks run as they stand."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.frameworks.answers import calling
from tests.provider.server import Provider

ROOT = Path(__file__).resolve().parents[2]
_PAGE = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
_BLOCKS = [
    one for one in re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL) if "aso.instrument" in one
]
_FRAMEWORKS = ("langchain_openai", "llama_index", "pydantic_ai", "agents", "instructor")
PROGRAMS = {
    name: block for block in _BLOCKS for name in _FRAMEWORKS if f" {name}" in block.split("aso.")[0]
}


def python(provider: Provider, *arguments: str) -> str:
    environment = {
        **os.environ,
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": provider.url,
        "OPENAI_API_BASE": provider.url,
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
    }
    command = [sys.executable, *arguments]
    done: Any = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def needs(framework: str) -> None:
    if importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not here")


def test_each_framework_of_the_page_has_a_program() -> None:
    assert set(PROGRAMS) == set(_FRAMEWORKS)


@pytest.mark.parametrize("framework", _FRAMEWORKS)
def test_a_program_of_the_page_runs_and_is_counted(framework: str, provider: Provider) -> None:
    needs(framework)
    if framework == "instructor":
        provider.then(calling("City"))
    assert python(provider, "-c", PROGRAMS[framework]).strip()
    report = python(provider, "-m", "aso", "report", "--by", "team", "--format", "json")
    assert f'"calls": {len(provider.received)}' in report
    assert '"team": "search"' in report


def test_the_example_of_langchain_runs(provider: Provider) -> None:
    needs("langchain_openai")
    said = python(provider, "-m", "examples.frameworks.langchain_teams")
    assert said.endswith("denied_models: openai:o1-pro was not sent\n")
