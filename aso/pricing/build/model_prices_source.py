"""model-prices (MIT; from models.dev, MIT): dated prices and modes, read from its wheel as JSON."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from aso.pricing import cloud_names
from aso.pricing.build.names import ours
from aso.pricing.build.places import by_place
from aso.pricing.build.rows import MILLION, PriceEntry, Rates, SourceRow, freed

_NAME = "model-prices"
_FILE = "model_prices/snapshot.json"
_PROVIDERS = ours("model_prices")
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
        for name, provider in _PROVIDERS.items()
        for model, modes in sorted(document["prices"][name].items())
    ]
    for schedule in document["schedules"]["schedule"]:
        for row in rows:
            _scheduled(row, schedule)
    others = [row for row in rows if row.provider != "bedrock"]
    rows = others + list(by_place(row for row in rows if row.provider == "bedrock"))
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
    name = cloud_names.bedrock(model) if provider == "bedrock" else model.lower()
    return SourceRow(_NAME, provider, name, {name}, prices)


def _scheduled(row: SourceRow, schedule: Mapping[str, Any]) -> None:
    """Add what the hours of a schedule make of each price that it meets."""
    if row.provider != schedule["provider"]:
        return
    hours = schedule.get("peak_hours_utc") or schedule["off_peak_hours_utc"]
    factor = schedule.get("peak_multiplier") or schedule["off_peak_multiplier"].get(row.model)
    if factor is None:
        return
    first, last = _instant(schedule["valid_from"]), _instant(schedule.get("valid_until"))
    ends = [one.since for one in row.prices[1:]] + [None]
    for price, end in list(zip(row.prices, ends, strict=True)):
        since = max(price.since or "", first or "")
        until = min(end or "9999", last or "9999")
        if since < until:
            rates = {
                unit: (amount * Decimal(factor), per) for unit, (amount, per) in price.rates.items()
            }
            days = [0, 1, 2, 3, 4, *([] if schedule.get("weekdays_only") else [5, 6])]
            for opens, closes in _spans(hours):
                window = {"days": days, "minutes": [opens, closes]}
                if "holidays" in schedule:
                    window["closed"] = schedule["holidays"]
                over = None if until == "9999" else until
                row.prices.append(PriceEntry(rates, since=since, until=over, window=window))


def _spans(hours: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Yield minutes since midnight; hours that go over midnight are two spans."""
    for opens, closes in hours:
        first, last = _minute(opens), _minute(closes)
        if first < last:
            yield first, last
        else:
            yield first, 24 * 60
            if last:
                yield 0, last


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _timeline(steps: Sequence[Mapping[str, Any]], when: dict[str, str]) -> list[PriceEntry]:
    """Return one entry for each change; a step without rates ends the one before it."""
    found: list[PriceEntry] = []
    for step in steps:
        since = _instant(step["start"])
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
    return {
        unit: (freed(Decimal(rates[key])), MILLION) for key, unit in _UNITS.items() if key in rates
    }


def _instant(text: str | None) -> str | None:
    return None if text is None else text.replace("Z", "+00:00")
