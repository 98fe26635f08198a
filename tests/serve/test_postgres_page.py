"""The SQL of docs/serve.md, as it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aso.serve.postgres.store import PostgresStore
from tests.events import costing, event
from tests.serve.cluster import PASSWORD, Cluster
from tests.serve.test_postgres import exported

_PAGE = Path(__file__).parents[2] / "docs" / "serve.md"
_SQL = dict(
    re.findall(r"^```sql (\w+)\n(.*?)^```", _PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)


@pytest.fixture(scope="module")
def owner(cluster: Cluster) -> Iterator[PostgresStore]:
    """The store of the page's role on the page's database."""
    with cluster.connected() as connection:
        for statement in _SQL["make"].replace("…", PASSWORD).split(";"):
            connection.execute(statement)
    with closing(PostgresStore(cluster.url("aso", user="aso"))) as store:
        store.check()
        yield store


def test_the_rights_of_the_page_are_enough_once_the_tables_are_there(
    cluster: Cluster, owner: PostgresStore, tenant: str
) -> None:
    with cluster.connected("aso") as connection:
        connection.execute(f"CREATE ROLE server LOGIN PASSWORD '{PASSWORD}'")
        connection.execute(_SQL["rights"])
    with closing(PostgresStore(cluster.url("aso", user="server"))) as store:
        assert store.add(tenant, [event(1).to_dict()]) == 1
        assert list(exported(store, tenant)) == [event(1).to_dict()]
        store.registry.set_policy(tenant, "{}")
        assert store.registry.policy(tenant) == "{}"


def test_what_is_old_is_deleted_of_one_tenant(
    cluster: Cluster, owner: PostgresStore, tenant: str
) -> None:
    old = [event(1, ended_at_ms=1_600_000_000_000).to_dict(), event(2).to_dict()]
    assert [owner.add(name, old) for name in (tenant, "other")] == [2, 2]
    with cluster.connected("aso") as connection:
        assert connection.execute(_SQL["delete"].replace("acme", tenant)).rowcount == 1
    left = [[one["event_id"] for one in exported(owner, name)] for name in (tenant, "other")]
    assert left == [[event(2).event_id], [event(1).event_id, event(2).event_id]]


def test_the_sums_of_the_page_are_those_of_a_report(
    cluster: Cluster, owner: PostgresStore, tenant: str
) -> None:
    made = [costing(1, "1"), costing(1, "0.7", revision=1), costing(2, "2", dims={"team": "ads"})]
    owner.add(tenant, [one.to_dict() for one in made])
    with cluster.connected("aso") as connection:
        found = connection.execute(_SQL["sums"].replace("acme", tenant)).fetchall()
    assert {team: str(cost) for team, cost in found} == {"search": "0.7", "ads": "2"}
