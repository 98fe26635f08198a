"""A fault of ours in any stage: LiteLLM's caller sees what it sees without us."""

from __future__ import annotations

from typing import Any

import pytest

import aso
from aso.capture import litellm as capture
from aso.capture import litellm_call
from aso.testing import capture_events
from tests.litellm_sdk.answers import CHAT, MESSAGE, MESSAGE_STREAM
from tests.litellm_sdk.asking import Way, each_way
from tests.litellm_sdk.server import Server

pytestmark = pytest.mark.sdk

STAGES: dict[str, tuple[Any, str]] = {
    "what is a call": (capture.Litellm, "owns"),
    "who bills": (capture.Litellm, "provider_of"),
    "who bills, by the SDK": (capture, "_said"),
    "early policy": (capture.Litellm, "_forbid"),
    "what is asked": (capture, "asked_of"),
    "its provider": (litellm_call, "resolve"),
    "its route": (litellm_call, "find"),
    "whose log": (capture, "logging_object"),
}


def fail(*args: object, **kwargs: object) -> Any:
    raise RuntimeError("a bug of ours")


@each_way
@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_is_not_seen(
    way: Way, stage: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = everything(way, server)
    litellm_call._route.cache_clear()
    with aso.instrument(sinks=[], policy={"denied_models": ["xai:*"]}), capture_events():
        monkeypatch.setattr(*STAGES[stage], fail)
        assert everything(way, server) == bare
        assert aso.stats().internal_errors > 0
    litellm_call._route.cache_clear()


def everything(way: Way, server: Server) -> list[str]:
    """Return what the caller gets: by the SDK, by its own HTTP, streamed."""
    server.then(CHAT)
    found = [way.complete(model="perplexity/sonar", api_base=server.url)]
    server.then(MESSAGE)
    asked = {"model": "anthropic/claude-sonnet-4-5", "api_base": f"{server.url}/v1/messages"}
    found += [way.complete(**asked)]
    server.then(MESSAGE_STREAM)
    found += way.stream(**asked)
    return [one.choices[0].model_dump_json() for one in found]
