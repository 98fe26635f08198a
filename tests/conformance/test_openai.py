"""Promise 1 for the OpenAI SDK: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

import openai._base_client as base_client
import pytest

from aso.capture import stainless
from aso.wire import chat_completions
from tests.conformance.openai_scenarios import SCENARIOS
from tests.conformance.promise import Kept, Suite
from tests.conformance.stages import STAINLESS
from tests.conformance.stainless_scenarios import ERRORS, quick_retries
from tests.openai_sdk.scripted import Script

pytestmark = pytest.mark.sdk


class TestOpenai(Kept):
    suite = Suite(
        scenarios=SCENARIOS,
        script=Script,
        stages={
            **STAINLESS,
            "ask for usage": (stainless, "_wants_usage"),
            "observe": (chat_completions, "_message_chars"),
        },
        errors=ERRORS | {"broken_stream", "error_in_stream", "not_json"},
        around=lambda: quick_retries(base_client),
    )
