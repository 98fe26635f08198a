"""A model's name → its row: exact, alias, anchored forms; never a prefix."""

from __future__ import annotations

import pytest

from aso.pricing import bundled
from aso.pricing.match import match


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
