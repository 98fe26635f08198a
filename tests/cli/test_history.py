"""``aso ledger compact``, and what the other commands make of a ledger that is compacted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import aso
from aso.cli import main
from aso.ledger.settling import folder_of
from aso.sinks import LedgerSink
from aso.testing import capture_events
from tests.catalogs import catalog_file
from tests.events import costing, event

table = pytest.importorskip("pyarrow").table
write_table = pytest.importorskip("pyarrow.parquet").write_table
pytest.importorskip("duckdb")

LONG_AGO_MS = 1_795_000_000_000


@pytest.fixture
def ledger() -> Path:
    sink = LedgerSink()
    sink.send([costing(number, "0.1", ended_at_ms=LONG_AGO_MS + number) for number in range(3)])
    sink.close()
    return sink.path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_compacting_says_how_much_was_moved_and_where(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(ledger)
    assert said(capsys, "ledger", "compact") == f"rows compacted: 3; new segments: 1, in {folder}\n"
    assert said(capsys, "ledger", "compact") == f"rows compacted: 0; new segments: 0, in {folder}\n"


def test_every_command_answers_as_before(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [
        ["report", "--format", "json", "--by", "team,day", "--latency"],
        ["export"],
        ["explain", event(1).event_id],
        ["report", "--format", "json", "--all-revisions"],
        ["prices", "drift", "--format", "json"],
    ]
    before = [said(capsys, *command) for command in commands]
    said(capsys, "ledger", "compact", "--keep", "0")
    assert [said(capsys, *command) for command in commands] == before
    assert json.loads(before[0])["total"]["cost_usd"] == "0.3"


def test_what_is_compacted_is_priced_again_like_anything_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = {"input_tokens": "5", "output_tokens": "30"}
    newer = str(catalog_file(tmp_path, {"gpt-5.4": rates})[0])
    with capture_events() as events, closing(LedgerSink()) as sink:
        aso.record(provider="openai", model="gpt-5.4", usage={"prompt_tokens": 1000})
        sink.send([one._replace(ended_at_ms=LONG_AGO_MS) for one in events])
    said(capsys, "ledger", "compact")
    said(capsys, "reprice", "--since", "2000-01-01", "--catalog", newer)
    total = json.loads(said(capsys, "report", "--format", "json"))["total"]
    assert (total["cost_usd"], total["calls"]) == ("0.005", 1)
    assert len(said(capsys, "export", "--all-revisions").splitlines()) == 2


def test_doctor_says_what_is_compacted(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "ledger", "compact")
    text = said(capsys, "doctor")
    assert f"{ledger}, 0 rows, " in text
    assert "bytes; compacted: 3 rows in 1 segment\n" in text


def _moved(segment: Path) -> None:
    segment.rename(segment.with_suffix(".kept"))


def _emptied(segment: Path) -> None:
    segment.write_bytes(b"")


def _overwritten(segment: Path) -> None:
    segment.write_bytes(b"PAR1" * 1000)


def _of_another_ledger(segment: Path) -> None:
    write_table(table({"event_id": ["x"]}), segment)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (_moved, "is not there"),
        (_emptied, "cannot be read"),
        (_overwritten, "cannot be read"),
        (_of_another_ledger, "has 1 row instead of 3"),
    ],
)
def test_doctor_finds_what_is_wrong_with_a_segment(
    broken: Callable[[Path], None], problem: str, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "ledger", "compact")
    [segment] = folder_of(ledger).glob("*.parquet")
    broken(segment)
    assert main(["doctor"]) == 1
    [line] = [one for one in capsys.readouterr().out.splitlines() if one.startswith("!!")]
    assert line.startswith(f"!! history      {segment} {problem}")
    assert line.endswith("put it back from a copy")


_WITHOUT = """
import sys
sys.modules["duckdb"] = None
from aso.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_without_duckdb_history_is_not_left_out_in_silence(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "ledger", "compact")
    command = [sys.executable, "-c", _WITHOUT, "report"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs duckdb: pip install 'aispendops[analytics]'" in done.stderr


def test_without_a_ledger_nothing_is_compacted(capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no ledger yet" in said(capsys, "ledger", "compact")
    assert not LedgerSink().path.exists()


def test_a_number_of_days_below_0_says_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "compact", "--keep", "-1"]) == 2
    assert "--keep is -1: write how many whole days stay" in capsys.readouterr().err
