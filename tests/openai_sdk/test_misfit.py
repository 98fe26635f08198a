"""An SDK that is not as we know it: said, the HTTP client below counts, and the program runs."""

from __future__ import annotations

import logging
from typing import Any

import openai
import openai._base_client as base
import pytest

import aso
from aso import patch
from aso.testing import capture_events
from tests.openai_sdk.scripted import COMPLETION, Script, ask, client

pytestmark = pytest.mark.sdk
_original: Any = base.BaseClient._build_request


def moved(self: Any, *arguments: Any, **named: Any) -> Any:
    """Build a request, as a later version may: with no argument that is called as we know it."""
    return _original(self, *arguments, **named)


SAID = (
    "aso: integration 'openai' is off: openai._base_client.BaseClient._build_request has no "
    f"parameter 'options' in openai {openai.__version__} (tested: 1.40.0 to 3.57.0); its calls "
    "are counted as plain HTTP where they go to a known or mapped host; see 'aso doctor'"
)


@pytest.fixture(autouse=True)
def later_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patch, "_SAID", {})
    monkeypatch.setattr(base.BaseClient, "_build_request", moved)


def test_it_is_said_once_with_the_version_and_the_way_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "aso"):
        for _ in range(2):
            with capture_events():
                pass
    assert caplog.messages == [SAID]


def test_nothing_of_it_is_hooked() -> None:
    before = vars(base.SyncAPIClient)["request"]
    with capture_events():
        assert vars(base.SyncAPIClient)["request"] is before


def test_the_http_client_below_counts_each_call_once() -> None:
    with capture_events() as events:
        assert ask(client(Script(COMPLETION))).id == COMPLETION["id"]
    [event] = events
    assert (event.provider, event.endpoint, event.usage.source) == (
        "openai",
        "chat/completions",
        "provider",
    )
    assert event.to_dict()["sdk"]["name"] in {"httpx", "httpx2"}
    assert aso.stats().internal_errors == 0
