"""List prices of the OpenAI-compatible providers: 100,000 tokens in, 10,000 out.

USD per million in the comments; the providers' price pages, read 2026-11-23 by the sources named in
aso/pricing/data/SOURCES.md.
"""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from aso.pricing import price

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
USAGE = {"prompt_tokens": 100_000, "completion_tokens": 10_000}


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("groq", "openai/gpt-oss-120b", "0.021"),  # 0.15, 0.60
        ("groq", "llama-3.3-70b-versatile", "0.0669"),  # 0.59, 0.79
        ("xai", "grok-4.3", "0.15"),  # 1.25, 2.50
        ("xai", "grok-4", "0.45"),  # 3, 15
        ("mistral", "mistral-large-latest", "0.065"),  # 0.50, 1.50
        ("mistral", "mistral-medium-latest", "0.225"),  # 1.50, 7.50
        ("mistral", "mistral-small-latest", "0.021"),  # 0.15, 0.60
        ("deepseek", "deepseek-v4-flash", "0.021"),  # off peak 0.15, 0.60
        ("cerebras", "gpt-oss-120b", "0.0425"),  # 0.35, 0.75
        ("fireworks", "accounts/fireworks/models/gpt-oss-120b", "0.021"),  # 0.15, 0.60
        ("novita", "deepseek/deepseek-v3-0324", "0.0382"),  # 0.27, 1.12
        ("nebius", "Qwen/Qwen3-235B-A22B-Instruct-2507", "0.026"),  # 0.20, 0.60
        ("deepinfra", "meta-llama/Llama-3.3-70B-Instruct", "0.027"),  # 0.23, 0.40
        ("zai", "glm-4.6", "0.082"),  # 0.60, 2.20
        ("zai", "glm-4.5-flash", "0"),  # free, two lists say
        ("azure", "gpt-4o-2024-08-06", "0.35"),  # global deployment: 2.50, 10
        ("azure", "gpt-4o-mini-2024-07-18", "0.021"),  # 0.15, 0.60
        ("openrouter", "openai/gpt-4o-mini", "0.021"),  # 0.15, 0.60
        ("perplexity", "sonar", "0.11"),  # 1, 1, no search said
        ("anthropic", "claude-sonnet-4-5-20250929", "0.45"),  # 3, 15
        ("google", "gemini-2.5-pro", "0.225"),  # 1.25, 10
    ],
)
def test_list_prices(provider: str, model: str, expected: str) -> None:
    found = price(USAGE, provider=provider, model=model, at=NOW)
    assert (found.status, found.source, found.total) == ("priced", "standard", Decimal(expected))
    assert all(line.source.startswith("catalog:") for line in found.lines)


# developers.openai.com/api/docs/pricing: input, cached input, output
@pytest.mark.parametrize(
    ("model", "rates"),
    [
        ("gpt-4o", ("2.5", "1.25", "10")),
        ("gpt-4o-mini", ("0.15", "0.075", "0.6")),
        ("gpt-4.1", ("2", "0.5", "8")),
        ("gpt-4.1-mini", ("0.4", "0.1", "1.6")),
        ("gpt-4.1-nano", ("0.1", "0.025", "0.4")),
        ("o3", ("2", "0.5", "8")),
        ("o4-mini", ("1.1", "0.275", "4.4")),
        ("gpt-5", ("1.25", "0.125", "10")),
        ("gpt-5-mini", ("0.25", "0.025", "2")),
        ("gpt-5-nano", ("0.05", "0.005", "0.4")),
        ("gpt-5.1", ("1.25", "0.125", "10")),
        ("gpt-5.2", ("1.75", "0.175", "14")),
        ("gpt-5.4", ("2.5", "0.25", "15")),
        ("gpt-5.4-mini", ("0.75", "0.075", "4.5")),
        ("gpt-5.4-nano", ("0.2", "0.02", "1.25")),
        ("gpt-5.5", ("5", "0.5", "30")),
        ("gpt-5.6-sol", ("4", "0.4", "20")),
        ("gpt-6-sol", ("2", "0.2", "10")),
        ("gpt-6-luna", ("0.1", "0.01", "0.5")),
        ("gpt-6.1-sol", ("2", "0.1", "10")),
        ("gpt-6.1-terra", ("1", "0.05", "5")),
    ],
)
def test_current_models_of_openai(model: str, rates: tuple[str, str, str]) -> None:
    usage = {"prompt_tokens": 2000, "cache_read_tokens": 1000, "completion_tokens": 1000}
    found = price(usage, provider="openai", model=model, at=NOW)
    assert [(line.unit, line.rate) for line in found.lines] == [
        ("input_tokens", Decimal(rates[0])),
        ("cache_read_tokens", Decimal(rates[1])),
        ("output_tokens", Decimal(rates[2])),
    ]
    assert found.total == sum(Decimal(rate) for rate in rates) / 1000


# gpt-6.1-sol, developers.openai.com/api/docs/models/gpt-6.1-sol: flex and batch half, priority twice
@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, "0.3"),
        ({"service_tier": "flex"}, "0.15"),
        ({"processing": "batch"}, "0.15"),
        ({"service_tier": "priority"}, "0.6"),
        ({"data_residency": "eu"}, "0.33"),
    ],
)
def test_tiers_of_a_current_model(conditions: dict[str, str], expected: str) -> None:
    found = price(USAGE, provider="openai", model="gpt-6.1-sol", at=NOW, **conditions)
    assert (found.status, found.total) == ("priced", Decimal(expected))


@pytest.mark.parametrize(
    ("provider", "model", "usage", "expected"),
    [
        ("openai", "whisper-1", {"audio_seconds": 90}, "0.009"),  # 0.36 an hour
        ("groq", "whisper-large-v3", {"audio_seconds": 36}, "0.00111"),  # 0.111 an hour
        ("openai", "tts-1", {"input_characters": 1000}, "0.015"),  # 15 a million
        ("mistral", "mistral-ocr-latest", {"pages": 10}, "0.04"),  # 4 a thousand
        ("openai", "text-embedding-3-small", {"prompt_tokens": 50_000}, "0.001"),  # 0.02
        ("openai", "text-embedding-3-large", {"prompt_tokens": 50_000}, "0.0065"),  # 0.13
        ("openai", "gpt-5.4", {"code_interpreter_sessions": 2}, "0.06"),  # 0.03 a container
        ("openai", "gpt-5.4", {"file_search_calls": 4}, "0.01"),  # 2.50 a thousand
        ("openai", "gpt-4o-search-preview", {"web_search_requests": 1}, "0.025"),
        (
            "openai",  # realtime: audio 32, cached audio 0.40
            "gpt-realtime-2",
            {
                "prompt_tokens": 1000,
                "prompt_audio_tokens": 1000,
                "cache_read_tokens": 500,
                "cache_read_audio_tokens": 500,
            },
            "0.0162",
        ),
        (
            "openai",  # images: text 5, image in 8, image out 30
            "gpt-image-2",
            {
                "prompt_tokens": 1000,
                "prompt_image_tokens": 400,
                "completion_tokens": 1000,
                "completion_image_tokens": 1000,
            },
            "0.0362",
        ),
        (
            "perplexity",  # deep research: 2, 8, reasoning 3, citations 2, searches 5 a thousand
            "sonar-deep-research",
            {
                "prompt_tokens": 1000,
                "completion_tokens": 2000,
                "reasoning_tokens": 1000,
                "citation_tokens": 1000,
                "web_search_requests": 2,
            },
            "0.025",
        ),
    ],
)
def test_other_units_than_text(
    provider: str, model: str, usage: dict[str, int], expected: str
) -> None:
    found = price(usage, provider=provider, model=model, at=NOW)
    assert (found.status, found.total) == ("priced", Decimal(expected))


def test_a_rate_that_does_not_end_per_unit_is_kept_as_the_list_has_it() -> None:
    found = price({"audio_seconds": 70}, provider="groq", model="whisper-large-v3", at=NOW)
    (line,) = found.lines
    assert (line.rate, line.per) == (Decimal("0.111"), 3600)
    assert found.total == line.amount == Decimal("0.002158333333333333")
