"""What one source leaves out of a row, from others that agree with it on the standard rates.

A rate that is filled in names its own source in the catalog, and so on every cost line.
"""

from __future__ import annotations

from collections.abc import Sequence

from aso.pricing.build.rows import PriceEntry, SourceRow

_FILLED = frozenset(
    {
        "cache_read_tokens",
        "cache_write_tokens",
        "cache_write_1h_tokens",
        "cache_write_audio_tokens",
        "cache_read_audio_tokens",
        "cache_read_image_tokens",
        "input_audio_tokens",
        "input_image_tokens",
        "input_video_tokens",
        "output_audio_tokens",
        "output_image_tokens",
        "output_video_tokens",
        "audio_seconds",
        "input_characters",
        "pages",
        "annotated_pages",
    }
)
_EARLIEST = ""


def fill(row: SourceRow, others: Sequence[SourceRow], day: str) -> None:
    """Add units, variants, earlier variants and factors that the row does not have."""
    for other in sorted(others, key=lambda one: not _is_dated(one)):
        _units(row, other, day)
        _variants(row, other, day)
        for condition, values in other.multipliers.items():
            if not any(condition in price.when for price in row.prices):
                row.multipliers.setdefault(condition, values)


def _units(row: SourceRow, other: SourceRow, day: str) -> None:
    price, more = row.standard(day), other.standard(day)
    if price is None or more is None or price.tiers or more.tiers:
        return  # a unit without its long-prompt rate would be wrong beyond the threshold
    for unit in sorted(_FILLED & more.rates.keys() - price.rates.keys()):
        if more.rates[unit][0]:  # 0 is how one source writes "not said"
            price.rates[unit] = more.rates[unit]
            price.filled[unit] = f"{other.source}:single"


def _variants(row: SourceRow, other: SourceRow, day: str) -> None:
    """Put the other's variants before the row's own, as far as they are earlier.

    What has no date holds today: it is put in only where there is nothing else, from the day on
    which today's standard price began.
    """
    first = _first_dates(row.prices)
    is_dated, standard = _is_dated(other), row.standard(day)
    added: list[PriceEntry] = []
    for price in other.prices:
        key = tuple(sorted(price.when.items()))
        is_later = key in first and (price.since or _EARLIEST) >= first[key]
        if not key or is_later or (key in first and not is_dated):
            continue
        if not is_dated and standard is not None:
            price.since = standard.since
        if price.until is None and (price.since or _EARLIEST) <= day:
            price.until = _next_standard(row, day)
        if standard is not None:
            _at_the_same_threshold(price, standard)
        price.filled = dict.fromkeys(
            [*price.rates, *(unit for _, rates in price.tiers for unit in rates)],
            f"{other.source}:single",
        )
        added.append(price)
    row.prices[:0] = added


def _next_standard(row: SourceRow, day: str) -> str | None:
    """Return when the standard price changes after a day; what has no date is not known beyond."""
    later = [
        one.since
        for one in row.prices
        if not one.when and one.window is None and (one.since or "") > day
    ]
    return min((since for since in later if since is not None), default=None)


def _at_the_same_threshold(price: PriceEntry, standard: PriceEntry) -> None:
    """Long prompts begin where the row's own do: a source that said otherwise has mended it since."""
    if len(price.tiers) == len(standard.tiers) == 1:
        price.tiers = [(standard.tiers[0][0], price.tiers[0][1])]


def _is_dated(row: SourceRow) -> bool:
    return any(price.since is not None for price in row.prices)


def _first_dates(prices: Sequence[PriceEntry]) -> dict[tuple[tuple[str, str], ...], str]:
    first: dict[tuple[tuple[str, str], ...], str] = {}
    for price in prices:
        key = tuple(sorted(price.when.items()))
        since = price.since or _EARLIEST
        first[key] = min(first.get(key, since), since)
    return first
