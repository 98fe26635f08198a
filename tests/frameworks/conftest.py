"""Each test of a framework has a provider on this machine to itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.provider.server import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as found:
        yield found
