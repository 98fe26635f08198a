"""Promise 1 for the Anthropic SDK: the same with aso on, also when every stage of ours fails."""

from __future__ import annotations

from collections.abc import Iterator

import anthropic._base_client as base_client
import pytest

from aso.wire import messages
from tests.anthropic_sdk.scripted import Script
from tests.conformance.anthropic_scenarios import SCENARIOS
from tests.conformance.promise import ERRORS, STAGES, Promise, Stages, quick_retries

pytestmark = pytest.mark.sdk
ALL_STAGES: Stages = {**STAGES, "observe": (messages, "_observe")}


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
    assert set(promise.errors()) == {*ERRORS, "broken_stream", "error_in_stream"}
