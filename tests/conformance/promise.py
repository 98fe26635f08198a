"""Promise 1, held to scenarios: with aso on a caller sees what it sees without."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import aso
from aso.policy import Gates
from aso.runtime import RUNTIME
from aso.sinks import MemorySink
from tests.conformance.faults import Room, sabotaged
from tests.conformance.observing import observe, without_asked_usage
from tests.conformance.stages import Stages

Scenarios = Mapping[str, tuple[Any, tuple[Any, ...]]]


class Suite(NamedTuple):
    """One SDK, and what is held to the promise.

    Attributes:
        scenarios: name → the scenario and what the provider answers.
        script: makes of the answers what a scenario is given; keeps what was received.
        stages: where a fault of ours is put.
        errors: the scenarios that are to end in an error.
        may_fail: those that do so in some versions.
        around: what holds bare and with aso alike, such as quick retries.
        options: more for ``instrument``.
    """

    scenarios: Scenarios
    script: Callable[..., Any]
    stages: Stages
    errors: frozenset[str]
    may_fail: frozenset[str] = frozenset()
    around: Callable[[], AbstractContextManager[Any]] = nullcontext
    options: Mapping[str, Any] = {}


class Promise:
    """The scenarios of one suite, and what a caller sees of each without aso."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.bare = {name: self.seen(name) for name in suite.scenarios}
        gc.freeze()  # what SDKs load at their first call: later collections are quick

    def seen(self, name: str) -> dict[str, Any]:
        """Return what a caller sees of one scenario now."""
        scenario, answers = self.suite.scenarios[name]
        return without_asked_usage(observe(scenario, self.suite.script(*answers)))

    def instrumented(self) -> Any:
        """Turn aso on for a block."""
        return aso.instrument(sinks=[MemorySink()], **self.suite.options)

    def is_kept(self, name: str) -> None:
        """Compare one scenario with aso on."""
        with self.instrumented():
            seen = self.seen(name)
            assert aso.stats().internal_errors == 0
        assert seen == self.bare[name]

    def is_kept_without(self, owner: Any, function: str) -> None:
        """Compare all scenarios while a stage of ours fails."""
        with self.instrumented(), sabotaged(owner, function):
            assert RUNTIME.session is not None
            RUNTIME.session.pipeline.gates = Gates([Room()])
            for name, bare in self.bare.items():
                assert self.seen(name) == bare, f"{name} differs"
            assert aso.stats().internal_errors > 0, "the fault was not reached"

    def errors(self) -> dict[str, str]:
        """Return the scenarios that end in an error: no others prove anything by being equal."""
        return {name: seen["error"]["type"] for name, seen in self.bare.items() if "error" in seen}


class Kept:
    """The tests that each suite gets: ``class TestGroq(Kept): suite = ...``; see conftest.py."""

    suite: Suite

    def test_a_caller_sees_the_same_with_aso_on(self, scenario: str, promise: Promise) -> None:
        promise.is_kept(scenario)

    def test_a_caller_sees_the_same_when_a_stage_of_ours_fails(
        self, stage: str, promise: Promise
    ) -> None:
        promise.is_kept_without(*self.suite.stages[stage])

    def test_no_scenario_ends_in_an_error_that_it_is_not_about(self, promise: Promise) -> None:
        assert set(promise.errors()) - self.suite.may_fail == self.suite.errors
