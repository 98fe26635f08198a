"""A service on this machine that keeps what it was sent; left out where its libraries are not there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.serving import Script, serving

_NEEDED = ("celery", "httpx2", "opentelemetry", "requests", "starlette", "uvicorn")

collect_ignore_glob: list[str] = ["test_*.py"] if not all(map(find_spec, _NEEDED)) else []


@pytest.fixture
def service() -> Iterator[Script]:
    """Return a service that says OK to everything."""
    with serving(Script({"ok": True})) as script:
        yield script
