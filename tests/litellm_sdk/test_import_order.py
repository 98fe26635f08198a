"""LiteLLM is hooked whether it is imported before or after aso.instrument()."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.sdk

PROGRAM = """
import aso
from aso.runtime import RUNTIME
aso.instrument(sinks=[], policy={"denied_models": ["deepseek:*"]})
import litellm
[found] = [one for one in RUNTIME.session.applied if one.integration.name == "litellm"]
assert found.is_on, found.problem
try:
    litellm.completion("deepseek/m", [{"role": "user", "content": "Hi"}], api_key="none")
except aso.ModelNotAllowedError:
    print("refused")
aso.uninstrument()
assert litellm.utils.function_setup.__class__.__name__ == "function"
"""


def test_an_import_that_comes_later_is_hooked() -> None:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr
