"""``aso prices show``: every rate of a model that is in force, with where it is from."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aso.cli.prices.catalogs import identity, instant_text, row_document, term_document
from aso.errors import ConfigError
from aso.pricing import Catalog, in_force, load_overlay
from aso.pricing.catalog import Row
from aso.pricing.match import dispute, match
from aso.report import parse_instant
from aso.report.table import aligned
from aso.semconv import printable

_NOBODY = "—"
_AS_THEY_ARE = ("multiplier", "fee", "since", "until")  # of a term


def show(arguments: Namespace) -> int:
    """Print the rates; 1 where neither catalog nor contract knows the model."""
    catalog, at = in_force(), _instant(arguments.at)
    rows = _rows(catalog, arguments.model, arguments.provider)
    models = [row_document(row, at) for row in rows]
    providers, name = _asked(catalog, arguments.model, arguments.provider)
    terms, scheduled = _terms(arguments.overlay, rows, [f"{one}:{name}" for one in providers], at)
    disputes = _disputes(catalog, providers, name)
    if arguments.format == "json":
        found: dict[str, Any] = {
            "catalog": identity(catalog),
            "at": instant_text(at),
            "models": models,
        }
        found.update(disputes=disputes, terms=terms, scheduled_terms=scheduled)
        print(json.dumps(found, indent=2))
    elif rows:
        print("\n\n".join("\n".join(_lines(model)) for model in models))
        lines = list(_term_lines(terms, scheduled)) if arguments.overlay is not None else []
        print("".join(f"\n{line}" for line in lines), end="\n" if lines else "")
        print(f"\ncatalog {catalog.version}, sha256 {catalog.sha256}, at {instant_text(at)}")
    elif terms or scheduled:
        print(f"The catalog knows no {printable(arguments.model)!r}; the contract does:")
        print("\n".join(_term_lines(terms, scheduled)))
    elif not disputes:
        print(_unknown(catalog, arguments.model))
    for one in disputes if arguments.format == "table" else ():
        print(f"{one['provider']}:{printable(one['model'])} has no price: {one['reason']}")
    return 0 if rows or terms else 1


def _instant(text: str | None) -> datetime:
    now = datetime.fromtimestamp(time.time(), timezone.utc)
    if text is None:
        return now
    return datetime.fromtimestamp(parse_instant(text, now) / 1000, timezone.utc)


def _asked(catalog: Catalog, model: str, provider: str | None) -> tuple[list[str], str]:
    """Return the providers to ask, and the model as they name it."""
    if provider is not None and provider not in catalog.providers:
        raise ConfigError(
            f"--provider {provider!r} is not in the catalog: choose from {catalog.providers}"
        )
    before, colon, after = model.partition(":")
    if colon and provider is None and before in catalog.providers:
        return [before], after
    return catalog.providers if provider is None else [provider], model


def _rows(catalog: Catalog, model: str, provider: str | None) -> list[Row]:
    """Return the model's row at each provider that has one."""
    providers, name = _asked(catalog, model, provider)
    found = [match(catalog, one, name) for one in providers]
    return [row for row in found if row is not None]


def _terms(
    path: Path | None, rows: Sequence[Row], asked: Sequence[str], at: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what a contract says of the models on that day, whatever else it asks of a call; later.

    A model that no list knows has the terms that name it, as it was ``asked`` for.
    """
    if path is None:
        return [], []
    names = [f"{row.provider}:{row.model}" for row in rows]
    found = [
        term
        for term in load_overlay(path).terms
        if term.pattern in asked or any(map(term.matches, names))
    ]
    return (
        [term_document(term) for term in found if term.is_in_force(at)],
        [term_document(term) for term in found if term.since is not None and term.since > at],
    )


def _term_lines(
    terms: Sequence[Mapping[str, Any]], scheduled: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    yield from (_term_text(term) for term in terms)
    yield from (f"to come: {_term_text(term)}" for term in scheduled)
    if not terms and not scheduled:
        yield "the contract has no term for it, then or later"


def _term_text(term: Mapping[str, Any]) -> str:
    parts = [f"{name} {term[name]}" for name in _AS_THEY_ARE if term[name]]
    parts += [f"{one['unit']} {one['rate']} per {one['per']:,}" for one in term["rates"]]
    asked = {**term["when"], **term["dimensions"]}
    parts += [f"where {name}={value}" for name, value in asked.items()]
    return printable(f"contract:{term['name']}, for {term['pattern']}: {', '.join(parts)}")


def _disputes(catalog: Catalog, providers: Sequence[str], model: str) -> list[dict[str, str]]:
    """Return why a provider has no row of the model, though sources list it."""
    found = [(one, dispute(catalog, one, model)) for one in providers]
    return [
        {"provider": provider, "model": model, "reason": reason}
        for provider, reason in found
        if reason is not None
    ]


def _unknown(catalog: Catalog, model: str) -> str:
    every = {name for provider in catalog.providers for name in catalog.names(provider)}
    near = get_close_matches(model.lower(), sorted(every), n=3, cutoff=0.7)
    known = f"; near it are {', '.join(near)}" if near else ""
    return (
        f"The catalog knows no {printable(model)!r}{known}. aso prices search lists names; give its "
        "price with instrument(prices=...)."
    )


def _lines(model: dict[str, Any]) -> Iterator[str]:
    sources = "+".join(model["sources"])
    yield f"{model['provider']}:{model['model']}   {model['confidence']}, by {sources}"
    for title, prices in (("", model["prices"]), ("to come: ", model["scheduled"])):
        for price in prices:
            yield f"  {title}{_title(price)}"
            yield from _table(price)
    for name, values in model["multipliers"].items():
        factors = ", ".join(f"{value} × {factor}" for value, factor in values.items())
        yield f"  on tokens, by {name}: {factors}"


def _title(price: dict[str, Any]) -> str:
    parts = [f"{name} {value}" for name, value in price["when"].items()] or ["standard"]
    parts += [price["window"]] if price["window"] else []
    parts += [f"{word} {price[word]}" for word in ("since", "until") if price[word]]
    return ", ".join(parts)


def _table(price: dict[str, Any]) -> Iterator[str]:
    header = ["unit", "prompt tokens", "rate (USD)", "per", "source"]
    rows = [_cells(_NOBODY, rate) for rate in price["rates"]]
    rows += [_cells(one["prompt_tokens"], rate) for one in price["tiers"] for rate in one["rates"]]
    for line in aligned(header, rows, texts=2):
        yield f"    {line}"


def _cells(tier: str, rate: dict[str, Any]) -> Sequence[str]:
    return (
        rate["unit"],
        tier,
        rate["rate"],
        f"{rate['per']:,}",
        (rate["source"] or _NOBODY).removeprefix("catalog:"),
    )
