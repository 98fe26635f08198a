"""Promise 1 for the Anthropic SDK: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

import anthropic._base_client as base_client
import pytest

from aso.wire import messages
from tests.anthropic_sdk.scripted import Script
from tests.conformance.anthropic_scenarios import SCENARIOS
from tests.conformance.promise import Kept, Suite
from tests.conformance.stages import STAINLESS
from tests.conformance.stainless_scenarios import ERRORS, quick_retries

pytestmark = pytest.mark.sdk


class TestAnthropic(Kept):
    suite = Suite(
        scenarios=SCENARIOS,
        script=Script,
        stages={**STAINLESS, "observe": (messages, "_observe")},
        errors=ERRORS | {"broken_stream", "error_in_stream"},
        around=lambda: quick_retries(base_client),
    )
