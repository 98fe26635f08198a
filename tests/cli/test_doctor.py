"""`aso doctor` tries what it reports, and ends with 1 where something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aso.cli import main
from aso.journal import drops, open_journal
from aso.journal.drops import Drops
from aso.sinks import LedgerSink
from tests.events import event
from tests.journal.processes import ORIGIN


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    return main([*arguments, "doctor"]), capsys.readouterr().out


def distribution(folder: Path, name: str, version: str) -> dict[str, str]:
    """Return an environment in which this distribution seems to be installed."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": path}


def run(environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "aso", "doctor"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_counts_what_is_in_the_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    sink = LedgerSink()
    sink.send([event(1), event(2)])
    sink.close()
    code, text = findings(capsys)
    assert code == 0
    assert f"ok ledger       {sink.path}, 2 rows, " in text


_KILLED = """
import os, signal, aso
aso.instrument()
aso.record(provider="openai", model="gpt-4o-mini", usage={"prompt_tokens": 1})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_it_counts_what_a_killed_program_left(capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run([sys.executable, "-c", _KILLED], check=False)
    assert " bytes, writers: 0 living, 1 dead; 1 record to deliver\n" in findings(capsys)[1]


def test_a_broken_ledger_is_a_problem(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"x" * 4096)
    code, text = findings(capsys, "--ledger", str(path))
    assert code == 1
    assert "!! ledger" in text


def test_a_home_that_cannot_be_made_is_a_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ASO_HOME", str(tmp_path / "file" / "home"))
    code, text = findings(capsys)
    assert code == 1
    assert "cannot be written (Not a directory): set ASO_HOME to a folder of yours" in text


def test_settings_are_shown_without_their_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASO_API_KEY", "aso_k_abc.s3cret")
    monkeypatch.setenv("ASO_ENDPOINT", "https://ingest.example")
    monkeypatch.setenv("ASO_DIMENSIONS", "team=search,app=web")
    code, text = findings(capsys)
    assert code == 0
    assert "key abc, endpoint https://ingest.example" in text
    assert "env none, dimensions team, app, policy none" in text
    assert "s3cret" not in text


def test_a_foreign_package_named_aso_is_a_problem_with_a_way_out(tmp_path: Path) -> None:
    code, text = run(distribution(tmp_path, "aso", "3.1"))
    assert code == 1
    assert "another distribution named 'aso' (3.1) is installed" in text
    assert "pip uninstall aso" in text


@pytest.mark.sdk
def test_an_sdk_that_is_too_old_is_a_problem(tmp_path: Path) -> None:
    code, text = run(distribution(tmp_path, "openai", "1.2.0"))
    assert code == 1
    assert "!! openai       1.2.0 is too old" in text


@pytest.mark.sdk
def test_an_sdk_without_our_hooks_is_a_problem(tmp_path: Path) -> None:
    environment = distribution(tmp_path, "openai", "9.0.0")
    (tmp_path / "openai").mkdir()
    (tmp_path / "openai" / "__init__.py").touch()
    (tmp_path / "openai" / "_base_client.py").write_text("class SyncAPIClient: pass\n")
    code, text = run(environment)
    assert code == 1
    assert "is not there, so it is off: install one that is tested from" in text


@pytest.mark.sdk
def test_a_part_that_an_older_version_has_not_is_no_problem(tmp_path: Path) -> None:
    _, text = run(distribution(tmp_path, "google_genai", "1.5.0"))
    assert "ok google_interactions 1.5.0 has none of it" in text


def test_a_ledger_that_is_named_and_missing_is_a_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, text = findings(capsys, "--ledger", str(tmp_path / "other.db"))
    assert code == 1
    assert f"!! ledger       {tmp_path / 'other.db'} is not there" in text


def test_what_was_dropped_is_said_with_its_cause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "aso-home" / "journal" / "somewhere"
    folder.mkdir(parents=True)
    drops.note(folder, Drops(1_000, 2_000, age=1, size=2, room=0))
    drops.note(folder, Drops(3_000, 4_000, age=0, size=1_000, room=3))
    code, out = findings(capsys)
    assert code == 1
    assert (
        "!! dropped      1,006 records from 1970-01-01T00:00:01.000Z to 1970-01-01T00:00:04.000Z, which "
        "nobody gets: 1,002 over ASO_JOURNAL_MAX_BYTES, 1 older than ASO_JOURNAL_MAX_AGE, 3 without room "
        f"on the disk; to forget that: rm {folder / 'dropped'}"
    ) in out.splitlines()


def test_a_process_that_leaves_delivery_to_nobody_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "aso-home"
    journal = open_journal(home, "somewhere", ORIGIN)
    journal.owe("ledger")
    journal.append(b"a")
    code, out = findings(capsys)
    journal.close()
    assert code == 1
    assert (
        "!! ship         1 process of ASO_DELIVERY=ship, and nobody delivers for it: "
        f"aso ship --watch {home}"
    ) in out.splitlines()
    assert "writers: 1 living, 0 dead; 1 record to deliver" in out
