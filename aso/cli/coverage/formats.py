"""Surveys → text: a table for people, JSON for programs, one line a request for snapshots."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aso.cli.coverage.survey import Row, Survey

_NONE = "—"
_HEADER = ("method", "request", "operation", "coverage")
_NO_SDK = "None of the SDKs that can be walked is installed; aso doctor lists them."


def as_table(surveys: Sequence[Survey]) -> str:
    """Return a table for each SDK, with how many methods are in each state under it."""
    return "\n\n".join(_table(one) for one in surveys) or _NO_SDK


def as_json(surveys: Sequence[Survey]) -> str:
    """Return ``{"sdks": [{"sdk", "version", "methods", "requests": [...]}]}``."""
    found = [
        {
            "sdk": one.sdk,
            "version": one.version,
            "methods": one.counts(),
            "requests": [row._asdict() for row in one.rows],
        }
        for one in surveys
    ]
    return json.dumps({"sdks": found}, indent=2)


def as_lines(survey: Survey) -> str:
    """Return a line for each request, the same whatever else there is."""
    return "".join(f"{'  '.join(_cells(row))}\n" for row in survey.rows)


def _table(survey: Survey) -> str:
    lines = [_HEADER, *(_cells(row) for row in survey.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    body = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*body, _summary(survey)])


def _summary(survey: Survey) -> str:
    counts = survey.counts()
    parts = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{survey.sdk} {survey.version}: {sum(counts.values())} methods: {parts}"


def _cells(row: Row) -> tuple[str, str, str, str]:
    request = _NONE if row.path is None else f"{row.http_method} {row.path}"
    return row.method, request, row.operation or _NONE, row.coverage
