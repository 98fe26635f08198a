"""metergraph-core (Apache-2.0): dated prices with a page each, read from its wheel as YAML."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from aso.pricing.build.rows import MILLION, PriceEntry, Rates, SourceRow

_NAME = "metergraph-core"
_FILE = "metergraph_core/data/prices.yaml"
_CHANNELS = {
    "openai-api": "openai",
    "anthropic-api": "anthropic",
    "google-api": "google",
    "xai-api": "xai",
    "mistral-api": "mistral",
    "deepseek-api": "deepseek",
    "zai-api": "zai",
    "perplexity-api": "perplexity",
    "fireworks-api": "fireworks",
    "openrouter-api": "openrouter",
}
_UNITS = {
    "input_per_mtok": "input_tokens",
    "output_per_mtok": "output_tokens",
    "cache_read_per_mtok": "cache_read_tokens",
    "cache_write_5m_per_mtok": "cache_write_tokens",
    "cache_write_1h_per_mtok": "cache_write_1h_tokens",
}


def load(wheel: Path) -> list[SourceRow]:
    """Return every row of the providers that we price."""
    import yaml  # a maintainers' package, not one of ours

    # The base loader leaves numbers as text, so that they stay decimal.
    text = zipfile.ZipFile(wheel).read(_FILE)
    document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 — it makes nothing but text
    return [
        row
        for model in document["models"]
        for channel, provider in _CHANNELS.items()
        if (row := _row(model, channel, provider)) is not None
    ]


def _row(model: Mapping[str, Any], channel: str, provider: str) -> SourceRow | None:
    names = {
        one["alias"].lower()
        for one in model.get("aliases", ())
        if one.get("channel") == channel
        and one.get("provider") == provider
        and "effective_to" not in one
    }
    prices = [
        PriceEntry(_rates(one), since=_instant(one["effective_from"]))
        for one in model.get("prices", ())
        if one["channel"] == channel and one["region"] == "global" and "effective_to" not in one
    ]
    if not names or not prices:
        return None
    return SourceRow(_NAME, provider, min(names), names, prices)


def _rates(one: Mapping[str, str]) -> Rates:
    return {unit: (Decimal(one[key]), MILLION) for key, unit in _UNITS.items() if key in one}


def _instant(text: str) -> str:
    return text if "T" in text else f"{text}T00:00:00+00:00"
