"""The events that a framework's calls leave, and what a whole one says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import aso
from aso.testing import capture_events
from tests.provider.server import Provider

_VARYING = {"event_id", "ts", "started_at_ms", "first_byte_at_ms", "ended_at_ms", "host"}
_ELSEWHERE = {"cost_lines", "catalog", "completion_bytes", "aso_version", "schema", "pricing_notes"}
REFUSED: Mapping[str, Any] = {"denied_models": ["*"]}


@contextmanager
def captured(provider: Provider, name: str = "openai", **options: Any) -> Iterator[list[aso.Event]]:
    """Collect the events of calls to a provider on this machine, which stands for a real one.

    Whatever the test is about: each request that was sent is an attempt of one event, and no more.
    """
    options = {"hosts": {provider.host: name}, **options}
    earlier = len(provider.received)
    with aso.instrument(sinks=[], **options):
        with capture_events() as events:
            yield events
        assert aso.stats().internal_errors == 0
    sent = [one for one in provider.received[earlier:] if one.path != "/v1/traces/ingest"]
    assert sum(event.attempts for event in events) == len(sent)


def whole(event: aso.Event) -> dict[str, Any]:
    """Return all that an event says, but for times, ids of its own and the lines of its cost."""
    left_out = _VARYING | _ELSEWHERE
    return {name: value for name, value in event.to_dict().items() if name not in left_out}


def calls(events: list[aso.Event]) -> list[tuple[Any, ...]]:
    """Return what tells calls apart: kind, outcome, endpoint, stream, usage, dimensions."""
    return [
        (
            event.outcome,
            event.endpoint,
            event.stream,
            event.usage.source,
            event.usage.input_tokens,
            event.usage.output_tokens,
            dict(event.dims),
        )
        for event in events
    ]


async def arrived(provider: Provider) -> None:
    """Wait until the provider, in its thread, has a request."""
    while not provider.received:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def given_up(provider: Provider, asked: Awaitable[Any]) -> None:
    """Cancel a call once the provider has it."""
    task = asyncio.ensure_future(asked)
    await arrived(provider)
    task.cancel()
    await task


_CALL: Mapping[str, Any] = {
    "revision": 0,
    "revision_reason": None,
    "kind": "call",
    "env": None,
    "api_key_id": None,
    "stream": False,
    "service_tier": None,
    "attempts": 1,
    "attempts_unknown": 0,
    "outcome": "completed",
    "http_status": 200,
    "error_type": None,
    "usage_source": "provider",
    "cache_write_tokens": None,
    "cache_write_5m_tokens": None,
    "cache_write_1h_tokens": None,
    "prompt_audio_tokens": None,
    "prompt_image_tokens": None,
    "reasoning_tokens": None,
    "completion_audio_tokens": None,
    "completion_image_tokens": None,
    "web_search_requests": None,
    "units": {},
    "provider_cost": None,
    "upstream_cost": None,
    "cost_source": "standard",
    "pricing_status": "priced",
    "pricing_matched": True,
    "pricing_conditions": None,
    "contract": None,
    "dims": {},
    "function": None,
    "trace_id": None,
    "span_id": None,
}
CHAT: Mapping[str, Any] = {
    **_CALL,
    "sdk": {"name": "openai", "version": version("openai")},
    "provider": "openai",
    "publisher": "openai",
    "endpoint": "chat/completions",
    "operation": "chat",
    "model": "gpt-4o-mini",
    "request_model": "gpt-4o-mini",
    "generation_id": "loopback-1",
    "service_tier": "default",
    "prompt_tokens": 100,
    "cache_read_tokens": 64,
    "prompt_audio_tokens": 0,
    "completion_tokens": 20,
    "reasoning_tokens": 5,
    "completion_audio_tokens": 0,
    "total_tokens": 120,
    "calculated_cost": "0.0000222",
    "total_cost_usd": "0.0000222",
    "pricing_model": "gpt-4o-mini",
    "prompt_chars": 10,
    "completion_chars": 32,
}
RESPONSE: Mapping[str, Any] = {
    **CHAT,
    "endpoint": "responses",
    "operation": "responses",
    "service_tier": None,
    "cache_write_tokens": 0,
    "prompt_audio_tokens": None,
    "completion_audio_tokens": None,
    "web_search_requests": 0,
}
MESSAGE: Mapping[str, Any] = {
    **_CALL,
    "sdk": {"name": "anthropic", "version": version("anthropic")},
    "provider": "anthropic",
    "publisher": "anthropic",
    "endpoint": "messages",
    "operation": "messages",
    "pricing_conditions": {"inference_geo": "not_available"},
    "model": "claude-haiku-4-5-20251001",
    "request_model": "claude-haiku-4-5",
    "generation_id": "msg_1",
    "service_tier": "standard",
    "prompt_tokens": 2310,
    "cache_read_tokens": 2000,
    "cache_write_tokens": 300,
    "cache_write_5m_tokens": 100,
    "cache_write_1h_tokens": 200,
    "completion_tokens": 22,
    "total_tokens": 2332,
    "calculated_cost": "0.000845",
    "total_cost_usd": "0.000845",
    "pricing_model": "claude-haiku-4-5",
    "prompt_chars": 10,
    "completion_chars": 6,
}
_GEMINI: Mapping[str, Any] = {
    **_CALL,
    "provider": "google",
    "publisher": "google",
    "endpoint": "generateContent",
    "operation": "generate_content",
    "model": "gemini-2.5-flash",
    "request_model": "gemini-2.5-flash",
    "generation_id": "gemini-1",
    "prompt_tokens": 1000,
    "cache_read_tokens": 400,
    "completion_tokens": 50,
    "reasoning_tokens": 30,
    "total_tokens": 1050,
    "web_search_requests": 0,
    "calculated_cost": "0.000317",
    "total_cost_usd": "0.000317",
    "pricing_model": "gemini-2.5-flash",
    "prompt_chars": 10,
    "completion_chars": 6,
}


def gemini() -> dict[str, Any]:
    """Return a whole event of Google's SDK, which owns its calls."""
    return {**_GEMINI, "sdk": {"name": "google-genai", "version": version("google-genai")}}


def refused(call: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the whole event of a call that policy refused: nothing was sent, nothing is spent."""
    unsaid = [name for name in call if name.endswith("_tokens")]
    nothing = dict.fromkeys(
        (*unsaid, "http_status", "generation_id", "service_tier", "web_search_requests")
    )
    return {
        **call,
        **nothing,
        **dict.fromkeys(("calculated_cost", "completion_chars", "pricing_model")),
        "kind": "refused",
        "outcome": "refused",
        "error_type": "ModelNotAllowedError",
        "attempts": 0,
        "usage_source": "none",
        "cost_source": "none",
        "total_cost_usd": "0",
        "pricing_matched": False,
        "pricing_conditions": None,
        **changes,
    }
