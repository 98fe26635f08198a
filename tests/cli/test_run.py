"""``aso run``: the program is Python's own, and its calls are captured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aso.cli import main
from tests.openai_sdk.scripted import COMPLETION

_PROGRAM = f"""
import sys, httpx
answer = httpx.Response(200, json={COMPLETION!r})
if __name__ == "__main__":
    with httpx.Client(transport=httpx.MockTransport(lambda request: answer)) as client:
        body = {{"model": "gpt-4o-mini", "messages": []}}
        client.post("https://api.openai.com/v1/chat/completions", json=body)
    print(sys.argv)
"""


def aso_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "aso", "run", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["calls.py"], ["-m", "calls"]], ids=["script", "module"])
def test_a_program_runs_as_it_is_and_its_calls_are_captured(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "calls.py").write_text(_PROGRAM)
    done = aso_run(tmp_path, *arguments, "--depth", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("'--depth', '2']\n")
    main(["report", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["total"]["calls"] == 1


def test_how_a_program_ends_is_how_the_command_ends(tmp_path: Path) -> None:
    (tmp_path / "ends.py").write_text("import sys; sys.exit(7)")
    (tmp_path / "fails.py").write_text("raise LookupError('its own')")
    assert aso_run(tmp_path, "ends.py").returncode == 7
    failed = aso_run(tmp_path, "fails.py")
    assert failed.returncode == 1
    assert failed.stderr.rstrip().endswith("LookupError: its own")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no program is named; usage:"),
        (("none.py",), "script 'none.py' is not there; usage:"),
        (("folder",), "folder 'folder' has no __main__.py; usage:"),
        (("-m", "nope"), "module 'nope' is not there; usage:"),
        (("-m", "nope.part"), "module 'nope.part' is not there; usage:"),
        (("-m", "json.nope"), "module 'json.nope' is not there; usage:"),
        (("-m", ".nope"), "module '.nope' is not there; usage:"),
        (("-m", "json"), "package 'json' has no __main__; usage:"),
        (("-m", "folder"), "package 'folder' has no __main__; usage:"),
    ],
)
def test_a_program_that_is_not_there_is_said(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    done = aso_run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"aso: {said}")


@pytest.mark.parametrize("arguments", [["pack"], ["-m", "pack"]], ids=["folder", "package"])
def test_a_folder_that_is_a_program_runs(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__main__.py").write_text("print('it runs')")
    done = aso_run(tmp_path, *arguments)
    assert (done.stdout, done.stderr) == ("it runs\n", "")


def test_what_a_package_lacks_is_its_own_to_say(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("import not_installed")
    failed = aso_run(tmp_path, "-m", "pack.part")
    assert failed.stderr.rstrip().endswith("No module named 'not_installed'")
    assert failed.returncode == 1


def test_a_program_that_instruments_itself_has_what_it_asks_for(tmp_path: Path) -> None:
    own = """
import aso
aso.instrument(policy={"mode": "enforce", "denied_models": ["openai:gpt-4*"]}, env="its-own")
"""
    (tmp_path / "calls.py").write_text(own + _PROGRAM)
    done = aso_run(tmp_path, "calls.py")
    assert "ModelNotAllowedError: " in done.stderr
    exported = subprocess.run(
        [sys.executable, "-m", "aso", "export"], capture_output=True, text=True, check=True
    )
    [document] = [json.loads(line) for line in exported.stdout.splitlines()]
    assert (document["kind"], document["env"]) == ("refused", "its-own")


def test_a_program_that_instruments_itself_twice_is_refused_as_ever(tmp_path: Path) -> None:
    twice = "import aso; aso.instrument(); aso.instrument(env='other')"
    (tmp_path / "twice.py").write_text(twice)
    assert "was called before with other arguments (env)" in aso_run(tmp_path, "twice.py").stderr


@pytest.mark.parametrize("wrong", ["integrations=['none']", "prices='none.toml'"])
def test_a_program_whose_own_settings_are_wrong_stays_as_aso_run_made_it(
    wrong: str, tmp_path: Path
) -> None:
    own = f"""
import aso, contextlib
with contextlib.suppress(aso.ConfigError):
    aso.instrument({wrong})
"""
    (tmp_path / "calls.py").write_text(f"{own}{_PROGRAM}    print(aso.stats().calls)\n")
    done = aso_run(tmp_path, "calls.py")
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["1"], "")


def test_a_program_that_switches_itself_off_is_off(tmp_path: Path) -> None:
    own = "import aso, os; os.environ['ASO_DISABLED'] = '1'; aso.instrument()\n"
    (tmp_path / "calls.py").write_text(f"{own}{_PROGRAM}    print(aso.stats().calls)\n")
    done = aso_run(tmp_path, "calls.py")
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["0"], "")
