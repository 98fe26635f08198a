"""litellm's price file (MIT): per-token floats, read from its wheel as JSON; its code is not run."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from aso.pricing.build.rows import MILLION, THOUSAND, PriceEntry, Rates, SourceRow, from_float

_NAME = "litellm"
_FILE = "litellm/model_prices_and_context_window_backup.json"
_PROVIDERS = {
    "openai": "openai",
    "xai": "xai",
    "groq": "groq",
    "deepinfra": "deepinfra",
    "novita": "novita",
    "fireworks_ai": "fireworks",
    "perplexity": "perplexity",
    "cerebras": "cerebras",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "nebius": "nebius",
    "zai": "zai",
    "azure": "azure",
    "azure_ai": "azure",
    "anthropic": "anthropic",
    "gemini": "google",
    "together_ai": "together",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "voyage": "voyage",
}
_UNITS = {
    "input_cost_per_token": ("input_tokens", MILLION),
    "output_cost_per_token": ("output_tokens", MILLION),
    "cache_read_input_token_cost": ("cache_read_tokens", MILLION),
    "cache_creation_input_token_cost": ("cache_write_tokens", MILLION),
    "cache_creation_input_token_cost_above_1hr": ("cache_write_1h_tokens", MILLION),
    "input_cost_per_audio_token": ("input_audio_tokens", MILLION),
    "output_cost_per_audio_token": ("output_audio_tokens", MILLION),
    "input_cost_per_image_token": ("input_image_tokens", MILLION),
    "output_cost_per_image_token": ("output_image_tokens", MILLION),
    "input_cost_per_video_token": ("input_video_tokens", MILLION),
    "output_cost_per_video_token": ("output_video_tokens", MILLION),
    "cache_read_input_audio_token_cost": ("cache_read_audio_tokens", MILLION),
    "cache_read_input_image_token_cost": ("cache_read_image_tokens", MILLION),
    "cache_creation_input_audio_token_cost": ("cache_write_audio_tokens", MILLION),
    "input_cost_per_character": ("input_characters", MILLION),
    "output_cost_per_image": ("images", 1),
    "output_cost_per_reasoning_token": ("reasoning_tokens", MILLION),
    "citation_cost_per_token": ("citation_tokens", MILLION),
    "ocr_cost_per_page": ("pages", THOUSAND),
    "annotation_cost_per_page": ("annotated_pages", THOUSAND),
}
_VARIANTS = {
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "batches": {"processing": "batch"},
}
_SUFFIX = re.compile(
    r"(?P<base>.+?)(?:_above_(?P<k>\d+)k_tokens)?(?:_(?P<variant>flex|priority|batches))?"
)
_SIZES = {"low": "search_context_size_low", "medium": "search_context_size_medium"}
_SIZES["high"] = "search_context_size_high"


def load(wheel: Path) -> list[SourceRow]:
    """Return every row of the providers that we price."""
    document = json.loads(zipfile.ZipFile(wheel).read(_FILE))
    return [
        row
        for key, fields in sorted(document.items())
        if (provider := _PROVIDERS.get(fields.get("litellm_provider", ""))) is not None
        if (row := _row(provider, key, fields)) is not None
    ]


def _row(provider: str, key: str, fields: dict[str, Any]) -> SourceRow | None:
    name = _name(key, fields["litellm_provider"])
    if name is None:
        return None
    entries = _entries(fields)
    if not entries or not entries[0].rates:
        return None
    undated = re.sub(r"-\d{4}-\d{2}-\d{2}$", "", name) if name.startswith("ft:") else name
    return SourceRow(_NAME, provider, name, {name, undated}, entries, _multipliers(fields))


def _multipliers(fields: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Anthropic's factors on tokens: inference in the US, and the fast mode."""
    found = fields.get("provider_specific_entry") or {}
    return {
        condition: {key: str(found[key])}
        for key, condition in (("us", "inference_geo"), ("fast", "speed"))
        if key in found
    }


def _name(key: str, provider: str) -> str | None:
    if key.startswith(f"{provider}/"):
        key = key.removeprefix(f"{provider}/")
    elif "/" in key and not key.startswith("ft:"):
        return None  # regional and size variants: another model's rows
    return key.lower()


def _entries(fields: dict[str, Any]) -> list[PriceEntry]:
    standard = PriceEntry({})
    variants: dict[str, PriceEntry] = {}
    tiers: dict[tuple[str, int], Rates] = {}
    for key, value in fields.items():
        found = _SUFFIX.fullmatch(key)
        if found is None or found["base"] not in _UNITS or not isinstance(value, (int, float)):
            continue
        unit, per = _UNITS[found["base"]]
        rate = (from_float(value, per), per)
        variant = found["variant"] or ""
        if found["k"]:
            tiers.setdefault((variant, int(found["k"]) * 1000), {})[unit] = rate
        elif variant:
            entry = variants.setdefault(variant, PriceEntry({}, when=_VARIANTS[variant]))
            entry.rates[unit] = rate
        else:
            standard.rates[unit] = rate
    standard.rates.update(_searches(fields))
    seconds = fields.get("input_cost_per_second")
    if fields.get("mode") == "audio_transcription" and seconds:
        standard.rates["audio_seconds"] = (from_float(seconds, 1), 1)
    for (variant, threshold), rates in tiers.items():
        entry = variants.get(variant) if variant else standard
        if entry is not None:
            entry.tiers.append((threshold, rates))
    return [standard, *(variants[name] for name in sorted(variants))]


def _searches(fields: dict[str, Any]) -> Rates:
    costs = fields.get("search_context_cost_per_query")
    if not isinstance(costs, dict):
        return {}
    return {
        f"web_search_requests:{size}": (from_float(costs[name], THOUSAND), THOUSAND)
        for size, name in _SIZES.items()
        if name in costs
    }
