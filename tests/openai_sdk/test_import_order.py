"""It does not matter what is imported first, and aso imports no SDK of its own accord."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sdk
ROOT = Path(__file__).resolve().parents[2]
_CALL = """
from tests.openai_sdk.scripted import COMPLETION, Script, ask, client
ask(client(Script(COMPLETION)))
aso.flush()
print(aso.stats().events, {one.integration.name: one.is_on for one in RUNTIME.session.applied}["openai"])
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
        _ASO + _INSTRUMENT + "import openai\n" + _CALL,
        "import openai\n" + _ASO + _INSTRUMENT + _CALL,
        _ASO + "import openai\n" + _INSTRUMENT + _CALL,
        _ASO + _INSTRUMENT + "from openai import OpenAI\n" + _CALL,
    ],
    ids=["sdk last", "sdk first", "between", "from import"],
)
def test_the_sdk_is_hooked_whenever_it_is_imported(script: str) -> None:
    assert run(script) == "1 True"


def test_aso_imports_no_sdk_and_no_http_client() -> None:
    names = (
        "openai",
        "anthropic",
        "httpx",
        "httpx2",
        "requests",
        "aiohttp",
        "sqlite3",
        "http.client",
    )
    script = f"import sys, aso; aso.instrument(); print([n for n in {names!r} if n in sys.modules])"
    assert run(script) == "[]"


def test_uninstrument_gives_the_identical_functions_back() -> None:
    script = """
import openai, aso
from openai._base_client import BaseClient, SyncAPIClient
kinds = SyncAPIClient, BaseClient, openai.Stream, openai.AsyncStream
before = [dict(vars(kind)) for kind in kinds]
with aso.instrument(sinks=[]):
    assert vars(SyncAPIClient)["request"] is not before[0]["request"]
print(all(vars(k)[n] is v for k, was in zip(kinds, before) for n, v in was.items()))
"""
    assert run(script) == "True"


def test_a_hook_that_does_not_fit_leaves_the_sdk_alone_and_is_said() -> None:
    script = """
import openai, aso
from openai._base_client import BaseClient
from aso.runtime import RUNTIME
del BaseClient._calculate_retry_timeout
aso.instrument(sinks=[])
print(RUNTIME.session.applied[0].is_on, RUNTIME.session.applied[0].problem)
"""
    problem = "openai._base_client.BaseClient._calculate_retry_timeout is not there"
    assert run(script) == f"False {problem}"
