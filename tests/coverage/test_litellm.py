"""LiteLLM, which the other SDKs' environment does not hold: `make matrix` runs this in its newest row."""

from __future__ import annotations

import inspect
import os
from contextlib import suppress
from typing import Any

import pytest

from tests.coverage.surveys import surveyed
from tests.coverage.test_snapshot import PAGE, check

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
litellm: Any = pytest.importorskip("litellm")
from aso.cli.coverage.survey import version  # noqa: E402
from aso.testing import capture_events  # noqa: E402
from tests.litellm_sdk.server import Server  # noqa: E402

pytestmark = [pytest.mark.sdk, pytest.mark.filterwarnings("ignore")]
if f"| litellm | {version('litellm')} |" not in PAGE.read_text(encoding="utf-8"):
    pytest.skip("another version than the one that is written down", allow_module_level=True)
KINDS = {"metered": ["call"], "unmetered": ["unmetered"], "free": []}
GIVEN = {
    "model": "openai/gpt-5",
    "custom_llm_provider": "openai",
    "messages": [{"role": "user", "content": "Hi"}],
    "file": ("name.wav", b"RIFF"),
    "image": b"image",
    "input": "Hi",
    "voice": "alloy",
    "documents": ["a", "b"],
    "metadata": {},
}
# Asks by others, waits for a real answer, or speaks to whom no address says.
NOT_CALLED = ("batch_", "health", "run_t", "create_health", "adapter", "maybe_", "config_", "nlp_")


def call(name: str, base: str) -> None:
    """Call a function with made-up arguments; what it makes of ``{}`` does not matter here."""
    function = getattr(litellm, name)
    parameters = inspect.signature(function).parameters.values()
    required = [
        one.name
        for one in parameters
        if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    given = {one: GIVEN.get(one, "name_1") for one in (*required, "custom_llm_provider")}
    options = {"api_base": base, "api_key": "none", "max_retries": 0, "num_retries": 0}
    with suppress(Exception):
        function(**given, **options)


def test_every_function_of_the_newest_one_is_known() -> None:
    check("litellm")


def test_a_function_does_what_is_listed() -> None:
    rows = {
        row.method: row.coverage
        for row in surveyed("litellm").rows
        if row.coverage in KINDS and "." not in row.method
    }
    called = [
        name
        for name in rows
        if not inspect.iscoroutinefunction(inspect.unwrap(getattr(litellm, name)))
        and not name.startswith(NOT_CALLED)
    ]
    differ, sent = {}, 0
    with Server() as server, capture_events() as events:
        for name in called:
            server.then({})
            count = len(events)
            call(name, server.url)
            if len(server.received) == 1:
                sent += 1
                kinds = [event.kind for event in events[count:]]
                if kinds != KINDS[rows[name]]:
                    differ[name] = (rows[name], kinds)
    assert differ == {}
    assert sent > 40
