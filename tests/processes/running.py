"""Start programs of this folder as processes of their own, and read what they left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

import aso
from aso.cli.drain import drain
from aso.ledger import Ledger
from aso.records import Event
from aso.sinks import LedgerSink

ROOT = Path(aso.__file__).parents[1]
MAX_S = 120  # a limit for a busy machine, not a measure


class Started(subprocess.Popen[str]):
    """A process whose input and output are pipes; it ends with the ``with`` block."""

    stdin: IO[str]
    stdout: IO[str]

    def ask(self, line: str = "") -> str:
        """Write a line to it, and return the one that it answers."""
        self.stdin.write(f"{line}\n")
        self.stdin.flush()
        return self.stdout.readline().strip()


def start(
    role: str, url: str, *arguments: str, program: str = "calls", **changes: str | None
) -> Started:
    """Start ``role`` of ``program``; ``changes`` are environment variables, None takes one away."""
    command = [sys.executable, "-m", f"tests.processes.{program}", role, url, *arguments]
    return launch(command, **changes)


def launch(command: Sequence[str], **changes: str | None) -> Started:
    """Start a command in the repository's root."""
    environment: Mapping[str, str | None] = {**os.environ, "PYTHONPATH": str(ROOT), **changes}
    kept = {name: value for name, value in environment.items() if value is not None}
    pipe = subprocess.PIPE
    return Started(command, stdin=pipe, stdout=pipe, text=True, env=kept, cwd=ROOT)


def run(role: str, url: str, *arguments: str, program: str = "calls", **changes: str) -> list[str]:
    """Run to the end and return the lines it printed; it must end well."""
    with start(role, url, *arguments, program=program, **changes) as process:
        lines = process.communicate(timeout=MAX_S)[0].splitlines()
    assert process.returncode == 0, (process.returncode, lines)
    return lines


@contextmanager
def mounted(where: Path, options: str) -> Iterator[None]:
    """Have a small file system at ``where``; skip the test where mounting is not allowed."""
    where.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(where)]
    if os.name == "nt" or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def home() -> Path:
    """Return the test's ASO_HOME."""
    return Path(os.environ["ASO_HOME"])


def adopt() -> None:
    """Do what the next process of this home does with what dead ones left."""
    drain(LedgerSink())


def events() -> list[Event]:
    """Return all events of the ledger, every revision, without draining the journal."""
    ledger = Ledger(home() / "ledger.db")
    try:
        return list(ledger.events(all_revisions=True))
    finally:
        ledger.close()


def ids() -> list[str]:
    """Return the generation ids of all events, sorted; one that is there twice is there twice."""
    return sorted(str(event.generation_id) for event in events())
