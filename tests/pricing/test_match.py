"""A model's name → its row: exact, alias, anchored forms; never a prefix."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from aso.pricing import Pricer, bundled
from aso.pricing.match import dispute, match


@pytest.mark.parametrize(
    ("provider", "name", "row"),
    [
        ("openai", "gpt-4o", "gpt-4o"),
        ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
        ("openai", "gpt-5.4-2027-01-01", "gpt-5.4"),
        ("openai", "GPT-4o", "gpt-4o"),
        ("openai", "openai/gpt-4o", "gpt-4o"),
        ("openai", "ft:gpt-4.1-2025-04-14:acme::x1", "ft:gpt-4.1-2025-04-14"),
        ("anthropic", "claude-opus-4-6-20260205", "claude-opus-4-6"),
        ("google", "models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("google", "gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("groq", "openai/gpt-oss-120b", "openai/gpt-oss-120b"),
        ("xai", "x-ai/grok-4.3", "grok-4.3"),
        ("fireworks", "accounts/fireworks/models/glm-4p7", "glm-4p7"),
        ("bedrock", "us.amazon.nova-lite-v1:0", "amazon.nova-lite-v1"),
        ("bedrock", "apac.amazon.nova-lite-v1:0", "apac.amazon.nova-lite-v1"),
        ("bedrock", "claude-sonnet-4-5-20250929", "anthropic.claude-sonnet-4-5"),
        ("bedrock", "amazon.titan-embed-text-v2:0", "amazon.titan-embed-text-v2"),
        ("vertex", "claude-opus-4-6@default", "claude-opus-4-6"),
        ("vertex", "google/gemini-2.5-pro", "gemini-2.5-pro"),
        ("azure", "gpt-4o-2024-08-06", "gpt-4o"),
    ],
)
def test_a_name_finds_its_row(provider: str, name: str, row: str) -> None:
    found = match(bundled(), provider, name)
    assert found is not None
    assert found.model == row


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("openai", "gpt-4o-2"),
        ("openai", "gpt-4"[:3]),
        ("openai", "ft:gpt-99:acme::x1"),
        ("google", "gemini-3.8-flash-xl"),
        ("mistral", "mistral-large-99"),
        ("fireworks", "accounts/acme/deployedModels/mine"),
        ("fireworks", "accounts/acme/models/glm-4p7"),
        ("openai", "acme/gpt-4o"),
        ("bedrock", "global.amazon.nova-lite-v1:0"),
        ("bedrock", "us-gov.anthropic.claude-3-opus-20240229-v1:0"),
        ("azure", "our-chat-deployment"),
        ("openrouter", "acme/unheard-of:free"),
        ("unknown", "gpt-4o"),
        ("openai", ""),
    ],
)
def test_a_name_that_nobody_lists_finds_none(provider: str, name: str) -> None:
    assert match(bundled(), provider, name) is None


def test_a_tuned_model_never_costs_what_its_base_does() -> None:
    tuned = match(bundled(), "openai", "ft:gpt-4o-mini-2024-07-18:acme::x1")
    base = match(bundled(), "openai", "gpt-4o-mini-2024-07-18")
    assert tuned is not None
    assert base is not None
    assert tuned.standard[0].rates["input_tokens"] > base.standard[0].rates["input_tokens"]


def test_a_name_that_sources_differ_on_matches_nothing_wider_and_says_so() -> None:
    place = "eu.amazon.nova-lite-v1:0"
    assert match(bundled(), "bedrock", place) is None
    assert dispute(bundled(), "bedrock", place) == "conflict:litellm/model-prices"
    assert dispute(bundled(), "bedrock", "acme.unheard-of") is None


@pytest.mark.parametrize(
    ("profile", "total"),
    [
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "0.003"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "0.0033"),
        ("arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2", "0.0033"),
    ],
)
def test_at_bedrock_the_requests_profile_decides_where_it_names_a_model(
    profile: str, total: str
) -> None:
    cost = Pricer().price(
        {"prompt_tokens": 1000},
        provider="bedrock",
        model="claude-sonnet-4-5-20250929",  # as the answer says
        request_model=profile,
        at=datetime(2026, 11, 26, tzinfo=timezone.utc),
        conditions={},
    )
    assert (cost.status, cost.total) == ("priced", Decimal(total))
