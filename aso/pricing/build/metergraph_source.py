"""metergraph-core (Apache-2.0): dated prices with a page each, read from its wheel as YAML."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from aso.pricing import cloud_names
from aso.pricing.build.names import ours
from aso.pricing.build.rows import MILLION, PriceEntry, Rates, SourceRow

_NAME = "metergraph-core"
_FILE = "metergraph_core/data/prices.yaml"
_CHANNELS = ours("metergraph")
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
    return [row for model in document["models"] for row in _rows(model)]


def _rows(model: Mapping[str, Any]) -> Iterator[SourceRow]:
    """Yield a row for each price list that the model is on: a channel, and a place in it."""
    lists: dict[tuple[str, str, str], set[str]] = {}
    for one in model.get("aliases", ()):
        provider = _CHANNELS.get(one.get("channel"))
        if provider is not None and provider == one.get("provider") and "effective_to" not in one:
            name = _name(provider, one["alias"].lower())
            said = one.get("price_region", "global")
            for place in [said] if isinstance(said, str) else said:
                lists.setdefault((provider, one["channel"], place), set()).add(name)
    for (provider, channel, place), names in sorted(lists.items()):
        prices = [
            PriceEntry(_rates(one), since=_instant(one["effective_from"]))
            for one in model.get("prices", ())
            if (one["channel"], one["region"]) == (channel, place) and "effective_to" not in one
        ]
        if prices:
            yield SourceRow(_NAME, provider, min(names), names, prices)


def _name(provider: str, alias: str) -> str:
    """Return a model's own name: who resells others' models has the maker in it."""
    if provider == "bedrock":
        place, base = cloud_names.place_of(cloud_names.bedrock(alias))
        return f"{place}.{base}" if cloud_names.has_own_list(place) else base
    if provider == "vertex":
        return cloud_names.vertex(alias)
    return alias if provider == "openrouter" else alias.rpartition("/")[2]


def _rates(one: Mapping[str, str]) -> Rates:
    return {unit: (Decimal(one[key]), MILLION) for key, unit in _UNITS.items() if key in one}


def _instant(text: str) -> str:
    return text if "T" in text else f"{text}T00:00:00+00:00"
