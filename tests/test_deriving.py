"""Records of dead processes are priced by the contract of the process that wrote them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aso.cli import main
from aso.deriving import Derive
from aso.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
# Makes one call under contract prices and is killed before anything is delivered.
_KILLED = """
import os, signal, aso
aso.instrument(prices={"openai:*": {"multiplier": "0.5"}})
aso.record(provider="openai", model="gpt-5.4", usage={"prompt_tokens": 1000})
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_program_left_is_priced_by_its_contract(
    capsys: pytest.CaptureFixture[str],
) -> None:
    subprocess.run([sys.executable, "-c", _KILLED], cwd=ROOT, check=False)
    assert main(["export", "--format", "jsonl"]) == 0
    text = capsys.readouterr().out
    assert '"total_cost_usd":"0.00125"' in text
    assert '"cost_source":"custom"' in text


def test_wrong_contract_prices_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="write provider:model"):
        Derive({"everything": {"multiplier": "2"}}, tmp_path)


def test_contract_prices_are_kept_once_by_their_hash(tmp_path: Path) -> None:
    prices = {"openai:*": {"multiplier": "0.5"}}
    first, second = Derive(prices, tmp_path), Derive(prices, tmp_path)
    assert first.sha256 == second.sha256
    assert [path.name for path in (tmp_path / "prices").iterdir()] == [f"{first.sha256}.json"]
