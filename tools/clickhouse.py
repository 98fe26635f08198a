"""Statements → what ClickHouse says, in-process: one JSON array of rows for each.

    .venvs/clickhouse/bin/python tools/clickhouse.py FOLDER < statements.json

Run by the environment that ``make clickhouse`` makes; the project's own calls ``answers``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ENVIRONMENT = Path(__file__).resolve().parents[1] / ".venvs" / "clickhouse"
_LONGEST_S = 120


def is_installed() -> bool:
    """Return whether the engine's environment is there: ``make clickhouse`` makes it."""
    return (ENVIRONMENT / ".installed").exists()


def answers(statements: Sequence[str], folder: Path) -> list[list[dict[str, Any]]]:
    """Return the rows of each statement, one after the other on an empty engine.

    ``folder`` is where ``file('...')`` looks. Decimals and 64-bit integers are texts.

    Raises:
        RuntimeError: a statement failed; the engine's words.
    """
    python = str(ENVIRONMENT / "bin" / "python")
    done = subprocess.run(
        [python, str(Path(__file__).resolve())],
        input=json.dumps(list(statements)),
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        cwd=folder,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def _run() -> None:
    from chdb import session

    settings = "output_format_json_quote_decimals=1&output_format_json_quote_64bit_integers=1"
    engine = session.Session(f":memory:?{settings}")
    rows = [
        [json.loads(line) for line in str(engine.query(one, "JSONEachRow")).splitlines() if line]
        for one in json.load(sys.stdin)
    ]
    print(json.dumps(rows))


if __name__ == "__main__":
    _run()
