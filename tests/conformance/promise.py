"""Promise 1, held to scenarios: with aso on a caller sees what it sees without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

import aso
from aso import inflight, pipeline, scanner, stream
from aso.capture import stainless
from aso.sinks import MemorySink
from tests.conformance.faults import sabotaged
from tests.conformance.observing import observe, without_asked_usage

Scenarios = Mapping[str, tuple[Any, tuple[Any, ...]]]
Stages = dict[str, tuple[Any, str]]

# Where a fault is put: the owner and the name of what fails, one for each stage of an SDK's call.
STAGES: Stages = {
    "route": (stainless, "asked"),
    "begin": (pipeline.Pipeline, "begin"),
    "dimensions": (pipeline.Pipeline, "dims_of"),
    "request": (inflight.Inflight, "read_request"),
    "attach": (stream, "attach"),
    "wrap": (stream, "parsed"),
    "answer": (inflight.Inflight, "read_answer"),
    "scan": (scanner.Scanner, "feed"),
    "finish": (inflight.Inflight, "_emit"),
    "event id": (pipeline.Pipeline, "new_event_id"),
    "journal": (pipeline.Pipeline, "emit"),
}


class Promise:
    """The scenarios of one SDK, and what a caller sees of each without aso."""

    def __init__(self, scenarios: Scenarios, script: Callable[..., Any]) -> None:
        self.scenarios = scenarios
        self._script = script
        self.bare = {name: self.seen(name) for name in scenarios}

    def seen(self, name: str) -> dict[str, Any]:
        """Return what a caller sees of one scenario now."""
        scenario, answers = self.scenarios[name]
        return without_asked_usage(observe(scenario, self._script(*answers)))

    def is_kept(self, name: str) -> None:
        """Compare one scenario with aso on."""
        with aso.instrument(sinks=[MemorySink()]):
            seen = self.seen(name)
            assert aso.stats().internal_errors == 0
        assert seen == self.bare[name]

    def is_kept_without(self, owner: Any, function: str) -> None:
        """Compare all scenarios while a stage of ours fails."""
        with aso.instrument(sinks=[MemorySink()]), sabotaged(owner, function):
            for name, bare in self.bare.items():
                assert self.seen(name) == bare, f"{name} differs"
            assert aso.stats().internal_errors > 0, "the fault was not reached"

    def errors(self) -> dict[str, str]:
        """Return the scenarios that end in an error: no others prove anything by being equal."""
        return {name: seen["error"]["type"] for name, seen in self.bare.items() if "error" in seen}


@contextmanager
def quick_retries(base_client: Any) -> Iterator[None]:
    """Let the SDK retry at once, bare and with aso alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_client, "INITIAL_RETRY_DELAY", 0.001)
        yield


ERRORS = {
    "bad_request": "BadRequestError",
    "rate_limited": "RateLimitError",
    "timed_out": "APITimeoutError",
    "timed_out_async": "APITimeoutError",
    "interrupted": "KeyboardInterrupt",
    "stream_loop_raises": "KeyError",
}
"""The scenarios of every SDK of Stainless's that are to end in an error."""
