"""Names for people: providers, publishers, units. Chosen here; identifiers stay the event's own.

A provider that is not in the table goes by the name that events have.
"""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    """Who bills, and for what."""

    company: str
    service: str


_PROVIDERS = {
    "anthropic": Names("Anthropic", "Claude API"),
    "azure": Names("Microsoft", "Azure OpenAI"),
    "bedrock": Names("Amazon Web Services", "Amazon Bedrock"),
    "cerebras": Names("Cerebras", "Cerebras Inference"),
    "cohere": Names("Cohere", "Cohere API"),
    "deepinfra": Names("DeepInfra", "DeepInfra API"),
    "deepseek": Names("DeepSeek", "DeepSeek API"),
    "fireworks": Names("Fireworks AI", "Fireworks AI API"),
    "google": Names("Google", "Gemini API"),
    "groq": Names("Groq", "GroqCloud"),
    "huggingface": Names("Hugging Face", "Inference Providers"),
    "mistral": Names("Mistral AI", "Mistral AI API"),
    "nebius": Names("Nebius", "Nebius API"),
    "novita": Names("Novita AI", "Novita AI API"),
    "openai": Names("OpenAI", "OpenAI API"),
    "openrouter": Names("OpenRouter", "OpenRouter API"),
    "perplexity": Names("Perplexity", "Perplexity API"),
    "together": Names("Together AI", "Together AI API"),
    "vertex": Names("Google", "Vertex AI"),
    "voyage": Names("Voyage AI", "Voyage AI API"),
    "xai": Names("xAI", "xAI API"),
    "zai": Names("Z.ai", "Z.ai API"),
}
# What the last word of a unit's name does not say. A unit is a plural noun (FOCUS, Unit Format).
_UNITS = {"provider_cost": "Requests", "recorded": "Requests", "contract_fee": "Requests"}


def names_of(provider: str) -> Names:
    """Return who bills, by the event's name of the provider."""
    return _PROVIDERS.get(provider) or Names(provider, f"{provider} API")


def publisher_name(publisher: str | None, provider: str) -> str:
    """Return who made the model; where nobody said, who bills."""
    return names_of(publisher or provider).company


def unit_name(unit: str) -> str:
    """Return what is counted: ``Tokens`` of ``input_tokens``, ``Seconds`` of ``audio_seconds``."""
    plain = unit.partition(":")[0]
    return _UNITS.get(plain) or plain.rpartition("_")[2].capitalize()


def meter_name(unit: str) -> str:
    """Return the unit in words: ``Cache Read Tokens``."""
    return unit.replace("_", " ").title()
