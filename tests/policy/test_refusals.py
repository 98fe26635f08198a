"""Policy through the real SDK: refused before any I/O, untouched, with one event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

import aso
from aso.testing import capture_events
from tests.openai_sdk.scripted import COMPLETION, Script, ask, async_client, client

pytestmark = pytest.mark.sdk
SMALL_ONLY = {"allowed_models": ["openai:gpt-3.5*"]}
REFUSED = (
    "Model not allowed by API key policy: 'openai:gpt-4o-mini' is not in allowed_models "
    "['openai:gpt-3.5*']; add it to Policy.allowed_models or choose an allowed model"
)


@pytest.fixture
def script() -> Iterator[Script]:
    yield Script(COMPLETION)


def instrument(**policy: Any) -> None:
    aso.instrument(sinks=[], durability="memory", env="test", policy=policy)


@pytest.mark.parametrize("options", [{}, {"stream": True}])
def test_a_refused_call_raises_before_anything_is_sent(script: Script, options: Any) -> None:
    instrument(**SMALL_ONLY)
    with capture_events() as events, pytest.raises(aso.ModelNotAllowedError) as caught:
        ask(client(script), **options)
    assert (str(caught.value), caught.value.decision) == (REFUSED, "block")
    assert script.requests == []
    [event] = events
    assert (event.kind, event.outcome, event.error_type) == (
        "refused",
        "refused",
        "ModelNotAllowedError",
    )
    assert (event.attempts, event.cost.total, event.dims) == (0, 0, {"env": "test"})


def test_an_async_call_is_refused_alike(script: Script) -> None:
    instrument(**SMALL_ONLY)
    with capture_events() as events, pytest.raises(aso.ModelNotAllowedError, match="not allowed"):
        asyncio.run(ask(async_client(script)))
    assert (script.requests, [event.kind for event in events]) == ([], ["refused"])


def test_a_missing_dimension_is_refused_and_a_given_one_passes(script: Script) -> None:
    instrument(mandatory_dimensions=["team", "env"], allowed_dimension_keys=["team"])
    with pytest.raises(aso.DimensionError, match=r"^Dimensions are required \(X-ASO-Dims header\)"):
        ask(client(script))
    with aso.dimensions(team="search"):
        ask(client(script))
    ask(client(script), extra_headers={"X-ASO-Dims": "team=search"})
    assert len(script.requests) == 2
    assert all("x-aso-dims" not in request.headers for request in script.requests)


def test_warn_lets_the_call_pass_and_says_it_once(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    instrument(**SMALL_ONLY, mode="warn")
    with caplog.at_level(logging.DEBUG, "aso"):
        for _ in range(3):
            ask(client(script))
    said = [record.getMessage() for record in caplog.records if record.name == "aso"]
    assert (len(script.requests), len(said)) == (3, 1)
    assert REFUSED in said[0]


def test_shadow_lets_the_call_pass_and_says_so_to_whoever_asks(
    script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    instrument(**SMALL_ONLY, mode="shadow")
    with caplog.at_level(logging.DEBUG, "aso"), capture_events() as events:
        ask(client(script))
    assert (len(script.requests), [event.kind for event in events]) == (1, ["call"])
    [record] = [record for record in caplog.records if record.name == "aso"]
    assert (record.levelname, REFUSED in record.getMessage()) == ("INFO", True)
