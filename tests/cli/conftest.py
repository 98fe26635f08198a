"""A catalog of one model with all that a price may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalogs import written
from tests.cli.printed import run

DEEP = {
    "aliases": ["deep-latest"],
    "confidence": "settled",
    "sources": ["one", "two"],
    "multipliers": {"inference_geo": {"us": "1.1"}},
    "prices": [
        {"rates": {"input_tokens": ["3", 1_000_000]}},
        {
            "since": "2026-06-01T00:00:00+00:00",
            "rates": {
                "input_tokens": ["2", 1_000_000],
                "web_search_requests": ["10", 1000, "page:single"],
            },
            "tiers": [
                {
                    "threshold": 200_000,
                    "inclusive": True,
                    "rates": {"input_tokens": ["4", 1_000_000]},
                }
            ],
        },
        {
            "since": "2026-06-01T00:00:00+00:00",
            "window": {"days": [0, 4], "minutes": [60, 240], "closed": "cn"},
            "rates": {"input_tokens": ["5", 1_000_000]},
        },
        {"since": "2027-01-01T00:00:00+00:00", "rates": {"input_tokens": ["6", 1_000_000]}},
        {"when": {"processing": "batch"}, "rates": {"input_tokens": ["1", 1_000_000]}},
    ],
}


@pytest.fixture
def deep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A catalog of one model with all that a price may have, in force."""
    path, sha256 = written(tmp_path / "deep.gz", {"deepseek": {"deep-1": DEEP}}, "2026.11.01")
    run(capsys, "update", str(path), "--sha256", sha256)
    return path
