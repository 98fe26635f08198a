"""What one SDK has, read once for all tests of a process."""

from __future__ import annotations

from functools import cache

from aso.cli.coverage.survey import Survey, survey


@cache
def surveyed(name: str) -> Survey:
    return survey(name)
