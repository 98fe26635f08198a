"""Rows of two sources → one catalog document, and the list of what people must decide."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aso.pricing.build.rows import Rates, SourceRow
from aso.pricing.catalog import SCHEMA

_COMPARED = ("input_tokens", "output_tokens", "cache_read_tokens")
_SEARCHES = re.compile(r"web_search_requests:\w+")
_SEARCH_BY_SIZE = ("perplexity",)  # the fee depends on the search context's size


@dataclass
class Merged:
    """The catalog's providers, and what was found on the way."""

    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    calendars: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, row: SourceRow, sources: list[str], confidence: str) -> None:
        """Put one row in."""
        self.providers.setdefault(row.provider, {})[row.model] = {
            "aliases": sorted(row.aliases - {row.model}),
            "prices": [price.document() for price in row.prices],
            "sources": sources,
            "confidence": confidence,
        }


def merge(
    first: Sequence[SourceRow],
    second: Sequence[SourceRow],
    overrides: Mapping[str, Any],
    day: str,
) -> Merged:
    """Return the catalog: agreed rows, single ones, and those that people settled."""
    merged = Merged()
    decided = {
        (one["provider"], model): one["take"]
        for one in overrides.get("settle", ())
        for model in one["models"]
    }
    others = {(row.provider, name): row for row in second for name in row.names}
    taken: set[tuple[str, str]] = set()
    for row in first:
        _own_search_models(row, others)
        _leave_moving_aliases(row, others, day)
        other = next((others[k] for n in row.names if (k := (row.provider, n)) in others), None)
        _take(merged, row, other, decided.get((row.provider, row.model)), day)
        taken.update((row.provider, name) for name in row.names)
    for row in second:
        if not taken.intersection((row.provider, name) for name in (row.model,)):
            merged.add(row, ["litellm"], "single")
    _apply(merged, overrides)
    return merged


def _take(
    merged: Merged, row: SourceRow, other: SourceRow | None, decided: str | None, day: str
) -> None:
    if other is not None and row.provider in _SEARCH_BY_SIZE:
        sizes = {k: v for k, v in other.current().items() if _SEARCHES.fullmatch(k)}
        row.prices[0].rates.update(sizes)
    if decided == "litellm" and other is not None:
        other.aliases |= set(row.names)
        other.model = row.model
        merged.add(other, ["litellm"], "settled")
    elif decided is not None:
        merged.add(row, ["genai-prices"], "settled")
    elif other is None:
        merged.add(row, ["genai-prices"], "single")
    elif agree(row.current(day), other.current(day)):
        merged.add(row, ["genai-prices", "litellm"], "agreed")
    else:
        merged.conflicts.append(_conflict(row, other))


def agree(left: Rates, right: Rates) -> bool:
    """Return True where the two price lists say the same of what both price."""
    return all(
        left[unit] == right[unit]
        for unit in _COMPARED
        if unit in left and unit in right and (left[unit][0] or right[unit][0])
    )


def _own_search_models(row: SourceRow, others: Mapping[tuple[str, str], SourceRow]) -> None:
    """A search model has fees of its own: it is no alias of the model that it is made from."""
    row.aliases = {
        name
        for name in row.aliases
        if not ("search-preview" in name and "search-preview" not in row.model)
    }
    if "search-preview" in row.model and (other := others.get((row.provider, row.model))):
        sizes = {k: v for k, v in other.current().items() if _SEARCHES.fullmatch(k)}
        row.prices[0].rates.update(sizes)


def _leave_moving_aliases(
    row: SourceRow, others: Mapping[tuple[str, str], SourceRow], day: str
) -> None:
    """Where the sources differ on ``-latest``, the name has moved on: it is the other's."""
    for name in [name for name in row.aliases if name.endswith("-latest")]:
        other = others.get((row.provider, name))
        if other is not None and not agree(row.current(day), other.current(day)):
            row.aliases.discard(name)


def _conflict(row: SourceRow, other: SourceRow) -> str:
    both = {
        unit: (str(row.current()[unit][0]), str(other.current()[unit][0]))
        for unit in _COMPARED
        if unit in row.current() and unit in other.current()
    }
    return f"{row.provider}:{row.model} {both}"


def _apply(merged: Merged, overrides: Mapping[str, Any]) -> None:  # noqa: C901, PLR0912 — a list
    for one in overrides.get("row", ()):
        merged.providers.setdefault(one["provider"], {})[one["model"]] = {
            "aliases": sorted(one["aliases"]),
            "prices": [{"rates": {unit: list(rate) for unit, rate in one["rates"].items()}}],
            "sources": [one["page"]],
            "confidence": "settled",
        }
    for one in overrides.get("window", ()):
        for document in merged.providers.get(one["provider"], {}).values():
            for price in document["prices"]:
                if "window" in price:
                    price["window"] = {**price["window"], "days": list(one["days"])}
    for one in overrides.get("fee", ()):
        for document in merged.providers.get(one["provider"], {}).values():
            for price in document["prices"]:
                if "when" not in price:
                    fees = {unit: list(rate) for unit, rate in one["rates"].items()}
                    price["rates"] = dict(sorted({**fees, **price["rates"]}.items()))
    for one in overrides.get("multiplier", ()):
        for model in one["models"]:
            document = merged.providers[one["provider"]][model]
            document.setdefault("multipliers", {})[one["name"]] = dict(one["values"])


def packed(merged: Merged, inputs: Mapping[str, Any]) -> bytes:
    """Return the catalog's text: a header with the hash of all that follows, a line per provider."""
    names = sorted(merged.providers)
    lines = [
        _canonical({"calendars": merged.calendars.get(name, {}), "models": merged.providers[name]})
        for name in names
    ]
    rows = "\n".join(lines)
    header = {
        "schema": SCHEMA,
        "version": inputs["version"],
        "sha256": hashlib.sha256(rows.encode()).hexdigest(),
        "providers": names,
        "inputs": [
            {name: one[name] for name in ("name", "version", "sha256", "licence")}
            for one in inputs["input"]
        ],
    }
    return f"{_canonical(header)}\n{rows}".encode()


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
