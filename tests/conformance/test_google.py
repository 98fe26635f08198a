"""Promise 1 for google-genai: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

import pytest

from aso import inflight, pipeline, scanner
from aso.capture import over_http, transport
from aso.wire import generate_content
from tests.conformance.google_scenarios import SCENARIOS, Answers
from tests.conformance.promise import Promise, Stages

pytestmark = pytest.mark.sdk
STAGES: Stages = {
    "frame": (over_http, "_body_in"),
    "host": (transport, "resolve"),
    "body": (transport, "request_body"),
    "begin": (pipeline.Pipeline, "begin"),
    "request": (inflight.Inflight, "read_request"),
    "attempt": (transport.Transport, "_attempted"),
    "scan": (scanner.Scanner, "feed"),
    "observe": (generate_content, "_fold"),
    "end": (inflight.Inflight, "ended_by"),
    "finish": (inflight.Inflight, "_emit"),
    "journal": (pipeline.Pipeline, "emit"),
}
ERRORS = {
    "stream_loop_raises",
    "bad_request",
    "bad_request_async",
    "bad_stream",
    "bad_stream_async",
}


@pytest.fixture(scope="module")
def promise() -> Promise:
    return Promise(SCENARIOS, Answers)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_caller_sees_the_same_with_aso_on(name: str, promise: Promise) -> None:
    promise.is_kept(name)


@pytest.mark.parametrize("stage", STAGES)
def test_a_caller_sees_the_same_when_a_stage_of_ours_fails(stage: str, promise: Promise) -> None:
    promise.is_kept_without(*STAGES[stage])


def test_no_scenario_ends_in_an_error_that_it_is_not_about(promise: Promise) -> None:
    in_stream = {"error_in_stream", "error_in_stream_async"}  # old versions yield an empty chunk
    assert set(promise.errors()) - in_stream == ERRORS
