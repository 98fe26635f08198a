"""Recorded answers of many providers, read by LiteLLM: the event says what was recorded."""

from __future__ import annotations

import warnings
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import litellm
import pytest

from tests.corpus.recordings import expected, rows, seen
from tests.litellm_sdk.answers import MESSAGES
from tests.litellm_sdk.asking import COMMON, captured
from tests.litellm_sdk.server import Answer, Server

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]


class Named(NamedTuple):
    """LiteLLM's name of a provider, the recordings' endpoints, and where they are asked for."""

    name: str
    endpoints: tuple[str, ...] = ("chat/completions",)
    path: str = "/v1"


PROVIDERS = {
    "anthropic": Named("anthropic", ("messages",), "/v1/messages"),
    "google": Named(
        "gemini", ("generateContent", "streamGenerateContent"), "/v1beta/models/the-model"
    ),
    "cerebras": Named("cerebras"),
    "deepinfra": Named("deepinfra"),
    "deepseek": Named("deepseek"),
    "fireworks": Named("fireworks_ai"),
    "groq": Named("groq"),
    "mistral": Named("mistral"),
    "openrouter": Named("openrouter"),
    "perplexity": Named("perplexity"),
    "together": Named("together_ai"),
    "xai": Named("xai", ("responses",)),
}
MOST = 24  # of each provider: every recording is replayed elsewhere, through simpler clients
PIECE = 1000


def recorded(provider: str) -> Iterator[dict[str, Any]]:
    """Yield some of a provider's recordings, whole answers and streams alike."""
    endpoints = PROVIDERS[provider].endpoints
    found = [
        row
        for row in rows()
        if row["provider"] == provider
        and row["endpoint"] in endpoints
        and row["expected"]["billable_call"]
        and row["expected"]["usage_present"]
    ]
    step = max(1, len(found) // MOST)
    yield from found[::step]


def answered(record: dict[str, Any]) -> Answer:
    data = record["response_body"].encode() or b64decode(record.get("response_body_b64") or "")
    if not record["expected"]["stream"]:
        return Answer(data, record["status"])
    pieces = [data[start : start + PIECE] for start in range(0, len(data), PIECE)]
    return Answer(pieces, record["status"])


def ask(provider: str, *, stream: bool, base: str) -> None:
    """Ask as a user of LiteLLM does; what it makes of an odd answer is its own affair.

    The model has no name that LiteLLM knows: for some it fetches a tokenizer from the network.
    """
    asked = {"model": f"{PROVIDERS[provider].name}/the-model", "api_base": base, **COMMON}
    with suppress(Exception):
        if provider == "xai":
            answer: Any = litellm.responses(input="Say hello.", stream=stream, **asked)
        else:
            options = {"stream_options": {"include_usage": True}} if stream else {}
            answer = litellm.completion(messages=MESSAGES, stream=stream, **options, **asked)
        for _ in answer if stream else ():
            pass


@pytest.mark.parametrize("provider", PROVIDERS)
def test_recorded_usage_is_read(provider: str, server: Server) -> None:
    records = list(recorded(provider))
    if not records:
        pytest.skip("no recordings: ../shared/corpus is not here")
    if provider == "xai" and not hasattr(litellm, "responses"):
        pytest.skip("this LiteLLM has no responses")
    differing = {}
    with captured() as events, warnings.catch_warnings():
        for record in records:
            wanted = expected(record)
            server.then(answered(record))
            events.clear()
            ask(provider, stream=wanted["stream"], base=server.url + PROVIDERS[provider].path)
            assert len(events) == 1, f"{record.get('id')} gave {len(events)} events"
            if events[0].endpoint not in PROVIDERS[provider].endpoints:
                pytest.skip(f"this LiteLLM asks {provider} for {events[0].endpoint}")
            found = seen(events[0].to_dict())
            wanted["model"] = record["expected"]["model_in_response"] or found["model"]
            if found != wanted:
                differing[record.get("id")] = {
                    key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]
                }
    assert differing == {}
