"""SQLite alone, and DuckDB over compacted history beside it: the same rows, to the last digit."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from aso.ledger import Ledger
from aso.ledger.compaction import compact
from aso.records import Event
from aso.report import Period, dimensions, formats, parse_grouping, spend
from tests.any_events import ANY_EVENTS
from tests.events import PRICED, event

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

HOUR_MS = 3_600_000
FIRST_MS = 1_795_392_000_000  # 2026-11-23T00:00Z
GROUPINGS = ("", "provider,model", "team", "day,dims.any", "hour", "month,env,kind", "dims.\"'/~")
FILTERS = ("team=search", "day=2026-11-23", "month=2026-11", "day=no day", "env=", "dims.\"'/~=")
_KEYS = ("team", "any", "env", "\"'/~")
_dims = some.dictionaries(some.sampled_from(_KEYS), some.sampled_from(("search", "", "ä'\"")))
_costs = some.builds(
    PRICED._replace,
    total=some.none() | some.decimals(min_value=0, max_value=10**12, places=20),
    status=some.sampled_from(["priced", "partial", "unpriced"]),
)
_histories = some.lists(
    some.builds(
        lambda one, version, hours, dims, cost, kind, source: one._replace(
            event_id=f"{one.event_id[:14]}{version}{one.event_id[15:]}",
            ended_at_ms=FIRST_MS + hours * HOUR_MS,
            started_at_ms=FIRST_MS,
            dims=dims,
            cost=cost,
            kind=kind,
            usage=one.usage._replace(source=source),
        ),
        ANY_EVENTS,
        some.sampled_from("78"),
        some.integers(min_value=0, max_value=72),
        _dims,
        _costs,
        some.sampled_from(["call", "refused", "unmetered", "adjustment"]),
        some.sampled_from(["provider", "partial", "estimate", "none"]),
    ),
    max_size=12,
    unique_by=lambda one: (one.event_id, one.revision),
)


def said(ledger: Ledger, by: str, **options: Any) -> str:
    return formats.as_json(spend(ledger, parse_grouping(by), **options))


def answers(path: Path, batches: Sequence[Sequence[Event]], boundaries: Sequence[int]) -> list[Any]:
    """Return what a ledger says of these events, compacted after each batch up to a boundary."""
    with closing(Ledger(path)) as ledger:
        for batch, boundary in zip(batches, boundaries, strict=True):
            ledger.add(batch)
            if boundary:
                compact(path, before_ms=boundary, largest=3)
        period = Period(FIRST_MS + HOUR_MS, FIRST_MS + 60 * HOUR_MS)
        return [
            *(said(ledger, by, with_latency=True) for by in GROUPINGS),
            *(said(ledger, "model", where=[where], period=period) for where in FILTERS),
            sorted(dimensions(ledger, period=period, where=["env="]).items()),
            [json.dumps(one) for one in ledger.documents()],
            [json.dumps(one) for one in ledger.documents(all_revisions=True)],
        ]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
)
@given(_histories, _histories, some.integers(0, 72), some.integers(0, 72))
def test_a_compacted_ledger_says_what_one_that_is_not_says(
    first: list[Event], second: list[Event], early: int, late: int
) -> None:
    # some come again; a UUIDv7 is made for one call alone, a UUIDv8 again for the same
    others = [one if one.event_id[14] == "8" else _another(one) for one in second]
    batches = [first, [*others, *first[:3]]]
    with tempfile.TemporaryDirectory() as folder:
        plain = answers(Path(folder) / "plain.db", batches, [0, 0])
        hours = [FIRST_MS + early * HOUR_MS, FIRST_MS + late * HOUR_MS]
        assert answers(Path(folder) / "compacted.db", batches, hours) == plain


def _another(one: Event) -> Event:
    return one._replace(event_id=f"02{one.event_id[2:]}")


def test_a_rate_of_18_places_is_summed_exactly_from_parquet(tmp_path: Path) -> None:
    smallest, largest = Decimal("0.000000000000000001"), Decimal("999999999.999999999999999999")
    events = [
        _costing(number, amount) for number, amount in enumerate([smallest, largest, smallest])
    ]
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.add(events)
        compact(ledger.path, before_ms=FIRST_MS + HOUR_MS)
        assert ledger.recent_count() == 0
        total = spend(ledger, parse_grouping("model")).total
    assert total.cost == Decimal("1000000000.000000000000000001")


def _costing(number: int, amount: Decimal) -> Event:
    return event(number, ended_at_ms=FIRST_MS, cost=PRICED._replace(total=amount))
