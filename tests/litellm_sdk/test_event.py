"""The whole event of a call that LiteLLM makes by its own HTTP."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import litellm
import pytest

import aso
from tests.litellm_sdk.answers import MESSAGE, MESSAGES
from tests.litellm_sdk.asking import COMMON, captured
from tests.litellm_sdk.server import Server

pytestmark = pytest.mark.sdk

_VARYING = ("event_id", "ts", "started_at_ms", "first_byte_at_ms", "ended_at_ms", "catalog")
_NOT_SAID = (
    *("revision_reason", "env", "api_key_id", "error_type", "service_tier", "reasoning_tokens"),
    *("cache_write_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"),
    *("prompt_audio_tokens", "prompt_image_tokens", "completion_audio_tokens"),
    *("completion_image_tokens", "web_search_requests", "provider_cost", "upstream_cost"),
    *("function", "trace_id", "span_id", "pricing_conditions", "contract"),
)


_SAID: dict[str, Any] = {
    "schema": "aso.event/1",
    "revision": 0,
    "kind": "call",
    "aso_version": aso.__version__,
    "sdk": {"name": "litellm", "version": version("litellm")},
    "provider": "anthropic",
    "publisher": "anthropic",
    "host": "127.0.0.1",
    "endpoint": "messages",
    "operation": "messages",
    "model": "claude-sonnet-4-5",
    "request_model": "claude-sonnet-4-5",
    "generation_id": "msg_1",
    "stream": False,
    "attempts": 1,
    "attempts_unknown": 0,
    "outcome": "completed",
    "http_status": 200,
    "usage_source": "provider",
    "prompt_tokens": 16,
    "cache_read_tokens": 5,
    "completion_tokens": 22,
    "total_tokens": 38,
    "units": {},
    "calculated_cost": "0.0003645",
    "total_cost_usd": "0.0003645",
    "cost_source": "standard",
    "pricing_status": "priced",
    "pricing_matched": True,
    "pricing_model": "claude-sonnet-4-5",
    "pricing_notes": [],
    "prompt_chars": 10,
    "completion_chars": 6,
    "dims": {"team": "search"},
}


def test_a_call_is_one_whole_event(server: Server) -> None:
    server.then(MESSAGE)
    with captured() as events, aso.dimensions(team="search"):
        model, base = "anthropic/claude-sonnet-4-5", f"{server.url}/v1/messages"
        litellm.completion(model=model, messages=MESSAGES, api_base=base, **COMMON)
    [event] = events
    found = {name: value for name, value in event.to_dict().items() if name not in _VARYING}
    lines = [(one["unit"], one["quantity"], one["amount"]) for one in found.pop("cost_lines")]
    assert lines == [
        ("input_tokens", "11", "0.000033"),
        ("cache_read_tokens", "5", "0.0000015"),
        ("output_tokens", "22", "0.00033"),
    ]
    assert found.pop("completion_bytes") > 0
    assert found == {**dict.fromkeys(_NOT_SAID), **_SAID}
