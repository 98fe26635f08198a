"""`aso export --format focus`: a row per cost line, to the last digit what the ledger says."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given

from aso.cli import main
from aso.ledger import Ledger
from aso.records import Cost, Event
from aso.report import focus
from aso.sinks import LedgerSink
from tests.any_events import ANY_EVENTS
from tests.events import PRICED, UNPRICED, event

ROOT = Path(__file__).resolve().parents[2]


def exported(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    assert main(["export", "--format", "focus", *arguments]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def summed(rows: Sequence[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


def row(**changes: object) -> dict[str, str | None]:
    [charge] = focus.charges(event(1, **changes))
    return focus.row_of(charge)


def line(**changes: object) -> Cost:
    changed = PRICED.lines[0]._replace(**changes)
    return PRICED._replace(total=changed.amount, lines=(changed,))


@pytest.mark.usefixtures("ledger")
def test_the_rows_add_up_to_the_ledger_s_total(capsys: pytest.CaptureFixture[str]) -> None:
    rows = exported(capsys)
    assert main(["report", "--format", "json"]) == 0
    total = Decimal(json.loads(capsys.readouterr().out)["total"]["cost_usd"])
    for column in ("BilledCost", "EffectiveCost", "ContractedCost"):
        assert summed(rows, column) == total


def test_every_line_is_a_row_and_every_event_without_a_known_cost_too(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = exported(capsys)
    events = list(Ledger(ledger).events())
    assert len(rows) == sum(len(one.cost.lines) or one.cost.total is None for one in events)
    unpriced = [one for one in rows if one["x_PricingStatus"] == "unpriced"]
    assert {(one["BilledCost"], one["ChargeCategory"]) for one in unpriced} == {("0", "Adjustment")}
    assert sorted(one["x_UnpricedTokens"] for one in unpriced) == ["1242", "7"]


def test_a_line_is_one_whole_row() -> None:
    expected = (ROOT / "tests" / "focus" / "row.json").read_text(encoding="utf-8")
    assert row(cost=line()) == json.loads(expected)


def test_a_discount_is_the_difference_between_list_and_contracted() -> None:
    cost = line(multiplier=Decimal("0.85"), amount=Decimal("0.002125"), source="c+contract:*")
    found = row(cost=cost)
    assert (found["ListUnitPrice"], found["ListCost"]) == ("2.5", "0.0025")
    assert (found["ContractedUnitPrice"], found["ContractedCost"]) == ("2.125", "0.002125")


def test_a_rate_of_a_contract_s_own_has_no_list_price_and_says_so() -> None:
    found = row(cost=line(source="contract:openai:*"))
    assert (found["ListUnitPrice"], found["x_IsListPriceKnown"]) == ("2.5", "false")


def test_what_closes_the_gap_to_the_provider_s_word_has_no_quantity() -> None:
    rest = Decimal("-0.0001")
    found = row(cost=line(unit="provider_adjustment", quantity=1, rate=rest, per=1, amount=rest))
    assert (found["ChargeCategory"], found["BilledCost"]) == ("Adjustment", "-0.0001")
    of_usage = ("ConsumedQuantity", "PricingQuantity", "ListUnitPrice", "SkuId", "SkuPriceDetails")
    assert {found[name] for name in of_usage} == {None}


def test_amounts_of_the_event_stand_on_its_first_row_alone() -> None:
    lines = (PRICED.lines[0], PRICED.lines[0])
    cost = PRICED._replace(lines=lines, upstream_cost=Decimal("0.4"))
    rows = [focus.row_of(one) for one in focus.charges(event(1, cost=cost))]
    assert [one["x_UpstreamCost"] for one in rows] == ["0.4", None]


def test_a_call_that_is_known_to_have_cost_nothing_is_no_row() -> None:
    assert list(focus.charges(event(1, cost=UNPRICED._replace(total=Decimal(0))))) == []


def test_a_year_has_four_digits() -> None:
    found = row(ended_at_ms=-62_135_596_800_000)
    assert (found["ChargePeriodStart"], found["BillingPeriodEnd"]) == (
        "0001-01-01T00:00:00Z",
        "0001-02-01T00:00:00Z",
    )


def test_a_rate_per_hour_keeps_18_places() -> None:
    found = row(cost=line(unit="audio_seconds", quantity=Decimal("61.5"), per=3600))
    assert (found["PricingQuantity"], found["PricingUnit"]) == (
        "0.017083333333333333",
        "3600 Seconds",
    )
    assert (found["ConsumedQuantity"], found["ConsumedUnit"]) == ("61.5", "Seconds")


@given(ANY_EVENTS)
def test_whatever_an_event_holds_its_rows_are_text_and_add_up(one: Event) -> None:
    lines = [said._replace(per=said.per or 1) for said in one.cost.lines]  # no rate is per 0
    one = one._replace(cost=one.cost._replace(lines=lines))
    rows = [focus.row_of(charge) for charge in focus.charges(one)]
    for found in rows:
        assert list(found) == list(focus.COLUMNS)
        assert all(value is None or isinstance(value, str) for value in found.values())
    added = sum((Decimal(found["BilledCost"] or 0) for found in rows), Decimal(0))
    assert added == sum((cost_line.amount for cost_line in one.cost.lines), Decimal(0))


def test_all_revisions_are_refused_for_they_would_be_counted_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["export", "--format", "focus", "--all-revisions"]) == 2
    assert "would count an event once per revision: leave it out" in capsys.readouterr().err


def test_how_many_have_no_known_cost_is_said_beside_the_file(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--format", "focus"]) == 0
    assert "aso: 2 events have no known cost: each is one row" in capsys.readouterr().err


def test_one_without_a_known_cost_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    sink = LedgerSink()
    sink.send([event(1, cost=UNPRICED)])
    sink.close()
    assert main(["export", "--format", "focus"]) == 0
    assert "aso: 1 event has no known cost: each is one row" in capsys.readouterr().err


def test_the_docs_explain_every_column() -> None:
    text = (ROOT / "docs" / "focus.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(\w+)`", text, re.MULTILINE)
    assert sorted(explained) == sorted(focus.COLUMNS)
