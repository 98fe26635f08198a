"""Which catalog a command means; its rows as documents: decimals as text, instants in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from aso.pricing import Catalog, bundled, in_force, read_catalog
from aso.pricing.catalog import Price, Rate, Row, Tier, Window
from aso.pricing.term import Term
from aso.semconv import decimal_text

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PREFIX = "catalog:"


def named(text: str) -> Catalog:
    """Return the catalog that an argument means.

    Raises:
        ConfigError: it is a path, and there is no catalog.
    """
    if text == "bundled":
        return bundled()
    return in_force() if text == "in-force" else read_catalog(Path(text))


def identity(catalog: Catalog) -> dict[str, str]:
    """Return version and hash, as events name the catalog."""
    return {"version": catalog.version, "sha256": catalog.sha256}


def confidence(source: str) -> tuple[list[str], str]:
    """Return the sources of a price, and how sure it is: agreed, single, settled, ..."""
    names, _, said = source.removeprefix(_PREFIX).rpartition(":")
    return names.split("+"), said


def standing(prices: Sequence[Price], at: datetime) -> list[Price]:
    """Return the prices of a day, newest first: those of certain hours, then the one of all others."""
    found: list[Price] = []
    for price in prices:
        if _is_of_day(price, at):
            found.append(price)
            if price.window is None:
                break
    return found


def row_document(row: Row, at: datetime) -> dict[str, Any]:
    """Return every rate of a model that is in force, and what is known to come."""
    sources, sure = confidence(row.source)
    every = (row.standard, *row.variants.values())
    return {
        "provider": row.provider,
        "model": row.model,
        "sources": sources,
        "confidence": sure,
        "prices": [price_document(one) for some in every for one in standing(some, at)],
        "multipliers": {
            name: {value: decimal_text(factor) for value, factor in values.items()}
            for name, values in row.multipliers.items()
        },
        "scheduled": [
            price_document(one)
            for some in every
            for one in some
            if one.since is not None and one.since > at
        ],
    }


def price_document(price: Price) -> dict[str, Any]:
    """Return a price with its conditions, its hours, its dates, its tiers."""
    return {
        "when": dict(price.when),
        "window": None if price.window is None else window_text(price.window),
        "since": instant_text(price.since),
        "until": instant_text(price.until),
        "rates": rate_documents(price.rates),
        "tiers": [
            {"prompt_tokens": tier_text(tier), "rates": rate_documents(tier.rates)}
            for tier in price.tiers
        ],
    }


def rate_documents(rates: Mapping[str, Rate]) -> list[dict[str, Any]]:
    """Return rates by unit; ``source`` where it is not the model's."""
    return [
        {"unit": unit, "rate": decimal_text(rate.amount), "per": rate.per, "source": rate.source}
        for unit, rate in sorted(rates.items())
    ]


def term_document(term: Term) -> dict[str, Any]:
    """Return a term of a contract."""
    return {
        "name": term.name,
        "pattern": term.pattern,
        "multiplier": decimal_text(term.multiplier),
        "fee": None if term.fee is None else decimal_text(term.fee.amount),
        "rates": rate_documents(term.rates),
        "since": instant_text(term.since),
        "until": instant_text(term.until),
        "when": dict(term.when),
        "dimensions": dict(term.dimensions),
    }


def tier_text(tier: Tier) -> str:
    """Return from how long a prompt on a tier holds: ``> 272000``."""
    return f"{'>=' if tier.is_inclusive else '>'} {tier.threshold}"


def window_text(window: Window) -> str:
    """Return hours and days, UTC: ``01:00-04:00 Mon,Tue, but 33 holidays``."""
    hours = "-".join(f"{m // 60:02}:{m % 60:02}" for m in (window.start_minute, window.end_minute))
    days = ",".join(_DAYS[day] for day in sorted(window.days))
    closed = f", but {len(window.closed)} holidays" if window.closed else ""
    return f"{hours} {days}{closed}"


def instant_text(at: datetime | None) -> str | None:
    """Return an instant in UTC, ISO 8601; None stays None."""
    return None if at is None else f"{at.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def _is_of_day(price: Price, at: datetime) -> bool:
    return (price.since is None or price.since <= at) and (price.until is None or at < price.until)
