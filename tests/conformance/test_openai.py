"""Promise 1 for the OpenAI SDK: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

from collections.abc import Iterator

import openai._base_client as base_client
import pytest

from aso.capture import stainless
from aso.wire import chat_completions
from tests.conformance.openai_scenarios import SCENARIOS
from tests.conformance.promise import ERRORS, STAGES, Promise, Stages, quick_retries
from tests.openai_sdk.scripted import Script

pytestmark = pytest.mark.sdk
ALL_STAGES: Stages = {
    **STAGES,
    "ask for usage": (stainless, "_wants_usage"),
    "observe": (chat_completions, "_message_chars"),
}


@pytest.fixture(scope="module")
def promise() -> Iterator[Promise]:
    with quick_retries(base_client):
        yield Promise(SCENARIOS, Script)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_caller_sees_the_same_with_aso_on(name: str, promise: Promise) -> None:
    promise.is_kept(name)


@pytest.mark.parametrize("stage", ALL_STAGES)
def test_a_caller_sees_the_same_when_a_stage_of_ours_fails(stage: str, promise: Promise) -> None:
    promise.is_kept_without(*ALL_STAGES[stage])


def test_no_scenario_ends_in_an_error_that_it_is_not_about(promise: Promise) -> None:
    assert set(promise.errors()) == {*ERRORS, "broken_stream", "error_in_stream", "not_json"}
