"""The command line on a real ledger: what it prints, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aso.cli import main
from aso.sinks import LedgerSink
from tests.events import UNPRICED, costing, event


@pytest.fixture
def ledger() -> None:
    sink = LedgerSink()
    sink.send([costing(1, "0.1"), event(2, dims={"team": "ads"}), event(3, cost=UNPRICED)])
    sink.close()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("ledger")
def test_report_prints_a_table_with_a_total(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "report", "--by", "team").splitlines()
    assert [line.split() for line in lines if line.startswith(("search", "ads", "total"))] == [
        ["search", "2", "2,000", "0", "0.1+?"],
        ["ads", "1", "1,000", "0", "0.0025"],
        ["total", "3", "3,000", "0", "0.1025+?"],
    ]


@pytest.mark.usefixtures("ledger")
def test_report_in_json_has_rows_and_a_total(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(
        said(capsys, "report", "--by", "team", "--format", "json", "--where", "team=ads")
    )
    sums = {
        "calls": 1,
        "prompt_tokens": 1000,
        "completion_tokens": 0,
        "cost_usd": "0.0025",
        "estimated_cost_usd": "0",
        "unpriced_calls": 0,
    }
    assert found == {"rows": [{"team": "ads", **sums}], "total": sums}


@pytest.mark.usefixtures("ledger")
def test_export_is_the_wire_form_one_event_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "export", "--format", "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == [
        costing(1, "0.1").to_dict(),
        event(2, dims={"team": "ads"}).to_dict(),
        event(3, cost=UNPRICED).to_dict(),
    ]


@pytest.mark.usefixtures("ledger")
def test_export_as_csv_has_a_header_and_nested_values_as_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    header, first, *_ = said(capsys, "export", "--format", "csv").splitlines()
    assert header.startswith("schema,event_id,revision")
    assert '"{""team"": ""search""}"' in first


@pytest.mark.usefixtures("ledger")
def test_explain_re_adds_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "explain", event(2).event_id)
    assert "1000 × 2.5 ÷ 1000000 = 0.0025" in text
    assert "sum of the lines         = 0.0025" in text
    assert f"sha256 {'ab' * 32}" in text


@pytest.mark.usefixtures("ledger")
def test_explain_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "explain", event(3).event_id)
    assert "the catalog does not know openai:gpt-5.4" in text
    assert "instrument(prices=...)" in text


@pytest.mark.usefixtures("ledger")
def test_tail_shows_the_newest(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "tail", "-n", "2", "--once").splitlines()
    assert [line.split()[-1][-1] for line in lines] == ["2", "3"]


def test_an_empty_ledger_says_how_to_fill_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert "aso.instrument()" in said(capsys, "report")
    assert json.loads(said(capsys, "report", "--format", "json"))["rows"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("report", "--since", "whenever"), "time 'whenever' is not understood"),
        (("report", "--where", "team"), "write key=value"),
        (("explain", "0000"), "no event with an id that begins with '0000'"),
    ],
)
def test_a_wrong_argument_ends_with_2_and_the_way_out(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_doctor_finds_nothing_wrong_in_a_good_home(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "doctor")
    assert "catalog" in text
    assert "!!" not in text


def test_doctor_finds_a_wrong_setting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASO_API_KEY", "aso_k_abc.s3cret")
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "!! settings" in text
    assert "s3cret" not in text


@pytest.mark.usefixtures("ledger")
def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    script = f"{sys.executable} -m aso export | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["schema"] == "aso.event/1"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("command", ["report", "export --format focus", "export", "doctor"])
def test_an_output_that_cannot_be_written_is_said_in_a_line(command: str) -> None:
    script = f"{sys.executable} -m aso {command} > /dev/full"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "aso: the output cannot be written: No space left on device\n",
    )


def test_without_an_output_a_command_ends_as_ever() -> None:
    script = f"{sys.executable} -m aso report >&-"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
