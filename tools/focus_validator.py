"""What the public validator of FOCUS says of a file: its output is read, for it exits 0 on failures.

    python -m tools.focus_validator export.csv

focus-validator 2.2.1 brings the rules of 1.2.0.1 with it; others it would fetch, which is blocked.
It reads one of its own files by a relative path, so it is run inside its installation.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ENVIRONMENT = Path(__file__).resolve().parents[1] / ".venvs" / "focus-validator"
RULES = "1.2.0.1"
# What our export claims to support: each criterion brings rules that are skipped without it.
CRITERIA = (
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED",
    "NEGOTIATED_PRICING_SUPPORTED",
    "PUBLIC_PRICE_LIST_SUPPORTED",
    "SUB_ACCOUNT_SUPPORTED",
    "TAGGING_SUPPORTED",
    "UNIT_PRICING_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED",
)
_RESULT = re.compile(r"^\S+ (?P<rule>[\w-]+): (?P<result>PASS|FAIL|SKIPPED)\b", re.MULTILINE)
_TOTAL = re.compile(r"^Total: (\d+) \| Pass: (\d+) \| Fail: (\d+) \| Skipped: (\d+)$", re.MULTILINE)


class Verdict(NamedTuple):
    """Names of rules, by what became of them."""

    passed: frozenset[str]
    failed: frozenset[str]
    skipped: frozenset[str]


def is_installed() -> bool:
    """Return whether the validator's environment is there: ``make focus`` makes it."""
    return (ENVIRONMENT / "bin" / "focus-validator").exists()


def validate(path: Path) -> Verdict:
    """Return what the validator says of a CSV or Parquet file.

    Raises:
        RuntimeError: its output is not what it was when this was written.
    """
    [site] = ENVIRONMENT.glob("lib/python*/site-packages")
    command = [
        str(ENVIRONMENT / "bin" / "focus-validator"),
        *("--data-file", str(path.resolve()), "--focus-dataset", "CostAndUsage"),
        *("--validate-version", RULES, "--block-download", "--show-violations"),
        *("--applicability-criteria", ",".join(CRITERIA)),
    ]
    done = subprocess.run(
        command, cwd=site, env=_environment(), capture_output=True, text=True, check=False
    )
    return parsed(done.stdout)


def parsed(output: str) -> Verdict:
    """Return the results in the validator's output; they must be as many as it counts itself.

    Raises:
        RuntimeError: they are not, so some of it was not understood.
    """
    results: dict[str, set[str]] = {"PASS": set(), "FAIL": set(), "SKIPPED": set()}
    for found in _RESULT.finditer(output):
        results[found["result"]].add(found["rule"])
    counted = [len(rules) for rules in results.values()]
    total = _TOTAL.search(output)
    if total is None or [int(one) for one in total.groups()] != [sum(counted), *counted]:
        said = total[0] if total else output[-2000:]
        raise RuntimeError(
            f"the validator's output is not understood: {counted} found; it says {said}"
        )
    return Verdict(*(frozenset(rules) for rules in results.values()))


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONIOENCODING": "utf-8"}


def main() -> int:
    """Print what failed; 1 where something did."""
    verdict = validate(Path(sys.argv[1]))
    print(f"passed {len(verdict.passed)}, skipped {len(verdict.skipped)}", end="")
    print(f", failed {len(verdict.failed)}: {', '.join(sorted(verdict.failed)) or 'none'}")
    return bool(verdict.failed)


if __name__ == "__main__":
    sys.exit(main())
