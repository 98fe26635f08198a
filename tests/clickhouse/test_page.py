"""docs/clickhouse.md: its own SQL, on ClickHouse in-process, says what ``aso report`` says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import pytest

import aso
from aso.cli import main
from aso.sinks import LedgerSink, OtlpSink
from examples.demo.run import PROVIDERS, work
from examples.loopback.provider import LoopbackProvider
from tests.clickhouse.page import OTEL_TRACES, STATEMENTS, counts, spans_inserted
from tests.events import PRICED, UNPRICED, event
from tests.sinks.otlp_receiver import HttpReceiver
from tools.clickhouse import answers, is_installed

pytestmark = [
    pytest.mark.skipif(
        not is_installed(), reason="ClickHouse is not installed: `make clickhouse` installs it"
    )
]
GROUPS = ("team", "provider", "model")
TINY = PRICED._replace(total=Decimal("0.000000000000000001"))
ANEW = PRICED._replace(total=Decimal("0.1"))
# A cost that is priced anew, one of 18 places, one unknown, one of an hour before midnight UTC.
RECORDED = [
    event(1),
    event(1)._replace(revision=1, revision_reason="repriced", cost=ANEW),
    event(2)._replace(cost=TINY, dims={"team": "a'b\\", "": "x"}),
    event(3)._replace(cost=UNPRICED, dims={}),
]


@pytest.fixture
def received() -> Iterator[HttpReceiver]:
    """Make real calls, and what is recorded, into a ledger and to a receiver of OTLP."""
    with ExitStack() as stack:
        receiver = stack.enter_context(HttpReceiver())
        hosts = {name: stack.enter_context(LoopbackProvider()) for name in PROVIDERS}
        sinks = [LedgerSink(), OtlpSink(receiver.url, signals=["spans"], usage="always")]
        with aso.instrument(
            hosts={host.host: name for name, host in hosts.items()},
            policy={"denied_models": ["openai:o1*"]},
            sinks=sinks,
        ):
            clients = {
                name: openai.OpenAI(api_key="none", base_url=host.url)
                for name, host in hosts.items()
            }
            work(clients)
            assert aso.flush()
        for sink in (LedgerSink(), OtlpSink(receiver.url, signals=["spans"])):
            sink.send(RECORDED)
            sink.close()
        yield receiver


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments]) == 0
    return capsys.readouterr().out


def reported(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the rows of ``aso report``, each with the column that only ClickHouse's have."""
    rows = json.loads(said(capsys, "report", "--by", ",".join(GROUPS), "--format", "json"))["rows"]
    return sorted(({**row, "inexact_calls": 0} for row in rows), key=str)


def test_spans_that_came_by_the_collector_say_what_the_report_says(
    received: HttpReceiver, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    spans = spans_inserted([*received.spans, *received.spans])  # at least once
    setup = [OTEL_TRACES, STATEMENTS["table"], STATEMENTS["view"], spans]
    found = answers([*setup, STATEMENTS["report"]], tmp_path)[-1]
    assert sorted(counts(found, *GROUPS), key=str) == reported(capsys)
    assert len(found) > 5


def test_an_export_of_the_ledger_says_what_the_report_says(
    received: HttpReceiver, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = said(capsys, "export", "--format", "jsonl", "--all-revisions")
    (tmp_path / "events.jsonl").write_text(lines, encoding="utf-8")
    statements = [STATEMENTS[name] for name in ("table", "jsonl", "jsonl", "report")]
    found = answers(statements, tmp_path)[-1]
    assert sorted(counts(found, *GROUPS), key=str) == reported(capsys)
    assert len(received.spans) > 5


def test_days_add_up_to_the_report(
    received: HttpReceiver, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    spans = spans_inserted(received.spans)
    setup = [OTEL_TRACES, STATEMENTS["table"], STATEMENTS["view"], spans]
    found = answers([*setup, STATEMENTS["daily"]], tmp_path)[-1]
    total = json.loads(said(capsys, "report", "--format", "json"))["total"]
    assert sum(Decimal(row["cost_usd"] or 0) for row in found) == Decimal(total["cost_usd"])
    assert sum(int(row["calls"]) for row in found) == total["calls"]


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        (["0.1234567890123456789", "1"], ("1", 1)),
        (["99999999999999999999.5", "1"], ("1", 1)),
        (["1e-19", "nan"], ("0", 2)),
        (
            ["9999999999999999999", "-0.000000000000000001"],
            ("9999999999999999998.999999999999999999", 0),
        ),
    ],
    ids=["places", "digits", "no decimals", "held"],
)
def test_what_a_decimal_does_not_hold_is_shown_and_never_cut(
    costs: list[str], expected: tuple[str, int], tmp_path: Path
) -> None:
    [found] = answers([STATEMENTS["table"], *map(inserted, costs), STATEMENTS["report"]], tmp_path)[
        -1:
    ]
    [row] = counts(found, *GROUPS)
    assert (row["cost_usd"], row["inexact_calls"], row["unpriced_calls"]) == (*expected, 0)


def test_sums_do_not_wrap(tmp_path: Path) -> None:
    rows = [inserted("9999999999999999999.5", number) for number in range(20)]
    [row] = answers([STATEMENTS["table"], *rows, STATEMENTS["report"]], tmp_path)[-1]
    assert row["cost_usd"] == "199999999999999999990"


def inserted(cost: str, number: int | None = None) -> str:
    """Return the insert of a call of that cost, under an id of its own."""
    values = f"'{cost if number is None else number}', 'call', '{cost}'"
    return f"INSERT INTO aso_events (event_id, kind, cost_text) VALUES ({values})"
