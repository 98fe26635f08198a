"""model-prices (MIT; from models.dev, MIT): dated prices and modes, read from its wheel as JSON."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from aso.pricing.build.rows import MILLION, PriceEntry, Rates, SourceRow

_NAME = "model-prices"
_FILE = "model_prices/snapshot.json"
_PROVIDERS = (
    "openai",
    "anthropic",
    "google",
    "xai",
    "mistral",
    "deepseek",
    "zai",
    "perplexity",
    "cohere",
)
_UNITS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
}
# A mode's conditions, by provider where the same word is another knob.
_MODES: Mapping[str, Mapping[str, Sequence[Mapping[str, str]]]] = {
    "batch": {"*": ({"processing": "batch"},)},
    "flex": {"*": ({"service_tier": "flex"},)},
    "fast": {
        "openai": ({"service_tier": "priority"}, {"service_tier": "fast"}),
        "anthropic": ({"speed": "fast"},),
    },
}


def load(wheel: Path) -> tuple[list[SourceRow], dict[str, list[str]]]:
    """Return every row of the providers that we price, and the calendars of holidays."""
    document = json.loads(zipfile.ZipFile(wheel).read(_FILE), parse_float=Decimal)
    rows = [
        _row(provider, model, modes)
        for provider in _PROVIDERS
        for model, modes in sorted(document["prices"][provider].items())
    ]
    calendars = {
        name: sorted(one["dates"]) for name, one in document["schedules"]["holidays"].items()
    }
    return rows, calendars


def _row(provider: str, model: str, modes: Mapping[str, Any]) -> SourceRow:
    prices = _timeline(modes["standard"], {})
    for mode in sorted(modes.keys() & _MODES.keys()):
        whens = _MODES[mode].get(provider, _MODES[mode].get("*", ()))
        for when in whens:
            prices += _timeline(modes[mode], dict(when))
    return SourceRow(_NAME, provider, model.lower(), {model.lower()}, prices)


def _timeline(steps: Sequence[Mapping[str, Any]], when: dict[str, str]) -> list[PriceEntry]:
    """Return one entry for each change; a step without rates ends the one before it."""
    found: list[PriceEntry] = []
    for step in steps:
        since = None if step["start"] is None else step["start"].replace("Z", "+00:00")
        if found and found[-1].until is None and step["rates"] is None:
            found[-1].until = since
        if step["rates"] is None:
            continue
        entry = PriceEntry(_rates(step["rates"]), since=since, when=when)
        entry.tiers = [(one["above"], _rates(one)) for one in step["rates"].get("tiers", ())]
        is_same = found and found[-1].until is None and found[-1].rates == entry.rates
        if not (is_same and found[-1].tiers == entry.tiers):
            found.append(entry)
    return found


def _rates(rates: Mapping[str, Any]) -> Rates:
    return {unit: (Decimal(rates[key]), MILLION) for key, unit in _UNITS.items() if key in rates}
