"""LiteLLM's names of providers and models → ours, and those that stand in the request.

Providers are litellm.types.utils.LlmProviders; models are renamed by main.py and the providers' own
code, llms/fireworks_ai/common_utils.py for one (1.60.0, 1.80.0, 1.106.2, read 2026-11-26).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aso.providers import PROVIDERS, UNKNOWN, Provider

# Providers whose names differ.
_SPELLINGS = {
    "anthropic_text": "anthropic",
    "azure_ai": "azure",
    "azure_text": "azure",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "together_ai": "together",
}
_VERTEX = "vertex_ai"  # and vertex_ai_beta, vertex_ai-anthropic_models, ...
# With a host of one's own these say which protocol is spoken, not who bills: any server of the kind.
_PROTOCOLS = frozenset({"openai", "text-completion-openai"})

# What stands before a model's name to choose LiteLLM's way of calling it, and is not sent.
_WAYS = {
    "openai": ("responses/",),
    "azure": ("responses/", "o_series/", "gpt5_series/"),
    "bedrock": ("converse/", "converse_like/", "invoke/", "async_invoke/"),
}
_FIREWORKS = "accounts/fireworks/"


def provider_named(name: Any) -> Provider:
    """Return LiteLLM's provider where the host is nobody's; unknown where its name is no answer.

    Nothing is asked for on the caller's behalf there: the host may not take it.
    """
    return UNKNOWN if name in _PROTOCOLS else own_provider(name)


@cache
def own_provider(name: Any) -> Provider:
    """Return the provider that a name of LiteLLM's means, at a host of that provider's own."""
    if str(name).startswith(_VERTEX):
        name = "vertex"
    row = PROVIDERS.get(_SPELLINGS.get(str(name), str(name)), UNKNOWN)
    return UNKNOWN if row is UNKNOWN else row._replace(include_usage=False)


def sent_names(name: str, model: str, operation: str) -> tuple[str, ...]:
    """Return the names that may stand in the request for a model; the likeliest last."""
    for way in _WAYS.get(name, ()):
        model = model.removeprefix(way)
    if name == "fireworks_ai" and "/" not in model:
        return _sent_to_fireworks(model, operation)
    if name == "bedrock":  # after a region, or the end of an ARN
        model = model.rpartition("/")[2]
    return (model,)


def _sent_to_fireworks(model: str, operation: str) -> tuple[str, ...]:
    """Return its short names as they are sent: embeddings' as they are, routers' under their own."""
    named = f"{_FIREWORKS}models/{model}"
    if operation not in {"chat", "completion"}:
        return named, model
    if model.endswith("-fast") or model.startswith(("auto", "firerouter")):
        return f"{_FIREWORKS}routers/{model}", named
    return (named,)
