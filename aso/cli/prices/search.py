"""``aso prices search``: models whose name, or alias, has a text in it."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from aso.cli.prices.catalogs import confidence, identity
from aso.pricing import Catalog, in_force
from aso.report.table import aligned
from aso.semconv import counted, decimal_text, printable

_NOBODY = "—"
_MILLION = 1_000_000
_ALIASES_SHOWN = 2
_UNITS = ("input_tokens", "output_tokens")


def search(arguments: Namespace) -> int:
    """Print what fits, with what a million tokens cost today; 1 where nothing does."""
    catalog = in_force()
    found = list(_found(catalog, arguments.text.strip().lower()))
    if arguments.format == "json":
        print(json.dumps({"catalog": identity(catalog), "models": found}, indent=2))
    elif found:
        header = ["provider", "model", "aliases", "input", "output", "confidence"]
        rows = [_cells(one) for one in found]
        print("\n".join(aligned(header, rows, texts=3)))
        print(
            f"\n{counted(len(found), 'model')}; USD per million tokens; aso prices show MODEL has all"
        )
    else:
        print(f"No name in the catalog has {printable(arguments.text)!r} in it.")
    return 0 if found else 1


def _found(catalog: Catalog, text: str) -> Iterator[dict[str, Any]]:
    now = datetime.fromtimestamp(time.time(), timezone.utc)
    for provider in catalog.providers:
        names = catalog.names(provider)
        for model in sorted({model for name, model in names.items() if text in name.lower()}):
            row = catalog.row(provider, model)
            price = None if row is None else row.price(now)
            yield {
                "provider": provider,
                "model": model,
                "aliases": sorted(n for n, m in names.items() if m == model and n != model),
                "confidence": None if row is None else confidence(row.source)[1],
                **{unit: None if price is None else _million(price.rates, unit) for unit in _UNITS},
            }
        yield from _disputed(catalog, provider, text)


def _disputed(catalog: Catalog, provider: str, text: str) -> Iterator[dict[str, Any]]:
    """Yield what has no price for a reason; the reason stands for how sure it is."""
    for name, reason in sorted(catalog.disputes(provider).items()):
        if text in name.lower():
            said = {"provider": provider, "model": name, "confidence": reason}
            yield {**said, "aliases": list[str](), **dict.fromkeys(_UNITS)}


def _million(rates: Any, unit: str) -> str | None:
    rate = rates.get(unit)
    return None if rate is None or rate.per != _MILLION else decimal_text(rate.amount)


def _cells(one: dict[str, Any]) -> list[str]:
    aliases = ", ".join(one["aliases"][:_ALIASES_SHOWN])
    aliases += ", …" if len(one["aliases"]) > _ALIASES_SHOWN else ""
    rates = [one[unit] or _NOBODY for unit in _UNITS]
    return [one["provider"], one["model"], aliases, *rates, one["confidence"] or _NOBODY]
