"""What the newest SDKs can send, and what becomes of it: nothing new slips through.

`make coverage-snapshot` rewrites the texts in this folder, and the table in docs/coverage.md; of xai and
litellm `.venvs/ROW/bin/python -m tests.coverage.test_snapshot NAME` does.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import pytest

from aso.cli.coverage.formats import as_lines
from aso.cli.coverage.states import FREE, METERED, SETTLES, SILENT, UNMETERED
from aso.cli.coverage.survey import SDKS, Row, Survey, version
from tests.coverage.surveys import surveyed

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "coverage.md"
ELSEWHERE = ("xai", "litellm")  # not installed beside the others: test_xai.py, test_litellm.py
WHAT_TO_DO = """
{name} {version} is not what tests/coverage/{name}.txt says:

{changes}

Look at each new line. Is it unmetered, but its usage can be read? Add its route to aso/routes.py.
Is it free, but can bill? It must not be: fix aso/routes.py, with a test in tests/test_routes.py.
Does it send nothing, but should? Then the walk (aso/cli/coverage) does not follow it yet.
When all is right: make coverage-snapshot, and commit it with the reason.
"""


def snapshot(name: str) -> Path:
    return HERE / f"{name}.txt"


def write(asked: list[str]) -> None:
    """Write down the SDKs that are asked for, else all that the tests' environment holds."""
    for name in asked or SDKS:
        if asked or name not in ELSEWHERE:
            snapshot(name).write_text(as_lines(surveyed(name)), encoding="utf-8")
            write_counts(name)


def write_counts(name: str) -> None:
    """Rewrite one row of the docs' table, or add it under the last."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    row = f"| {' | '.join(map(str, [name, version(name), *counts(name)]))} |"
    places = [at for at, line in enumerate(lines) if line.startswith(f"| {name} |")]
    last = max(
        at for at, line in enumerate(lines) if line.startswith(tuple(f"| {n} |" for n in SDKS))
    )
    place = places[0] if places else last + 1
    lines[place : place + len(places)] = [row]
    PAGE.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def check(name: str) -> None:
    """Compare what is installed with what is written down."""
    path = snapshot(name)
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = as_lines(surveyed(name)).splitlines()
    changes = "\n".join(difflib.unified_diff(known, found, "known", "found", lineterm="", n=0))
    assert not changes, WHAT_TO_DO.format(name=name, version=version(name), changes=changes)


@pytest.mark.parametrize("name", [name for name in SDKS if name not in ELSEWHERE])
def test_every_method_of_the_newest_sdk_is_known(name: str) -> None:
    if name.startswith("google") and sys.version_info < (3, 11):
        pytest.skip("google-genai 3, which is written down, needs Python 3.11")
    check(name)


def test_the_docs_count_the_same_methods() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    said = {row[0]: [int(cell) for cell in row[2:]] for row in cells if row[0] in SDKS}
    assert said == {name: counts(name) for name in SDKS}, "docs/coverage.md: make coverage-snapshot"


def counts(name: str) -> list[int]:
    """Return how many methods a snapshot has, and how many in each state, as the docs have them."""
    lines = snapshot(name).read_text(encoding="utf-8").splitlines()
    found = Survey(
        name, "", tuple(Row(*line.split("  ")[:2], *line.split("  ")[1:]) for line in lines)
    )
    order = (METERED, SETTLES, UNMETERED, FREE, SILENT)
    return [sum(found.counts().values()), *(found.counts()[state] for state in order)]


if __name__ == "__main__":
    write(sys.argv[1:])
