"""``aso prices diff``: what differs between two catalogs, rate by rate."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from aso.cli.prices.catalogs import identity, instant_text, named, tier_text, window_text
from aso.pricing import Catalog
from aso.pricing.catalog import Price, Rate, Row
from aso.report.table import aligned
from aso.semconv import counted, decimal_text

_NOBODY = "—"
_Flat = Mapping[tuple[str, str], tuple[str, int]]  # unit and where → rate and per


def diff(arguments: Namespace) -> int:
    """Print models that came, went, or cost something else."""
    old, new = named(arguments.old), named(arguments.new)
    found = list(_changes(old, new))
    if arguments.format == "json":
        said = {"old": identity(old), "new": identity(new), "changes": found}
        print(json.dumps(said, indent=2))
        return 0
    print(f"old {old.version}, sha256 {old.sha256}\nnew {new.version}, sha256 {new.sha256}")
    if found:
        header = ["provider", "model", "unit", "price", "old", "new"]
        print("\n".join(["", *aligned(header, [_cells(one) for one in found], texts=4)]))
    counts = {
        kind: len({(one["provider"], one["model"]) for one in found if one["kind"] == kind})
        for kind in ("added", "removed", "changed")
    }
    print("\n" + ", ".join(f"{counted(count, 'model')} {kind}" for kind, count in counts.items()))
    return 0


def _changes(old: Catalog, new: Catalog) -> Iterator[dict[str, Any]]:
    for provider in sorted({*old.providers, *new.providers}):
        for model in sorted({*old.models(provider), *new.models(provider)}):
            was, is_now = old.row(provider, model), new.row(provider, model)
            kind = "added" if was is None else "removed" if is_now is None else "changed"
            before, after = _flat(was), _flat(is_now)
            for unit, price in sorted({*before, *after}):
                pair = before.get((unit, price)), after.get((unit, price))
                if pair[0] != pair[1]:
                    yield {
                        "kind": kind,
                        "provider": provider,
                        "model": model,
                        "unit": unit,
                        "price": price,
                        "old": _document(pair[0]),
                        "new": _document(pair[1]),
                    }


def _flat(row: Row | None) -> _Flat:
    """Return every number of a row, by its unit and the words that say when it holds."""
    if row is None:
        return {}
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for prices in (row.standard, *row.variants.values()):
        for price in prices:
            where = _words(price)
            found.update(_rates(price.rates, where))
            for tier in price.tiers:
                found.update(_rates(tier.rates, f"{where}, prompt {tier_text(tier)}"))
    for name, values in row.multipliers.items():
        for value, factor in values.items():
            found["× on tokens", f"{name} {value}"] = str(decimal_text(factor)), 1
    return found


def _words(price: Price) -> str:
    parts = [f"{name} {value}" for name, value in price.when] or ["standard"]
    parts += [] if price.window is None else [window_text(price.window)]
    dates = ("since", price.since), ("until", price.until)
    return ", ".join([*parts, *(f"{word} {instant_text(at)}" for word, at in dates if at)])


def _rates(rates: Mapping[str, Rate], where: str) -> _Flat:
    return {(unit, where): (str(decimal_text(r.amount)), r.per) for unit, r in rates.items()}


def _document(found: tuple[str, int] | None) -> dict[str, Any] | None:
    return None if found is None else {"rate": found[0], "per": found[1]}


def _cells(one: dict[str, Any]) -> list[str]:
    numbers = [
        _NOBODY if said is None else f"{said['rate']} / {said['per']:,}"
        for said in (one["old"], one["new"])
    ]
    return [one["provider"], one["model"], one["unit"], one["price"], *numbers]
