"""One server for the tests of a module: each has a tenant of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

pytest.importorskip("starlette", reason="the extra server is not installed")
pytest.importorskip("uvicorn", reason="the extra server is not installed")

from tests.serve.served import Served, serving  # noqa: E402

_TENANTS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that takes 20 events a batch and 64 KB a request."""
    options = ("--max-batch-events", "20", "--max-body-bytes", "65536", "--max-event-bytes", "9000")
    with serving(tmp_path_factory.mktemp("serve") / "store", *options) as found:
        yield found


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test has."""
    return f"tenant-{next(_TENANTS)}"


@pytest.fixture
def key(server: Served, tenant: str) -> str:
    """A key of the tenant, for all."""
    return server.key(tenant)
