"""One server for the tests of a module, on each kind of store: each test has a tenant of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

pytest.importorskip("starlette", reason="the extra server is not installed")
pytest.importorskip("uvicorn", reason="the extra server is not installed")
pytest.importorskip("psycopg", reason="the extra server is not installed")

from tests.serve.cluster import Cluster, cluster_of, programs  # noqa: E402
from tests.serve.served import Served, serving  # noqa: E402

_TENANTS = count()
_STORES = ("embedded", "postgresql")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    with cluster_of(found) as running:
        yield running


@pytest.fixture(scope="module", params=_STORES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A server that takes 20 events a batch and 64 KB a request."""
    options = ("--max-batch-events", "20", "--max-body-bytes", "65536", "--max-event-bytes", "9000")
    folder = tmp_path_factory.mktemp("serve")
    target: str = str(folder / "store")
    if request.param == "postgresql":
        target = request.getfixturevalue("database")
    with serving(target, folder / "secret", *options) as found:
        yield found


@pytest.fixture(scope="session")
def database(cluster: Cluster) -> str:
    """The URL of a database, for all tests."""
    return cluster.url()


@pytest.fixture
def new_database(cluster: Cluster, database: str) -> Iterator[str]:
    """The same, as if no server had used it; and again afterwards."""
    _forget(cluster)
    yield database
    _forget(cluster)


def _forget(cluster: Cluster) -> None:
    with cluster.connected() as connection:
        connection.execute("DROP SCHEMA IF EXISTS aso CASCADE")


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test has."""
    return f"tenant-{next(_TENANTS)}"


@pytest.fixture
def key(server: Served, tenant: str) -> str:
    """A key of the tenant, for all."""
    return server.key(tenant)
