"""`aso coverage`: what can bill, and whether it is metered, of the SDKs as they are installed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version

import pytest

from aso.cli import main


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["coverage", *arguments]) == 0
    return capsys.readouterr().out


def test_a_table_has_a_line_for_each_request_and_a_summary(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [line.split() for line in said(capsys, "--sdk", "cerebras").splitlines()]
    assert lines[:2] == [
        ["method", "request", "operation", "coverage"],
        ["chat.completions.create", "POST", "/v1/chat/completions", "chat", "metered"],
    ]
    assert lines[-1][:4] == ["cerebras", f"{version('cerebras-cloud-sdk')}:", "5", "methods:"]


def test_json_says_the_same_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    [sdk] = json.loads(said(capsys, "--sdk", "groq", "--format", "json"))["sdks"]
    assert (sdk["sdk"], sdk["version"]) == ("groq", version("groq"))
    assert sdk["methods"]["metered"] == 6
    assert {
        "method": "embeddings.create",
        "http_method": "POST",
        "path": "/openai/v1/embeddings",
        "operation": "embeddings",
        "coverage": "metered",
    } in sdk["requests"]


def test_a_method_counts_once_by_its_least_covered_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [sdk] = json.loads(said(capsys, "--sdk", "groq", "--format", "json"))["sdks"]
    names = {row["method"] for row in sdk["requests"]}
    assert sum(sdk["methods"].values()) == len(names)


def test_an_unknown_sdk_is_said_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "--sdk", "openia"]) == 2
    assert "--sdk is 'openia': write one of openai, anthropic, groq" in capsys.readouterr().err


def test_nobody_else_loads_what_reads_the_sdks() -> None:
    program = "import sys, aso, aso.cli; print('aso.cli.coverage' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_an_sdk_that_cannot_be_read_is_said_and_the_others_are_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("groq.Client")
    assert main(["coverage", "--sdk", "groq"]) == 1
    assert f"aso: groq {version('groq')} cannot be read: AttributeError" in capsys.readouterr().err
