"""What several tests of sinks need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sinks.ingest_server import IngestServer


@pytest.fixture
def server() -> Iterator[IngestServer]:
    """An ingest endpoint on a loopback port."""
    with IngestServer() as found:
        yield found
