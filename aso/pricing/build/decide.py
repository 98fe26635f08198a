"""What people decided, from overrides.toml, over the merged catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aso.pricing.build.merge import Merged


def decide(merged: Merged, overrides: Mapping[str, Any], calendars: Mapping[str, Any]) -> None:
    """Apply every table of overrides.toml; each entry has its page, date and reason there."""
    for one in overrides.get("row", ()):
        _row(merged, one)
    for table, apply in _APPLY.items():
        for one in overrides.get(table, ()):
            for document in _documents(merged, one):
                apply(document, one)
    for one in overrides.get("window", ()):
        _window(merged, one, calendars)


def _row(merged: Merged, one: Mapping[str, Any]) -> None:
    merged.providers.setdefault(one["provider"], {})[one["model"]] = {
        "aliases": sorted(one["aliases"]),
        "prices": [{"rates": _rates(one)}],
        "sources": [one["page"]],
        "confidence": "settled",
    }


def _end(document: dict[str, Any], one: Mapping[str, Any]) -> None:
    for price in document["prices"]:
        price.setdefault("until", one["until"])


def _fee(document: dict[str, Any], one: Mapping[str, Any]) -> None:
    for price in document["prices"]:
        if "when" not in price:
            price["rates"] = dict(sorted({**_rates(one), **price["rates"]}.items()))


def _alias(document: dict[str, Any], one: Mapping[str, Any]) -> None:
    document["aliases"] = sorted({*document["aliases"], *one["names"]})


def _multiplier(document: dict[str, Any], one: Mapping[str, Any]) -> None:
    document.setdefault("multipliers", {}).setdefault(one["name"], dict(one["values"]))


_APPLY: Mapping[str, Callable[[dict[str, Any], Mapping[str, Any]], None]] = {
    "alias": _alias,
    "end": _end,
    "fee": _fee,
    "multiplier": _multiplier,
}


def _rates(one: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the rates with the page as their source."""
    return {unit: [*rate, f"{one['page']}:settled"] for unit, rate in one["rates"].items()}


def _documents(merged: Merged, one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the provider's models, or those whose name fits one of the patterns."""
    patterns = [re.compile(pattern) for pattern in one.get("models", [".*"])]
    for model, document in sorted(merged.providers[one["provider"]].items()):
        if any(pattern.fullmatch(model) for pattern in patterns):
            yield document


def _window(merged: Merged, one: Mapping[str, Any], calendars: Mapping[str, Any]) -> None:
    closed = one.get("closed")
    if closed is not None:
        merged.calendars.setdefault(one["provider"], {})[closed] = list(calendars[closed])
    for document in _documents(merged, one):
        for price in document["prices"]:
            if "window" in price:
                price["window"] = {**price["window"], "days": list(one["days"])}
                if closed is not None:
                    price["window"]["closed"] = closed
