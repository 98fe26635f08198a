"""genai-prices (MIT): dated prices, tiers, variants, read from its wheel."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from aso.pricing import cloud_names
from aso.pricing.build.names import ours
from aso.pricing.build.rows import HOUR, MILLION, THOUSAND, PriceEntry, Rates, SourceRow

_NAME = "genai-prices"
_PROVIDERS = ours("genai_prices")
# Whose list is another provider's, too: what its endpoints for this publisher's models charge.
_ALSO: Mapping[str, tuple[str, str]] = {"google": ("vertex", "claude-|gemini-")}
# The days on which the source began to list variants. They say nothing of when those prices began:
# such a variant is as old as the standard price beside it.
_LISTED = frozenset({"2026-10-12", "2026-10-14", "2026-10-15"})
_FREE: Rates = {"input_tokens": (Decimal(0), MILLION), "output_tokens": (Decimal(0), MILLION)}
_CONDITIONS = frozenset({"service_tier", "processing", "speed"})
# Whose `-latest` rows are also those of the dated names: the family was never repriced.
_LATEST_IS_ALL = {"anthropic"}
_UNITS: dict[str, tuple[str, int]] = {
    "input_mtok": ("input_tokens", MILLION),
    "output_mtok": ("output_tokens", MILLION),
    "cache_read_mtok": ("cache_read_tokens", MILLION),
    "cache_write_mtok": ("cache_write_tokens", MILLION),
    "cache_write_1h_mtok": ("cache_write_1h_tokens", MILLION),
    "input_audio_mtok": ("input_audio_tokens", MILLION),
    "input_image_mtok": ("input_image_tokens", MILLION),
    "input_video_mtok": ("input_video_tokens", MILLION),
    "cache_audio_read_mtok": ("cache_read_audio_tokens", MILLION),
    "cache_image_read_mtok": ("cache_read_image_tokens", MILLION),
    "output_audio_mtok": ("output_audio_tokens", MILLION),
    "output_image_mtok": ("output_image_tokens", MILLION),
    "output_video_mtok": ("output_video_tokens", MILLION),
    "output_reasoning_mtok": ("reasoning_tokens", MILLION),
    "output_citation_mtok": ("citation_tokens", MILLION),
    "web_searches_kcount": ("web_search_requests", THOUSAND),
    "storage_searches_kcount": ("file_search_calls", THOUSAND),
    "audio_hours": ("audio_seconds", HOUR),
    "input_audio_hours": ("audio_seconds", HOUR),
    "input_mchars": ("input_characters", MILLION),
    "input_document_kpages": ("pages", THOUSAND),
    "input_annotated_document_kpages": ("annotated_pages", THOUSAND),
}


def load(wheel: Path) -> list[SourceRow]:
    """Return every row of the providers that we price."""
    return [row for provider, model in _models(wheel) if (row := _row(provider, model)) is not None]


def listed(wheel: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield provider, model and whether it has a price, of all that is listed."""
    for provider, model in _models(wheel):
        yield provider, model.id.rstrip("-"), _row(provider, model) is not None


def _models(wheel: Path) -> Iterator[tuple[str, Any]]:
    sys.path.insert(0, str(wheel))
    for provider in importlib.import_module("genai_prices.data").providers:
        if provider.id in _PROVIDERS:
            for model in provider.models:
                for billed_by in _billed_by(provider.id, model.id):
                    yield billed_by, model


def _billed_by(source_id: str, model: str) -> Iterator[str]:
    also, pattern = _ALSO.get(source_id, ("", "(?!)"))
    is_others = re.match(pattern, model) is not None
    if source_id != "google" or not model.startswith("claude-"):  # Google's own API has no Claude
        yield _PROVIDERS[source_id]
    if is_others:
        yield also


def _row(provider: str, model: Any) -> SourceRow | None:
    standard = [PriceEntry(_FREE.copy())] if _is_free(model) else _standard(model.prices)
    prices = standard + _variants(model.price_variants or [], standard)
    if not any(price.rates for price in prices if not price.when):
        return None
    name, aliases = model.id.rstrip("-"), _aliases(model.match)
    if provider == "bedrock":
        name, aliases = cloud_names.bedrock(name.removeprefix("regional.")), set()
    elif provider == "vertex":
        name, aliases = cloud_names.vertex(name), {cloud_names.vertex(one) for one in aliases}
    elif name.endswith("-latest") and provider in _LATEST_IS_ALL:
        aliases.add(name.removesuffix("-latest"))
    return SourceRow(_NAME, provider, name, aliases, prices)


def _is_free(model: Any) -> bool:
    """Return True where nothing is priced and the list says in words that it is free."""
    said = f"{model.id} {model.name} {model.price_comments}".lower()
    is_empty = not isinstance(model.prices, list) and not _entry(model.prices).rates
    return is_empty and any(word in said for word in (":free", "(free)", "free of charge"))


def _aliases(clause: Any) -> set[str]:
    """Return the exact names; catch-alls (starts with, contains, patterns) are left behind."""
    if hasattr(clause, "or_"):
        return set().union(*(_aliases(one) for one in clause.or_))
    return {clause.equals.lower()} if hasattr(clause, "equals") else set()


def _standard(prices: Any) -> list[PriceEntry]:
    entries: list[PriceEntry] = []
    since: str | None = None
    for one in prices if isinstance(prices, list) else [prices]:
        constraint = getattr(one, "constraint", None)
        if (start := getattr(constraint, "start_date", None)) is not None:
            since = f"{start.isoformat()}T00:00:00+00:00"
        entry = _entry(getattr(one, "prices", one))
        entry.since = since
        if (opens := getattr(constraint, "start_time", None)) is not None:
            minutes = [opens.hour * 60 + opens.minute]
            minutes.append(constraint.end_time.hour * 60 + constraint.end_time.minute)
            entry.window = {"days": [0, 1, 2, 3, 4, 5, 6], "minutes": minutes}
        entries.append(entry)
    return entries


def _variants(variants: list[Any], standard: Sequence[PriceEntry]) -> list[PriceEntry]:
    entries = []
    for one in variants:
        entry = _entry(one.prices)
        entry.when = dict(one.when)
        start = getattr(one.constraint, "start_date", None)
        entry.since = f"{start.isoformat()}T00:00:00+00:00" if start else None
        if start is not None and start.isoformat() in _LISTED:
            entry.since = _began(standard, entry.since)
        if entry.rates and entry.when.keys() <= _CONDITIONS:
            entries.append(entry)
    return sorted(entries, key=lambda entry: entry.since or "")


def _began(standard: Sequence[PriceEntry], instant: str | None) -> str | None:
    """Return since when the standard price of an instant is in force; None: ever."""
    since = [one.since for one in standard if (one.since or "") <= (instant or "")]
    return since[-1] if since else None


def _entry(price: Any) -> PriceEntry:
    rates: Rates = {}
    tiers: dict[int, Rates] = {}
    for key, value in vars(price).items():
        if value is None or key not in _UNITS:
            continue
        unit, per = _UNITS[key]
        base = getattr(value, "base", value)
        rates[unit] = (Decimal(base), per)
        for tier in getattr(value, "tiers", ()):
            tiers.setdefault(tier.start, {})[unit] = (Decimal(tier.price), per)
    return PriceEntry(rates, tiers=list(tiers.items()))
