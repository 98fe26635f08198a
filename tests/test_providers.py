"""Who bills at a host, and who made a model."""

from __future__ import annotations

import re

import pytest

from aso.providers import PROVIDERS, data_residency, is_providers, publisher, resolve


@pytest.mark.parametrize(
    ("url", "host", "provider"),
    [
        ("https://api.openai.com/v1/", "api.openai.com", "openai"),
        ("https://EU.api.openai.com/v1", "eu.api.openai.com", "openai"),
        ("https://acme.openai.azure.com/openai", "acme.openai.azure.com", "azure"),
        ("https://x.services.ai.azure.com/models", "x.services.ai.azure.com", "azure"),
        ("https://phi.eastus.models.ai.azure.com/v1", None, "azure"),
        ("https://generativelanguage.googleapis.com/v1beta/openai", None, "google"),
        ("https://us-central1-aiplatform.googleapis.com/v1", None, "vertex"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com", None, "bedrock"),
        ("https://openrouter.ai/api/v1", None, "openrouter"),
        ("https://api.x.ai/v1", None, "xai"),
        ("https://api.groq.com/openai/v1", None, "groq"),
        ("https://api.deepinfra.com/v1/openai", None, "deepinfra"),
        ("https://api.novita.ai/v3/openai", None, "novita"),
        ("https://api.fireworks.ai/inference/v1", None, "fireworks"),
        ("https://api.perplexity.ai", None, "perplexity"),
        ("https://api.cerebras.ai/v1", None, "cerebras"),
        ("https://api.mistral.ai/v1", None, "mistral"),
        ("https://api.deepseek.com", None, "deepseek"),
        ("https://api.tokenfactory.nebius.com/v1", None, "nebius"),
        ("https://api.z.ai/api/paas/v4", None, "zai"),
        ("https://api-inference.huggingface.co/models/m/v1", None, "huggingface"),
        ("https://ai.mongodb.com/v1/embeddings", None, "voyage"),
        ("https://api.openai.com?key=1", "api.openai.com", "openai"),
        ("https://api.openai.com#part", "api.openai.com", "openai"),
        ("https://user:word@api.openai.com:443/v1", "api.openai.com", "openai"),
        ("http://127.0.0.1:8000/v1", "127.0.0.1", "unknown"),
        ("http://[::1]:8000/v1", "::1", "unknown"),
        ("https://api.openai.com.evil.example/v1", None, "unknown"),
        ("https://notapi.groq.com/v1", None, "unknown"),
    ],
)
def test_a_host_is_matched_by_its_parsed_name(url: str, host: str | None, provider: str) -> None:
    found_host, found = resolve(url, {})
    assert found.name == provider
    assert host is None or found_host == host


def test_a_mapping_of_the_callers_comes_first_by_host_or_with_its_port() -> None:
    mapped = {"llm.corp.example": "openai", "127.0.0.1:81": "groq", "api.openai.com": "azure"}
    urls = ("https://llm.corp.example/v1", "http://127.0.0.1:81", "http://127.0.0.1:82")
    names = [resolve(url, mapped)[1].name for url in (*urls, "https://api.openai.com/v1")]
    assert names == ["openai", "groq", "unknown", "azure"]


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://api.openai.com/v1", True),
        ("https://llm.corp.example/", True),
        ("http://127.0.0.1:81?x=1", True),
        ("https://proxy.example/", True),
        ("https://nobody.example/v1", True),
        ("http://127.0.0.1:82", False),
        ("https://orders.corp.example/api.openai.com", False),
    ],
)
def test_a_providers_host_is_one_of_the_table_or_any_that_is_mapped(url: str, is_one: bool) -> None:
    mapped = {
        "llm.corp.example": "openai",
        "127.0.0.1:81": "groq",
        "proxy.example": "aso-proxy",
        "nobody.example": "unknown",
    }
    assert is_providers(url, mapped) is is_one


def test_behind_a_proxy_of_ours_the_path_names_the_provider() -> None:
    mapped = {"proxy.example": "aso-proxy"}
    names = [
        resolve(f"https://proxy.example/v1/{name}/v1", mapped)[1].name
        for name in ("openai", "google-ai-studio", "nobody")
    ]
    assert names == ["openai", "google", "unknown"]


@pytest.mark.parametrize(
    ("provider", "model", "made_by"),
    [
        ("openai", "gpt-4o", "openai"),
        ("azure", "gpt-4o-2024-08-06", "openai"),
        ("azure", "grok-4", "xai"),
        ("openrouter", "anthropic/claude-sonnet-4.5", "anthropic"),
        ("groq", "meta-llama/llama-4-scout", "meta"),
        ("fireworks", "accounts/fireworks/models/deepseek-v4-pro", "deepseek"),
        ("groq", "something-new", None),
        ("openrouter", None, None),
    ],
)
def test_the_publisher_is_the_providers_own_or_read_from_the_name(
    provider: str, model: str | None, made_by: str | None
) -> None:
    assert publisher(provider, model) == made_by


def test_names_are_one_lower_case_word_that_events_and_policies_write() -> None:
    assert [name for name in PROVIDERS if not re.fullmatch(r"[a-z]+", name)] == []


def test_each_host_is_billed_by_the_row_that_has_it() -> None:
    hosts = [(host, row.name) for row in PROVIDERS.values() for host in row.hosts]
    found = [(host, resolve(f"https://{made(host)}/v1", {})[1].name) for host, _ in hosts]
    assert found == hosts


def made(host: str) -> str:
    """Return a host that a row's form stands for."""
    return f"{'x' if host[0] in '.-' else ''}{host.replace('*', 'x')}"


@pytest.mark.parametrize(
    ("provider", "host", "region"),
    [
        ("openai", "eu.api.openai.com", "eu"),
        ("openai", "api.openai.com", None),
        ("azure", "eu.api.openai.com", None),
        ("vertex", "us-east5-aiplatform.googleapis.com", "us-east5"),
        ("vertex", "aiplatform.eu.rep.googleapis.com", "eu"),
        ("vertex", "aiplatform.googleapis.com", None),
        ("openai", None, None),
    ],
)
def test_a_regional_host_says_where_the_data_stays(
    provider: str, host: str | None, region: str | None
) -> None:
    assert data_residency(provider, host) == region
