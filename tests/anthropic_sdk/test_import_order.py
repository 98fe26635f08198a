"""It does not matter what is imported first, and every patch is taken back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sdk
ROOT = Path(__file__).resolve().parents[2]
_CALL = """
from tests.anthropic_sdk.scripted import MESSAGE, Script, ask, client
ask(client(Script(MESSAGE)))
aso.flush()
print(aso.stats().events, {one.integration.name: one.is_on for one in RUNTIME.session.applied}["anthropic"])
"""
_ASO = "import aso; from aso.sinks import MemorySink; from aso.runtime import RUNTIME\n"
_INSTRUMENT = "aso.instrument(sinks=[MemorySink()])\n"


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "script",
    [
        _ASO + _INSTRUMENT + "import anthropic\n" + _CALL,
        "import anthropic\n" + _ASO + _INSTRUMENT + _CALL,
    ],
    ids=["sdk last", "sdk first"],
)
def test_the_sdk_is_hooked_whenever_it_is_imported(script: str) -> None:
    assert run(script) == "1 True"


def test_uninstrument_gives_the_identical_functions_back() -> None:
    script = """
import anthropic, aso
from anthropic._base_client import AsyncAPIClient, BaseClient, SyncAPIClient
kinds = SyncAPIClient, AsyncAPIClient, BaseClient, anthropic.Stream, anthropic.AsyncStream
before = [dict(vars(kind)) for kind in kinds]
with aso.instrument(sinks=[]):
    assert vars(SyncAPIClient)["request"] is not before[0]["request"]
print(all(vars(k)[n] is v for k, was in zip(kinds, before) for n, v in was.items()))
"""
    assert run(script) == "True"
