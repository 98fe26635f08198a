"""Run the own tests of SDKs, frameworks and HTTP clients bare and with aso on, and compare, test by test.

usage: python -m tools.sdk_suite.run [PACKAGE-VERSION...] [--folder FOLDER]

The tests come from a source distribution, but for Python's own; they and their environments are made
in FOLDER once. Exit status 1 where a test passes bare and fails with aso, or where a fault of ours was
counted. A test that differs is run again by itself, three times each way: one that can fail bare
too is called unsteady, and is listed, but is no difference.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.sdk_suite.own_tests import OwnTests
from tools.sdk_suite.suites import SUITES

_ROOT = Path(__file__).parents[2]
_REPEATS = 3
_PLUGINS = ("tools.sdk_suite.outcomes", "tools.sdk_suite.with_server")
Outcomes = dict[str, str]


class Side(NamedTuple):
    """One run of a suite: the outcome of each test, and what aso counted (nothing where bare)."""

    outcomes: Outcomes
    counts: Counter[str]
    faults: list[dict[str, str]]


class Suite(NamedTuple):
    """One version's tests: what they want, where they are unpacked, the Python that can run them."""

    name: str
    own: OwnTests
    source: Path
    python: Path
    folder: Path

    def run(self, *, with_aso: bool, only: Sequence[str] = ()) -> Side:
        """Run the tests, all or some."""
        home = self.folder / f"home-{self.name}-{time.time_ns()}"
        counts = home / "counts"
        counts.mkdir(parents=True)
        with _server(self, home) as url, (home / "pytest.log").open("wb") as log:
            subprocess.run(
                [self.python, *self._arguments(only, with_aso=with_aso)],
                cwd=self.source,
                env={**os.environ, **self.own.environment, **self._variables(home, url)},
                stdout=log,
                stderr=log,
                check=False,
            )
        outcomes = home / "outcomes.json"
        if not outcomes.exists():
            raise SystemExit(f"pytest did not end; see {home / 'pytest.log'}")
        return Side(json.loads(outcomes.read_text(encoding="utf-8")), *_added(counts))

    def _variables(self, home: Path, url: str) -> dict[str, str]:
        return {
            "PYTHONPATH": str(_ROOT),
            "TEST_API_BASE_URL": url,
            "OUTCOMES": str(home / "outcomes.json"),
            "ASO_HOME": str(home),
            "ASO_COUNTS": str(home / "counts"),
            "ASO_TAKES_ALL": "1" if self.own.takes_all else "",
        }

    def _arguments(self, only: Sequence[str], *, with_aso: bool) -> list[str]:
        """Return what Python is asked: the tests' own settings, but for what they add themselves."""
        ours = (*_PLUGINS, *(["tools.sdk_suite.aso_on"] if with_aso else []))
        plugins = [argument for name in (*self._plugins(), *ours) for argument in ("-p", name)]
        return [
            *("-m", "pytest", "--rootdir=.", "-o", "addopts=", "--tb=short", "-q"),
            *("-n", "0" if only else "2"),
            *("--continue-on-collection-errors", "-p", "no:cacheprovider", *plugins),
            *(only or self.own.where),
            *self.own.asked,
        ]

    def _plugins(self) -> list[str]:
        """Return the plugins that the suite's own settings ask for: what they add is not used."""
        settings = self.source / "pyproject.toml"
        found = settings.read_text(encoding="utf-8") if settings.exists() else ""
        return re.findall(r"-p (tests\.\w+)", found)


def prepare(name: str, folder: Path) -> Suite:
    """Fetch and unpack the source distribution, and make its environment; once."""
    own, python = SUITES[name], folder / f"env-{name}" / "bin" / "python"
    source = Path(sysconfig.get_path("stdlib")) if own.is_pythons else folder / name
    if not source.is_dir():
        _unpack(name, folder)
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        _pip(str(python), "install", *own.needs)
    return Suite(name, own, source, python, folder)


def _unpack(name: str, folder: Path) -> None:
    package, _, version = name.partition("-")
    download = ("download", "--no-deps", "--no-binary", package, "--dest", str(folder))
    _pip(sys.executable, *download, f"{package}=={version}")
    with tarfile.open(folder / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="data")


def compare(suite: Suite) -> bool:
    """Print one version's counts and differences; return True where there are none."""
    bare, ours = suite.run(with_aso=False), suite.run(with_aso=True)
    differing = sorted(_passed(bare.outcomes) - _passed(ours.outcomes))
    repeats = [
        [suite.run(with_aso=side, only=differing).outcomes for _ in range(_REPEATS)]
        for side in (False, True)
        if differing
    ]
    differences = [test for test in differing if not _is_unsteady(test, *repeats)]
    print(
        f"{suite.name}: {len(bare.outcomes)} tests, "
        f"{len(_passed(bare.outcomes))} pass bare, {len(_passed(ours.outcomes))} pass with aso, "
        f"{len(differences)} differences, {ours.counts['events']} events, "
        f"{len(ours.faults)} faults of ours"
    )
    for test in differing:
        print("  DIFFERS " if test in differences else "  unsteady", test)
    for fault in ours.faults:
        print("  FAULT    ", fault["test"], fault["trace"].splitlines()[-1])
    return not differences and not ours.faults


@contextmanager
def _server(suite: Suite, home: Path) -> Iterator[str]:
    with (home / "server.log").open("wb") as log:
        module = suite.own.module or suite.name.partition("-")[0]
        process = subprocess.Popen(
            [suite.python, "-m", "tools.sdk_suite.mock_server", module, "0"],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        yield f"http://{process.stdout.readline().decode().strip()}"
    finally:
        process.kill()
        process.communicate()


def _is_unsteady(test: str, bare: list[Outcomes], ours: list[Outcomes]) -> bool:
    """Return True where it fails bare now and then, or never fails with aso again."""
    fails_bare = any(one.get(test) != "passed" for one in bare)
    return fails_bare or all(one.get(test) == "passed" for one in ours)


def _passed(outcomes: Outcomes) -> set[str]:
    return {test for test, outcome in outcomes.items() if outcome == "passed"}


def _added(folder: Path) -> tuple[Counter[str], list[dict[str, str]]]:
    total: Counter[str] = Counter()
    faults: list[dict[str, str]] = []
    for one in folder.iterdir():
        found = json.loads(one.read_text(encoding="utf-8"))
        total.update(found["counts"])
        faults += found["faults"]
    return total, faults


def _pip(python: str, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", "-q", *arguments], check=True)


def main() -> int:
    """Compare each version that was asked for, or all."""
    parser = argparse.ArgumentParser(description="the SDK's own tests, bare and with aso")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--folder", type=Path, default=Path(".venvs/sdk-suite"))
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    same = [compare(prepare(name, folder)) for name in asked.suites or SUITES]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
