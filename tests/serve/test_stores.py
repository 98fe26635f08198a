"""Every kind of store keeps and sums the same: what PostgreSQL says is what the embedded one says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some

from aso.errors import ConfigError
from aso.records import Cost, Event
from aso.report import Period
from aso.report.formats import document_of
from aso.serve.opening import open_store
from aso.serve.store import Store
from tests.any_events import ANY_EVENTS
from tests.events import costing, event

_TENANTS = count()
_GROUPINGS = (
    "provider,publisher,model,request_model,operation,endpoint,host,function,outcome",
    "usage_source,pricing_status,cost_source,service_tier,sdk,kind",
    "day,team",
    "hour,env",
    "month,dims.model",
    """it's,"?",$1 %s,é""",
    "",
)
_ODD = {"it's": "a", '"?"': "?", "$1 %s": "%", "é": "ü", "model": "m", "env": "own"}
_DAY_MS = 86_400_000


@pytest.fixture(scope="module", params=["embedded", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store of each kind."""
    is_embedded = request.param == "embedded"
    folder = str(tmp_path_factory.mktemp("store"))
    target = folder if is_embedded else request.getfixturevalue("database")
    with closing(open_store(target)) as found:
        yield found


@pytest.fixture(scope="module")
def both(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Store]]:
    """Both kinds, which are given the same."""
    targets = str(tmp_path_factory.mktemp("store")), database
    embedded, postgres = map(open_store, targets)
    with closing(embedded), closing(postgres):
        yield [embedded, postgres]


def tenant() -> str:
    """Return a tenant that has nothing yet."""
    return f"store-{next(_TENANTS)}"


def added(store: Store, name: str, *events: Event) -> int:
    """Add events; return how many are new."""
    return store.add(name, [one.to_dict() for one in events])


def told(store: Store, name: str, by: str = "", **asked: Any) -> dict[str, Any]:
    """Return a report as JSON has it."""
    question: dict[str, Any] = {"period": Period(), "where": []} | asked
    return document_of(store.spend(name, by, **question))


def kept(store: Store, name: str, **asked: Any) -> list[dict[str, Any]]:
    """Return the events that count."""
    question: dict[str, Any] = {"period": Period(), "where": []} | asked
    return list(store.documents(name, **question))


def test_each_key_is_kept_once_and_the_first_stays(store: Store) -> None:
    name = tenant()
    assert added(store, name, event(1), event(2), event(1, env="later")) == 2
    assert added(store, name, event(2, env="later"), event(3), event(1, revision=1)) == 2
    assert [(one["event_id"][-1], one["revision"], one["env"]) for one in kept(store, name)] == [
        ("1", 1, "test"),
        ("2", 0, "test"),
        ("3", 0, "test"),
    ]


def test_the_highest_revision_counts_whichever_came_first(store: Store) -> None:
    name = tenant()
    added(store, name, costing(1, "3", revision=2), costing(1, "1"))
    added(store, name, costing(1, "2", revision=1))
    assert (told(store, name)["total"]["cost_usd"], len(kept(store, name))) == ("3", 1)


def test_tenants_are_apart(store: Store) -> None:
    one, other = tenant(), tenant()
    assert (added(store, one, event(1)), added(store, other, event(1), event(2))) == (1, 2)
    added(store, other, event(1, revision=1))
    assert [len(kept(store, name)) for name in (one, other, tenant())] == [1, 2, 0]
    assert [told(store, name)["total"]["calls"] for name in (one, other, tenant())] == [1, 2, 0]


def test_sums_are_exact_whatever_their_size(store: Store) -> None:
    name = tenant()
    costs = ["0.1", "1e-40", "123456789012345678901234567890", "-0.3", "0.1000"]
    totals = [Cost(total=Decimal(text), status="priced", source="standard") for text in costs]
    added(store, name, *(event(place, cost=cost) for place, cost in enumerate(totals)))
    exact = "123456789012345678901234567889.9000000000000000000000000000000000000001"
    assert told(store, name)["total"]["cost_usd"] == exact


def test_a_span_begins_with_its_first_instant_and_ends_before_its_last(store: Store) -> None:
    name, began = tenant(), event().ended_at_ms
    added(store, name, *(event(n, ended_at_ms=began + n) for n in range(4)))
    found = kept(store, name, period=Period(began + 1, began + 3))
    assert [one["ended_at_ms"] - began for one in found] == [1, 2]


@pytest.mark.parametrize("asked", ["it's=a", '"?"=?', "$1 %s=%", "é=ü", "dims.model=m", "env=own"])
def test_a_filter_holds_whatever_its_name(store: Store, asked: str) -> None:
    name = tenant()
    added(store, name, event(1, dims=_ODD), event(2))
    assert [one["event_id"][-1] for one in kept(store, name, where=[asked])] == ["1"]


def test_what_is_asked_wrongly_is_said_though_nothing_is_there(store: Store) -> None:
    for by, where in (("calls", []), ("team,", []), ("", ["team"])):
        with pytest.raises(ConfigError):
            told(store, tenant(), by, where=where)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(made=some.lists(ANY_EVENTS, max_size=12))
def test_both_say_the_same_of_whatever_they_are_given(both: list[Store], made: list[Event]) -> None:
    spread = [one._replace(ended_at_ms=one.ended_at_ms + n * _DAY_MS) for n, one in enumerate(made)]
    texts = "".join(map(repr, spread))
    assume("\\x00" not in texts)
    name = tenant()
    new = {added(store, name, *spread, event(99, dims=_ODD)) for store in both}
    assert len(new) == 1
    for by in _GROUPINGS:
        embedded, postgres = (told(store, name, by) for store in both)
        assert embedded == postgres
    embedded, postgres = (kept(store, name) for store in both)
    assert embedded == postgres
    named, also_named = (store.dimensions(name, period=Period(), where=[]) for store in both)
    assert named == also_named
