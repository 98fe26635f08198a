"""The fields of one row of litellm's price file → rates, tiers, variants and factors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aso.pricing.build.rows import HOUR, MILLION, THOUSAND, PriceEntry, Rates, from_float
from aso.pricing.units import ancestry

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
    "input_cost_per_query": ("search_units", THOUSAND),
}
_VARIANTS = {
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "ultrafast": {"service_tier": "ultrafast"},
    "batches": {"processing": "batch"},
    "decisions": {"endpoint": "decisions"},
}
_SUFFIX = re.compile(
    rf"(?P<base>.+?)(?:_above_(?P<k>\d+)k_tokens)?(?:_(?P<variant>{'|'.join(_VARIANTS)}))?"
)
_DIGITS, _DUST = 6, Decimal("1e-6")  # more digits than a price has, and what that leaves an hour
_SIZES = {"low": "search_context_size_low", "medium": "search_context_size_medium"}
_SIZES["high"] = "search_context_size_high"
# What else a model is billed by, by what it does: fields, the first that is there, and the unit.
_BY_MODE = {
    "audio_transcription": (("input_cost_per_second",), "audio_seconds"),
    "realtime": (("input_cost_per_second",), "audio_seconds"),
    "image_generation": (("output_cost_per_image", "input_cost_per_image"), "images"),
    "video_generation": (
        ("output_cost_per_second", "output_cost_per_video_per_second"),
        "video_seconds",
    ),
}
_RESOLUTION = re.compile(r"output_cost_per_second_(?P<size>\w+)")


def entries(fields: Mapping[str, Any]) -> list[PriceEntry]:
    """Return the standard price, then its variants."""
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
    standard.rates.update({**_searches(fields), **_by_mode(fields)})
    for (variant, threshold), rates in tiers.items():
        entry = variants.get(variant) if variant else standard
        if entry is not None:
            entry.tiers.append((threshold, rates))
    _leave_said_twice(standard)
    return [standard, *(variants[name] for name in sorted(variants))]


def multipliers(fields: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return factors on tokens: Anthropic's, in the US and fast; Vertex's, at regional endpoints."""
    said = fields.get("provider_specific_entry") or {}
    found = {
        condition: {key: str(said[key])}
        for key, condition in (("us", "inference_geo"), ("fast", "speed"))
        if key in said
    }
    if (regional := fields.get("regional_endpoint_uplift_multiplier")) is not None:
        found["data_residency"] = {"*": str(regional)}
    return found


def factor(base: Rates, dearer: Rates) -> str | None:
    """Return how many times the base another list is, by input and by output; None: it is not."""
    common = [unit for unit in ("input_tokens", "output_tokens") if unit in base and unit in dearer]
    ratios = {dearer[unit][0] / base[unit][0] for unit in common if base[unit][0]}
    if len(ratios) != 1 or (found := ratios.pop()) == 1:
        return None
    return str(found.normalize()) if found == found.quantize(Decimal("0.1")) else None


def _leave_said_twice(price: PriceEntry) -> None:
    """A part that costs what the wider unit does says nothing, and would be wrong beyond a tier."""
    in_tiers = {unit for _, rates in price.tiers for unit in rates}
    for unit in list(price.rates):
        wider = next((one for one in ancestry(unit)[1:] if one in price.rates), None)
        if wider is not None and unit not in in_tiers and price.rates[unit] == price.rates[wider]:
            del price.rates[unit]


def _by_mode(fields: Mapping[str, Any]) -> Rates:
    """Return the rate of what the model makes or hears; of a video, by its resolution, too."""
    names, unit = _BY_MODE.get(fields.get("mode", ""), ((), ""))
    value = next((fields[name] for name in names if fields.get(name)), None)
    if value is None:
        return {}
    found = {unit: per_second(value) if unit.endswith("_seconds") else (from_float(value, 1), 1)}
    for key in fields:
        size = _RESOLUTION.fullmatch(key)
        if size is not None and unit == "video_seconds" and fields[key] != value:
            found[f"{unit}:{size['size']}"] = per_second(fields[key])
    return found


def per_second(value: float) -> tuple[Decimal, int]:
    """Return a rate per second; one that does not end, as a price by the hour, is per 3,600."""
    amount, hourly = from_float(value, 1), from_float(value, HOUR)
    listed = hourly.quantize(Decimal("0.001"))
    is_rounded = len(amount.as_tuple().digits) > _DIGITS and abs(hourly - listed) < _DUST
    return (listed.normalize(), HOUR) if is_rounded else (amount, 1)


def _searches(fields: Mapping[str, Any]) -> Rates:
    costs = fields.get("search_context_cost_per_query")
    if not isinstance(costs, dict):
        return {}
    found = {
        f"web_search_requests:{size}": (from_float(costs[name], THOUSAND), THOUSAND)
        for size, name in _SIZES.items()
        if name in costs
    }
    if len(found) == len(_SIZES) and len(set(found.values())) == 1:
        return {"web_search_requests": next(iter(found.values()))}
    return found
