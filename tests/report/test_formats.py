"""How a report looks: aligned, exact, nothing hidden, nothing that a terminal would obey."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from aso.ledger import Ledger
from aso.records import Cost, Usage
from aso.report import formats, parse_grouping, spend
from tests.events import UNPRICED, costing, event


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "ledger.db")
    yield found
    found.close()


def test_the_table_is_aligned_and_ends_with_the_total_and_what_is_not_in_it(
    ledger: Ledger,
) -> None:
    guessed = Usage(input_tokens=9, output_tokens=1, source="estimate")
    ledger.add(
        [
            costing(1, "12.5"),
            costing(2, "0.000000125", usage=guessed, dims={"team": "ads"}),
            event(3, cost=UNPRICED, dims={}),
            event(4, kind="refused", outcome="refused", cost=UNPRICED, dims={}),
        ]
    )
    assert formats.as_table(spend(ledger, parse_grouping("team"))).splitlines() == [
        "team    calls  prompt  completion       cost (USD)",
        "──────  ─────  ──────  ──────────  ───────────────",
        "search      1   1,000           0             12.5",
        "ads         1       9           1     0.000000125~",
        "—           1   2,000           0         unpriced",
        "──────  ─────  ──────  ──────────  ───────────────",
        "total       3   3,009           1  12.500000125~+?",
        "",
        "+? 1 call without a known price, not in the sum",
        "~  1 call with estimated usage: $0.000000125 of the sum",
        "   1 call refused by policy, never sent",
    ]


def test_what_has_no_cost_says_why_instead_of_0(ledger: Ledger) -> None:
    ledger.add(
        [
            event(1, endpoint="a", cost=UNPRICED),
            event(2, endpoint="b", cost=UNPRICED, kind="unmetered"),
            event(3, endpoint="c", cost=UNPRICED, kind="refused", outcome="refused"),
            event(4, endpoint="d", cost=Cost(total=Decimal(0), status="priced")),
        ]
    )
    table = formats.as_table(spend(ledger, parse_grouping("endpoint"))).splitlines()
    costs = [line.split()[-1] for line in table[2:8]]
    assert costs[:4] == ["unpriced", "unmetered", "refused", "0"]
    assert costs[-1] == "0+?"


def test_a_lower_bound_is_marked_as_one(ledger: Ledger) -> None:
    total = Cost(total=costing(1, "0.5").cost.total, status="partial", source="standard")
    ledger.add([event(1, cost=total)])
    table = formats.as_table(spend(ledger, []))
    assert "0.5+?" in table
    assert "1 call priced in part: a lower bound" in table


def test_a_model_s_name_cannot_colour_the_terminal(ledger: Ledger) -> None:
    ledger.add([event(1, model="\x1b[31mred\nrow")])
    table = formats.as_table(spend(ledger, parse_grouping("model")))
    assert "\x1b" not in table
    assert table.splitlines()[2].startswith("�[31mred�row")


def test_latency_has_a_column_per_number_in_csv(ledger: Ledger) -> None:
    answered = {"started_at_ms": 1000, "first_byte_at_ms": 1020, "ended_at_ms": 1100}
    ledger.add(
        [
            event(1, **answered),
            event(2, **{**answered, "first_byte_at_ms": None}, provider="groq"),
            event(3, kind="refused", provider="xai"),
        ]
    )
    report = spend(ledger, parse_grouping("provider"), with_latency=True)
    rows = list(csv.reader(io.StringIO(formats.as_csv(report))))
    assert [[row[0], *row[-4:]] for row in rows] == [
        [
            "provider",
            "duration_ms_p50",
            "duration_ms_p95",
            "first_byte_ms_p50",
            "first_byte_ms_p95",
        ],
        ["groq", "100", "100", "", ""],
        ["openai", "100", "100", "20", "20"],
        ["xai", "", "", "", ""],
    ]


def test_latency_in_json_is_beside_the_sums_and_null_where_nothing_was_measured(
    ledger: Ledger,
) -> None:
    ledger.add([event(1, started_at_ms=0, first_byte_at_ms=None, ended_at_ms=7)])
    found = json.loads(formats.as_json(spend(ledger, [], with_latency=True)))
    assert found["total"]["duration_ms"] == {"p50": 7, "p95": 7}
    assert found["total"]["first_byte_ms"] is None
