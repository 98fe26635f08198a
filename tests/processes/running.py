"""Start programs of this folder as processes of their own, and read what they left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import aso
from aso.cli.drain import drain
from aso.ledger import Ledger
from aso.records import Event
from aso.sinks import LedgerSink

ROOT = Path(aso.__file__).parents[1]
MAX_S = 30


class Started(subprocess.Popen[str]):
    """A process whose output is a pipe; it ends with the ``with`` block."""

    stdout: IO[str]


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
    return Started(command, stdout=subprocess.PIPE, text=True, env=kept, cwd=ROOT)


def run(role: str, url: str, *arguments: str, program: str = "calls", **changes: str) -> list[str]:
    """Run to the end and return the lines it printed; it must end well."""
    with start(role, url, *arguments, program=program, **changes) as process:
        lines = process.communicate(timeout=MAX_S)[0].splitlines()
    assert process.returncode == 0, (process.returncode, lines)
    return lines


def adopt() -> None:
    """Do what the next process of this home does with what dead ones left."""
    drain(LedgerSink())


def events(home: Path | None = None) -> list[Event]:
    """Return all events of the ledger, every revision, without draining the journal."""
    path = (home or Path(os.environ["ASO_HOME"])) / "ledger.db"
    ledger = Ledger(path)
    try:
        return list(ledger.events(all_revisions=True))
    finally:
        ledger.close()


def ids(home: Path | None = None) -> list[str]:
    """Return the generation ids of all events, sorted; one that is there twice is there twice."""
    return sorted(str(event.generation_id) for event in events(home))
