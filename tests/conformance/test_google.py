"""Promise 1 for google-genai: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

import pytest

from aso.wire import generate_content
from tests.conformance.google_scenarios import SCENARIOS, Answers
from tests.conformance.promise import Kept, Suite
from tests.conformance.stages import OVER_HTTPX

pytestmark = pytest.mark.sdk
_BAD = {"bad_request", "bad_request_async", "bad_stream", "bad_stream_async"}


class TestGoogle(Kept):
    suite = Suite(
        scenarios=SCENARIOS,
        script=Answers,
        stages={**OVER_HTTPX, "observe": (generate_content, "_fold")},
        errors=frozenset({"stream_loop_raises", *_BAD}),
        may_fail=frozenset({"error_in_stream", "error_in_stream_async"}),  # old ones yield it
    )
