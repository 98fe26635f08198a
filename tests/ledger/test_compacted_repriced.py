"""A ledger that is compacted in part is priced anew and compared whole."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from aso.cli import main
from aso.ledger import Ledger
from aso.ledger.compaction import compact
from aso.pricing import Pricer, read_catalog
from aso.repricing import reprice
from tests.catalogs import catalog_file
from tests.test_repricing import derived

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

COUNT, PAST = 1200, 700
EXPORTS = Path(__file__).parents[1] / "reconcile" / "exports"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of calls a second apart, of which the earlier ones are compacted."""
    found, first = tmp_path / "ledger.db", derived().ended_at_ms
    with closing(Ledger(found)) as ledger:
        ledger.add(
            [derived(event_id=f"{n:032x}", ended_at_ms=first + n * 1000) for n in range(COUNT)]
        )
    assert compact(found, before_ms=first + PAST * 1000).rows == PAST
    return found


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A catalog in which gpt-5.4 costs twice as much."""
    return catalog_file(tmp_path, {"gpt-5.4": {"input_tokens": "5", "output_tokens": "30"}})[0]


def test_each_event_gets_one_revision_wherever_it_is(path: Path, newer: Path) -> None:
    pricer = Pricer(catalog=read_catalog(newer))
    with closing(Ledger(path)) as ledger:
        assert len(list(reprice(ledger, lambda event: pricer))) == COUNT
        assert list(reprice(ledger, lambda event: pricer)) == []
        assert [event.revision for event in ledger.events()] == [1] * COUNT
        assert sum(1 for _ in ledger.events(all_revisions=True)) == 2 * COUNT


def test_the_report_sums_the_revisions_alone(
    path: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--ledger", str(path)]
    main([*arguments, "reprice", "--since", "2000-01-01", "--catalog", str(newer)])
    capsys.readouterr()
    main([*arguments, "report", "--by", "model", "--all-revisions", "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["revision"], row["calls"], row["cost_usd"]) for row in rows] == [
        (1, COUNT, "6.36"),
        (0, COUNT, "3.18"),
    ]


def test_it_is_checked_and_compared_whole(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--ledger", str(path)]
    ever = ["--since", "2000-01-01", "--max-age", "100000", "--format", "json"]
    main([*arguments, "prices", "check", *ever])
    [used] = json.loads(capsys.readouterr().out)["used"]
    assert (used["model"], used["calls"]) == ("gpt-5.4", COUNT)
    export = str(EXPORTS / "openai_costs.json")
    main([*arguments, "reconcile", export, "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["ledger_calls"] for row in rows] == [0, COUNT]
