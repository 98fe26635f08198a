"""Rows of several sources → the catalog, and the list of what people must decide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from aso.pricing.build.fill import fill
from aso.pricing.build.rows import Rates, SourceRow

_COMPARED = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "audio_seconds",
    "input_characters",
    "pages",
)
_DATE = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")
_ROUNDING = Decimal("0.0005")  # one source rounds what another gives by the hour
_SEARCHES = re.compile(r"web_search_requests(?::\w+)?")
_SIZES = ("low", "medium", "high")
_SEARCH_BY_SIZE = ("perplexity",)  # the fee depends on the search context's size
_By = Mapping[tuple[str, str], SourceRow]


@dataclass
class Merged:
    """The catalog's providers, and what was found on the way."""

    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str], SourceRow] = field(default_factory=dict)
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    outvoted: list[str] = field(default_factory=list)

    def add(self, row: SourceRow, sources: Sequence[str], confidence: str) -> None:
        """Put one row in."""
        document: dict[str, Any] = {
            "aliases": sorted(row.aliases - {row.model}),
            "prices": [price.document(row.provider) for price in row.prices],
            "sources": list(sources),
            "confidence": confidence,
        }
        if row.multipliers:
            document["multipliers"] = row.multipliers
        self.providers.setdefault(row.provider, {})[row.model] = document
        self.rows[row.provider, row.model] = row

    def leave_out(self, row: SourceRow, why: str, lines: Sequence[str]) -> None:
        """Keep a row out, and its names with the reason: they are known, and have no price."""
        reason = {"aliases": sorted(row.aliases - {row.model}), "why": why}
        self.disputes.setdefault(row.provider, {})[row.model] = reason
        self.conflicts += lines


def merge(sources: Sequence[Sequence[SourceRow]], settled: Sequence[Any], day: str) -> Merged:
    """Return the catalog: agreed rows, single ones, and those that people settled.

    Args:
        sources: their rows; of a model, the first source that has it gives the row, the others
            bear witness.
        settled: whom people believe, from overrides.toml.
        day: what is in force on this day is compared.
    """
    merged = Merged()
    by_name = [
        {(row.provider, name): row for row in rows for name in row.names} for rows in sources
    ]
    decided = {(one["provider"], model): one["take"] for one in settled for model in one["models"]}
    taken: set[tuple[str, str]] = set()
    for position, rows in enumerate(sources):
        for row in rows:
            is_taken = any((row.provider, name) in taken for name in row.names)
            if is_taken or _is_folded(merged, row, day):
                continue
            others = by_name[position + 1 :]
            _own_search_models(row, others)
            _leave_moving_aliases(row, others, day)
            _take(merged, row, _witnesses(row, others, day), decided, day)
            taken.update((row.provider, name) for name in row.names)
    return merged


def _take(
    merged: Merged,
    row: SourceRow,
    witnesses: Sequence[SourceRow],
    decided: Mapping[tuple[str, str], str],
    day: str,
) -> None:
    choice = decided.get((row.provider, row.model))
    if choice is None and not _is_supported(row, witnesses, day):
        choice = decided.get((row.provider, "*"))  # for what is in conflict only
    chosen = next((one for one in (row, *witnesses) if one.source == choice), None)
    if chosen is not None:
        _add_as(merged, row, chosen, [chosen.source], "settled")
        return
    believed = max(
        (row, *witnesses),
        key=lambda one: (len(_agreeing(one, (row, *witnesses), day)), not one.is_guess),
    )  # the first of those with the most that say the same
    agreeing = _agreeing(believed, (row, *witnesses), day)
    against = [one for one in (row, *witnesses) if one not in agreeing and not one.is_guess]
    if len(agreeing) > max(1, len(against)):
        fill(believed, [one for one in agreeing if one is not believed], day)
        _add_as(merged, row, believed, [one.source for one in agreeing], "agreed")
        merged.outvoted += [_differs(believed, one, day) for one in against]
    elif against:
        names = "/".join(sorted({one.source for one in (row, *witnesses)}))
        lines = [_differs(row, one, day) for one in witnesses]
        merged.leave_out(row, f"conflict:{names}", lines)
    elif _is_free(row):
        line = f"{row.provider}:{row.model} {row.source} alone says it is free"
        merged.leave_out(row, f"free_unconfirmed:{row.source}", [line])
    else:
        confidence = "bucket" if believed.is_guess else "single"
        _add_as(merged, row, believed, [believed.source], confidence)


def _is_supported(row: SourceRow, witnesses: Sequence[SourceRow], day: str) -> bool:
    return not witnesses or any(agree(row.current(day), one.current(day)) for one in witnesses)


def _agreeing(row: SourceRow, among: Sequence[SourceRow], day: str) -> list[SourceRow]:
    return [one for one in among if one is row or agree(row.current(day), one.current(day))]


def _add_as(
    merged: Merged, named: SourceRow, row: SourceRow, sources: Sequence[str], confidence: str
) -> None:
    """Put a row in under the id and the aliases of the first source."""
    row.aliases = set(row.names) | set(named.names)
    row.model = named.model
    merged.add(row, sources, confidence)


def agree(left: Rates, right: Rates) -> bool:
    """Return True where two price lists say the same of what both price."""
    return all(
        abs(_each(left, unit) - _each(right, unit)) <= _ROUNDING * _each(left, unit)
        for unit in _common(left, right)
    )


def _each(rates: Rates, unit: str) -> Decimal:
    amount, per = rates[unit]
    return amount / per


def _common(left: Rates, right: Rates) -> list[str]:
    return [unit for unit in _COMPARED if unit in left and unit in right]


def _is_free(row: SourceRow) -> bool:
    return not any(amount for price in row.prices for amount, _ in price.rates.values())


def _witnesses(row: SourceRow, others: Sequence[_By], day: str) -> list[SourceRow]:
    """Return what the other sources say of the model under any of its names, the id first.

    One that prices nothing that the row prices bears no witness.
    """
    found: list[SourceRow] = []
    for by_name in others:
        keys = ((row.provider, name) for name in row.names)
        one = next((by_name[key] for key in keys if key in by_name), None)
        if one is not None and _common(row.current(day), one.current(day)):
            found.append(one)
    return found


def _is_folded(merged: Merged, row: SourceRow, day: str) -> bool:
    """Return True for a dated name that costs what its undated model does: it is no other row."""
    base = merged.rows.get((row.provider, _DATE.sub("", row.model)))
    if base is None or base.model == row.model or not _common(base.current(day), row.current(day)):
        return False
    is_same = agree(base.current(day), row.current(day))
    if is_same:
        document = merged.providers[row.provider][base.model]
        document["aliases"] = sorted({*document["aliases"], *row.names})
    return is_same


def _own_search_models(row: SourceRow, others: Sequence[_By]) -> None:
    """A search model has fees of its own: it is no alias of the model that it is made from.

    It searches with each request, so that a size that is said is a search, whatever its price.
    """
    row.aliases = {
        name
        for name in row.aliases
        if not ("search-preview" in name and "search-preview" not in row.model)
    }
    if "search-preview" not in row.model and row.provider not in _SEARCH_BY_SIZE:
        return
    for by_name in others:
        if (other := by_name.get((row.provider, row.model))) is not None:
            fees = {k: v for k, v in other.current().items() if _SEARCHES.fullmatch(k)}
            if "search-preview" in row.model and (fee := fees.get("web_search_requests")):
                fees.update({f"web_search_requests:{size}": fee for size in _SIZES})
            row.prices[0].rates = {**fees, **row.prices[0].rates}


def _leave_moving_aliases(row: SourceRow, others: Sequence[_By], day: str) -> None:
    """Where the sources differ on ``-latest``, the name has moved on: it is the other's."""
    for name in [name for name in row.aliases if name.endswith("-latest")]:
        other = others[0].get((row.provider, name)) if others else None
        if other is not None and not agree(row.current(day), other.current(day)):
            row.aliases.discard(name)


def _differs(row: SourceRow, other: SourceRow, day: str) -> str:
    ours, theirs = row.current(day), other.current(day)
    both = {
        unit: (str(ours[unit][0]), str(theirs[unit][0]))
        for unit in _COMPARED
        if unit in ours and unit in theirs and _each(ours, unit) != _each(theirs, unit)
    }
    return f"{row.provider}:{row.model} {row.source} / {other.source} {both}"
