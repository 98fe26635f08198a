"""Reports: groups, filters, times, and totals that are the exact sum of the events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import aso
from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.records import Usage
from aso.report import Period, formats, parse_grouping, parse_instant, spend
from aso.report.spend import at
from aso.testing import capture_events
from tests.events import UNPRICED, costing, event

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=timezone.utc)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "ledger.db")
    yield found
    found.close()


def groups(ledger: Ledger, by: str, **options: Any) -> Sequence[tuple[Any, ...]]:
    report = spend(ledger, parse_grouping(by), **options)
    return [(*line.values, line.calls, str(line.cost)) for line in report.lines]


def test_events_are_grouped_by_dimensions_and_columns_dearest_first(ledger: Ledger) -> None:
    ads = {"team": "ads"}
    ledger.add(
        [costing(1, "0.1"), costing(2, "0.2"), costing(3, "0.5", dims=ads), event(4, dims={})]
    )
    assert groups(ledger, "team,model") == [
        ("ads", "gpt-5.4", 1, "0.500000000000000000"),
        ("search", "gpt-5.4", 2, "0.300000000000000000"),
        (None, "gpt-5.4", 1, "0.002500000000000000"),
    ]


def test_days_and_hours_are_those_of_utc(ledger: Ledger) -> None:
    ledger.add([event(1)])
    assert groups(ledger, "day,hour")[0][:2] == ("2026-11-23", "2026-11-23T08:00Z")


def test_a_filter_keeps_what_is_equal(ledger: Ledger) -> None:
    ledger.add([event(1), event(2, dims={"team": "ads"}), event(3, provider="groq")])
    found = groups(ledger, "provider", where=["team=search", "provider=openai"])
    assert [one[:2] for one in found] == [("openai", 1)]


def test_since_is_inclusive_and_until_exclusive(ledger: Ledger) -> None:
    ledger.add([event(n, ended_at_ms=1000 + n) for n in range(4)])
    [line] = spend(ledger, parse_grouping("provider"), period=Period(1001, 1003)).lines
    assert line.calls == 2


def test_what_is_unknown_or_estimated_is_shown_apart(ledger: Ledger) -> None:
    estimated = Usage(input_tokens=10, output_tokens=1, source="estimate")
    ledger.add(
        [
            costing(1, "0.1"),
            costing(2, "0.2", usage=estimated),
            event(3, cost=UNPRICED),
            event(4, kind="refused", outcome="refused", cost=UNPRICED._replace(total=Decimal(0))),
            event(5, kind="unmetered", cost=UNPRICED),
        ]
    )
    report = spend(ledger, parse_grouping("provider"))
    total = json.loads(formats.as_json(report))["total"]
    assert total == {
        "calls": 3,
        "prompt_tokens": 4010,
        "completion_tokens": 1,
        "cost_usd": "0.3",
        "estimated_cost_usd": "0.2",
        "unpriced_calls": 1,
    }
    table = formats.as_table(report)
    for note in ("1 call without a known price", "estimated usage: $0.2", "refused", "not metered"):
        assert note in table


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.decimals(min_value=0, max_value=1000, places=20), min_size=1, max_size=30))
def test_totals_are_the_exact_sum(tmp_path: Path, amounts: list[Decimal]) -> None:
    path = tmp_path / "sums.db"
    path.unlink(missing_ok=True)
    ledger = Ledger(path)
    ledger.add([costing(n, str(amount)) for n, amount in enumerate(amounts)])
    report = spend(ledger, parse_grouping("provider"))
    ledger.close()
    assert report.total.cost == sum(amounts) == report.lines[0].cost


def test_latency_is_nearest_rank(ledger: Ledger) -> None:
    ledger.add(
        [event(n, started_at_ms=0, first_byte_at_ms=n, ended_at_ms=10 * n) for n in range(1, 101)]
    )
    report = spend(ledger, parse_grouping("provider"), with_latency=True)
    assert (report.total.duration_ms, report.total.first_byte_ms) == ((500, 950), (50, 95))
    assert (at([7], 0.95), at([1, 2], 0.5)) == (7, 1)


def test_a_call_that_nobody_timed_is_in_no_latency(ledger: Ledger) -> None:
    with capture_events() as recorded:
        aso.record(provider="openai", model="gpt-5.4", usage={"prompt_tokens": 1})
    timed = event(1, started_at_ms=0, first_byte_at_ms=None, ended_at_ms=70)
    ledger.add([timed, *recorded])
    report = spend(ledger, parse_grouping("provider"), with_latency=True)
    assert (report.total.calls, report.total.duration_ms) == (2, (70, 70))


def test_csv_and_json_say_the_same(ledger: Ledger) -> None:
    ledger.add([costing(1, "0.1"), event(2, dims={})])
    report = spend(ledger, parse_grouping("team"))
    assert formats.as_csv(report).splitlines() == [
        "team,calls,prompt_tokens,completion_tokens,cost_usd,estimated_cost_usd,unpriced_calls",
        "search,1,1000,0,0.1,0,0",
        ",1,1000,0,0.0025,0,0",
    ]
    rows = json.loads(formats.as_json(report))["rows"]
    assert [row["team"] for row in rows] == ["search", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23T07:00Z", "2026-11-23T07:00:00+00:00"),
        ("2026-11-23T07:00+02:00", "2026-11-23T05:00:00+00:00"),
        ("today", "2026-11-23T00:00:00+00:00"),
        ("24h", "2026-11-22T12:30:00+00:00"),
        ("7d", "2026-11-16T12:30:00+00:00"),
    ],
)
def test_times_are_understood(text: str, expected: str) -> None:
    wanted = int(datetime.fromisoformat(expected).timestamp() * 1000)
    assert parse_instant(text, NOW) == wanted


def test_what_is_not_understood_says_what_would_be(ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match="write 2026-11-23"):
        parse_instant("yesterday-ish", NOW)
    with pytest.raises(ConfigError, match="cannot group or filter by"):
        parse_grouping("team," + "x" * 33)
    with pytest.raises(ConfigError, match="write key=value"):
        spend(ledger, [], where=["team"])
