"""What each list calls a provider: it is priced by the lists that name it here, and by no others.

A row per provider of aso.providers. A list with several names for one has them with a space between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple


class Named(NamedTuple):
    """One provider's names, by the list; empty where a list does not have it."""

    litellm: str = ""
    genai_prices: str = ""
    model_prices: str = ""
    metergraph: str = ""  # its channels


_ROWS: Mapping[str, Named] = {
    "openai": Named(
        litellm="openai", genai_prices="openai", model_prices="openai", metergraph="openai-api"
    ),
    "azure": Named(litellm="azure azure_ai", genai_prices="azure"),
    "anthropic": Named(
        litellm="anthropic",
        genai_prices="anthropic",
        model_prices="anthropic",
        metergraph="anthropic-api",
    ),
    "google": Named(
        litellm="gemini", genai_prices="google", model_prices="google", metergraph="google-api"
    ),
    "vertex": Named(metergraph="google-vertex-ai"),
    "bedrock": Named(
        litellm="bedrock bedrock_converse bedrock_mantle",
        genai_prices="aws",
        model_prices="amazon-bedrock",
        metergraph="aws-bedrock aws-bedrock-geo",
    ),
    "openrouter": Named(genai_prices="openrouter", metergraph="openrouter-api"),
    "xai": Named(litellm="xai", genai_prices="x-ai", model_prices="xai", metergraph="xai-api"),
    "groq": Named(litellm="groq", genai_prices="groq"),
    "deepinfra": Named(litellm="deepinfra"),
    "novita": Named(litellm="novita", genai_prices="novita"),
    "fireworks": Named(
        litellm="fireworks_ai fireworks_ai-embedding-models",
        genai_prices="fireworks",
        metergraph="fireworks-api",
    ),
    "perplexity": Named(
        litellm="perplexity",
        genai_prices="perplexity",
        model_prices="perplexity",
        metergraph="perplexity-api",
    ),
    "cerebras": Named(litellm="cerebras", genai_prices="cerebras"),
    "mistral": Named(
        litellm="mistral", genai_prices="mistral", model_prices="mistral", metergraph="mistral-api"
    ),
    "deepseek": Named(
        litellm="deepseek",
        genai_prices="deepseek",
        model_prices="deepseek",
        metergraph="deepseek-api",
    ),
    "nebius": Named(litellm="nebius"),
    "zai": Named(litellm="zai", genai_prices="zai", model_prices="zai", metergraph="zai-api"),
    "cohere": Named(litellm="cohere cohere_chat", genai_prices="cohere", model_prices="cohere"),
    "together": Named(litellm="together_ai", genai_prices="together"),
    "voyage": Named(litellm="voyage", genai_prices="voyageai"),
}


def ours(
    source: Literal["litellm", "genai_prices", "model_prices", "metergraph"],
) -> dict[str, str]:
    """Return what the list says → the provider, as aso.providers names it."""
    return {name: one for one, row in _ROWS.items() for name in getattr(row, source).split()}
