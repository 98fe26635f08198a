"""The command line where there is no ledger, a broken one, or a question that cannot be answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aso.cli import main
from aso.report.focus import COLUMNS
from aso.sinks import LedgerSink
from tests.events import event

NONE_YET = "There is no ledger yet: call aso.instrument() in your program, then make a call.\n"


def filled(*numbers: int) -> Path:
    sink = LedgerSink()
    sink.send([event(number) for number in numbers])
    sink.close()
    return sink.path


@pytest.mark.parametrize(
    "arguments", [["report"], ["report", "--latency"], ["tail"], ["tail", "--once"]]
)
def test_without_a_ledger_the_way_to_one_is_shown_and_no_file_is_made(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == NONE_YET
    assert not LedgerSink().path.exists()


def test_without_a_ledger_json_is_whole_and_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--by", "team", "--format", "json"]) == 0
    total = {
        "calls": 0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "cost_usd": "0",
        "estimated_cost_usd": "0",
        "unpriced_calls": 0,
    }
    assert json.loads(capsys.readouterr().out) == {"rows": [], "total": total}


_READING = [["report"], ["tail"], ["explain", "0"], ["export"], ["ledger", "compact"]]


@pytest.mark.parametrize("command", _READING)
def test_a_ledger_that_is_named_and_missing_is_said(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "other.db"
    assert main(["--ledger", str(path), *command]) == 2
    said = (
        f"aso: --ledger {path} is not there: name a ledger's file, or leave --ledger out for the "
        "one in ASO_HOME\n"
    )
    assert capsys.readouterr() == ("", said)
    assert not path.exists()


@pytest.mark.parametrize("command", _READING)
def test_a_home_that_is_a_file_is_said(
    command: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (home := tmp_path / "file").touch()
    monkeypatch.setenv("ASO_HOME", str(home))
    assert main(command) == 2
    assert f"ASO_HOME {home} is no folder: set it to one" in capsys.readouterr().err


def test_without_a_ledger_a_focus_export_has_its_header(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["export", "--format", "focus"]) == 0
    assert capsys.readouterr() == (f"{','.join(COLUMNS)}\n", NONE_YET)


def test_without_a_ledger_nothing_is_exported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export"]) == 0
    assert capsys.readouterr() == ("", NONE_YET)


def test_a_report_that_finds_nothing_does_not_blame_the_ledger(
    capsys: pytest.CaptureFixture[str],
) -> None:
    filled(1)
    assert main(["report", "--where", "team=nobody"]) == 0
    assert capsys.readouterr().out.startswith("No event fits")


@pytest.mark.parametrize("command", [["report"], ["tail", "--once"], ["explain", "0"], ["export"]])
def test_a_ledger_that_is_none_is_a_problem_and_stays_as_it_is(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("notes " * 200)
    assert main(["--ledger", str(path), *command]) == 1
    assert "notes.txt cannot be used: file is not a database" in capsys.readouterr().err
    assert path.read_text() == "notes " * 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "--since", "7d", "--until", "8d"], "--since 7d is not before --until 8d: swap"),
        (["report", "--by", "x" * 33], "choose from"),
        (["report", "--by", "team,,model"], "'team,,model' has an empty name: write one comma"),
        (["report", "--by", "dims."], "as it is or as dims.team\n"),
        (["report", "--where", "calls=3"], "cannot group or filter by 'calls'"),
        (["export", "--where", "=a"], "filter '=a' has no key: write key=value"),
        (["tail", "-n", "-1"], "-n is -1: write how many"),
        (["tail", "--once", "-n", "9" * 23], f"-n is {'9' * 23}: write how many"),
        (["ledger", "compact", "--keep", "9" * 23], f"--keep is {'9' * 23}: write how many"),
        (["explain", ""], "2 events with an id that begins with ''"),
        (["explain", "\udcff"], "is not Unicode text"),
        (["explain", "zz%"], "no event with an id that begins with 'zz%'"),
    ],
)
def test_a_wrong_argument_says_its_value_and_the_way_out(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(1, 2)
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["policy", "budgets"])
def test_a_command_that_is_not_there_is_no_stub(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command])
    assert ended.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_all_revisions_are_exported_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    sink = LedgerSink()
    sink.send([event(1), event(1, revision=1, revision_reason="settled")])
    sink.close()
    counts = []
    for more in ([], ["--all-revisions"]):
        assert main(["export", *more]) == 0
        counts.append(len(capsys.readouterr().out.splitlines()))
    assert counts == [1, 2]


_KILLED = """
import os, signal, aso
aso.instrument()
for _ in range(3):
    aso.record(provider="openai", model="gpt-4o-mini", usage={"input_tokens": 1_000_000})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_what_a_killed_program_left_is_in_the_report_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED], check=False)
    assert done.returncode == -signal.SIGKILL
    for _ in range(2):
        assert main(["report", "--by", "model", "--format", "json"]) == 0
        [row] = json.loads(capsys.readouterr().out)["rows"]
        assert (row["model"], row["calls"], row["cost_usd"]) == ("gpt-4o-mini", 3, "0.45")


def test_tail_shows_each_event_as_it_comes() -> None:
    filled(1)
    command = [sys.executable, "-m", "aso", "tail", "-n", "1"]
    following = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert following.stdout is not None
    shown = [following.stdout.readline()]
    filled(2, 3)
    shown += [following.stdout.readline() for _ in range(2)]
    following.terminate()
    following.communicate()
    assert [line.split()[-1][-1] for line in shown] == ["1", "2", "3"]


def test_a_terminal_of_a_narrow_encoding_gets_what_it_can_show() -> None:
    filled(1)
    done = subprocess.run(
        [sys.executable, "-m", "aso", "report", "--by", "function"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\\u2014" in done.stdout
