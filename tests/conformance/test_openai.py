"""Promise 1: with aso on, a caller sees what it sees without; also when every stage of ours fails."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai._base_client as base_client
import pytest

import aso
from aso import inflight, pipeline, scanner, stream
from aso.capture import stainless
from aso.sinks import MemorySink
from aso.wire import chat_completions
from tests.conformance.observing import observe, without_asked_usage
from tests.conformance.scenarios import SCENARIOS
from tests.openai_sdk.scripted import Script

pytestmark = pytest.mark.sdk


class Sabotage(RuntimeError):
    """What a fault of ours raises."""


# Where a fault is put: the owner and the name of what fails, one for each stage of a call.
STAGES: dict[str, tuple[Any, str]] = {
    "route": (stainless, "asked"),
    "begin": (pipeline.Pipeline, "begin"),
    "dimensions": (pipeline.Pipeline, "dims_of"),
    "request": (inflight.Inflight, "read_request"),
    "ask for usage": (stainless, "_wants_usage"),
    "attach": (stream, "attach"),
    "wrap": (stream, "parsed"),
    "answer": (inflight.Inflight, "read_answer"),
    "observe": (chat_completions, "_message_chars"),
    "scan": (scanner.Scanner, "feed"),
    "finish": (inflight.Inflight, "_emit"),
    "event id": (pipeline.Pipeline, "new_event_id"),
    "journal": (pipeline.Pipeline, "emit"),
}


def fail(*args: object, **kwargs: object) -> Any:
    raise Sabotage("a bug of ours")


@pytest.fixture(scope="module", autouse=True)
def quick_retries() -> Iterator[None]:
    """Let the SDK retry at once, bare and with aso alike; and keep collections short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_client, "INITIAL_RETRY_DELAY", 0.001)
        gc.freeze()
        yield
        gc.unfreeze()


@pytest.fixture(scope="module")
def bare() -> dict[str, Any]:
    """What a caller sees without aso, for each scenario."""
    return {name: observe(one, Script(*answers)) for name, (one, answers) in SCENARIOS.items()}


@contextmanager
def sabotaged(stage: str) -> Iterator[None]:
    owner, name = STAGES[stage]
    original = vars(owner)[name]
    setattr(owner, name, fail)
    try:
        yield
    finally:
        setattr(owner, name, original)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_caller_sees_the_same_with_aso_on(name: str, bare: dict[str, Any]) -> None:
    scenario, answers = SCENARIOS[name]
    with aso.instrument(sinks=[MemorySink()]):
        with_aso = observe(scenario, Script(*answers))
    assert without_asked_usage(with_aso) == bare[name]


@pytest.mark.parametrize("stage", STAGES)
def test_a_caller_sees_the_same_when_a_stage_of_ours_fails(
    stage: str, bare: dict[str, Any]
) -> None:
    with aso.instrument(sinks=[MemorySink()]), sabotaged(stage):
        for name, (scenario, answers) in SCENARIOS.items():
            seen = without_asked_usage(observe(scenario, Script(*answers)))
            assert seen == bare[name], f"{name} differs"
        assert aso.stats().internal_errors > 0, "the fault was not reached"
