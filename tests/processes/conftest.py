"""One provider for the folder: its answers are never the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.processes.server import Provider


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The base_url of a provider on this machine."""
    with Provider() as provider:
        yield provider.url
