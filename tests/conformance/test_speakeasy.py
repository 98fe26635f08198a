"""Promise 1 for mistralai and openrouter: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

import pytest

from tests.conformance.promise import Kept
from tests.conformance.speakeasy_scenarios import suite_of
from tests.speakeasy_sdks.scripted import SDKS

pytestmark = pytest.mark.sdk
_SUITES = {sdk.name: suite_of(sdk) for sdk in SDKS}  # those that are installed

if "mistralai" in _SUITES:

    class TestMistral(Kept):
        suite = _SUITES["mistralai"]


if "openrouter" in _SUITES:

    class TestOpenrouter(Kept):
        suite = _SUITES["openrouter"]
