"""A pytest plugin (``-p``): the outcome of each test, as JSON, to the file OUTCOMES names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

_FOUND: dict[str, str] = {}


def pytest_runtest_logreport(report: Any) -> None:
    """Keep the worst of set-up, call and tear-down."""
    if report.failed:
        _FOUND[report.nodeid] = "failed"
    elif report.when == "call" or report.skipped:
        _FOUND.setdefault(report.nodeid, report.outcome)


def pytest_sessionfinish(session: Any) -> None:
    """Write them where all reports arrive: not in an xdist worker."""
    if not hasattr(session.config, "workerinput"):
        Path(os.environ["OUTCOMES"]).write_text(json.dumps(_FOUND), encoding="utf-8")
