"""``aso prices check``: is the catalog old, and how sure is it of the models that were used?"""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import NamedTuple

from aso import environment
from aso.cli.prices.catalogs import confidence, identity
from aso.cli.prices.contract import odd_terms
from aso.cli.selection import open_ledger
from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.pricing import Catalog, bundled, in_force, load_overlay
from aso.pricing.kept import chosen
from aso.pricing.match import dispute, match
from aso.report import Period, parse_grouping, parse_instant, spend
from aso.report.table import aligned
from aso.semconv import counted, printable

_SURE = frozenset({"agreed", "settled"})
_NOBODY = "—"
_WAY_OUT = (
    "price past calls with aso reprice --overlay FILE, those to come with instrument(prices=...)"
)


class Used(NamedTuple):
    """A model that was called: how often, how often without a price, and how sure its price is.

    ``confidence`` None: the catalog has no price of it; ``dispute``: for this reason.
    """

    provider: str
    model: str
    calls: int
    unpriced_calls: int
    confidence: str | None
    dispute: str | None

    def problem(self, *, is_strict: bool) -> str | None:
        """Return what is wrong; None: nothing."""
        name = printable(f"{self.provider}:{self.model}")
        if self.confidence is None and self.unpriced_calls:
            why = f", {self.dispute}" if self.dispute else ""
            verb = "is" if self.unpriced_calls == 1 else "are"
            return (
                f"{name} has no price{why}: {counted(self.unpriced_calls, 'call')} {verb} in no sum; "
                f"{_WAY_OUT}"
            )
        if self.confidence == "conflict" or (
            is_strict and self.confidence is not None and self.confidence not in _SURE
        ):
            return (
                f"{name} has a price of confidence {self.confidence}: {counted(self.calls, 'call')}"
            )
        return None


def check(arguments: Namespace) -> int:
    """Print what is known of the catalog; 1 where it is too old, or has no price of what is used."""
    if arguments.max_age < 1:
        raise ConfigError(f"--max-age is {arguments.max_age}: a number of days, 1 or more")
    now = datetime.fromtimestamp(time.time(), timezone.utc)
    overlay = None if arguments.overlay is None else load_overlay(arguments.overlay)
    catalog = in_force()
    age = _age(catalog, now.date())
    with open_ledger(arguments) as ledger:
        period = Period(parse_instant(arguments.since, now))
        used = [] if ledger is None else list(_used(ledger, catalog, period))
    problems = [*_of_catalog(age, arguments.max_age), *_of_use(used, is_strict=arguments.strict)]
    if overlay is not None:
        problems += odd_terms(overlay, catalog)
    if arguments.format == "json":
        print(json.dumps(_document(catalog, age, used, problems), indent=2))
    else:
        _show(catalog, age, used, problems)
    return 1 if problems else 0


def _age(catalog: Catalog, today: date) -> int | None:
    """Return how many days ago the catalog was made; None: its version is no date."""
    try:
        return (today - date(*(int(part) for part in catalog.version.split(".")[:3]))).days
    except (TypeError, ValueError):
        return None


def _used(ledger: Ledger, catalog: Catalog, period: Period) -> Iterator[Used]:
    """Yield the models that were called, the most often first."""
    found = spend(ledger, parse_grouping("provider,model"), period=period)
    for line in sorted(found.lines, key=lambda line: -line.calls):
        provider, model = line.values
        if model is None or not line.calls:
            continue
        row = match(catalog, provider, model)
        sure = None if row is None else confidence(row.source)[1]
        why = dispute(catalog, provider, model) if row is None else None
        yield Used(provider, model, line.calls, line.unpriced_calls, sure, why)


def _of_catalog(age: int | None, most: int) -> Iterator[str]:
    try:
        chosen(environment.home())
    except ConfigError as error:
        yield f"{error}; the bundled catalog prices instead: aso prices update --bundled"
    if age is None:
        yield "the catalog's version is no date, so nobody knows how old it is"
    elif age > most:
        yield (
            f"the catalog is {counted(age, 'day')} old, more than {most:,}: pip install -U aispendops, or "
            "aso prices update FILE --sha256 HASH"
        )


def _of_use(used: list[Used], *, is_strict: bool) -> Iterator[str]:
    for one in used:
        if (problem := one.problem(is_strict=is_strict)) is not None:
            yield problem


def _confidences(catalog: Catalog) -> dict[str, int]:
    """Return how many models have a price of each confidence, and how many names have none."""
    found = Counter[str]()
    for provider in catalog.providers:
        for model in catalog.models(provider):
            row = catalog.row(provider, model)
            found.update([confidence(row.source)[1]] if row is not None else [])
        found.update(reason.partition(":")[0] for reason in catalog.disputes(provider).values())
    return dict(found.most_common())


def _document(
    catalog: Catalog, age: int | None, used: list[Used], problems: list[str]
) -> dict[str, object]:
    return {
        "catalog": identity(catalog),
        "bundled": identity(bundled()),
        "age_days": age,
        "confidence": _confidences(catalog),
        "used": [one._asdict() for one in used],
        "problems": problems,
    }


def _show(catalog: Catalog, age: int | None, used: list[Used], problems: list[str]) -> None:
    known = bundled()
    which = "of this aso" if catalog.sha256 == known.sha256 else f"yours; bundled: {known.version}"
    print(f"catalog     {catalog.version} ({which}), sha256 {catalog.sha256}")
    print(f"age         {'unknown' if age is None else counted(age, 'day')}")
    counts = ", ".join(f"{count:,} {name}" for name, count in _confidences(catalog).items())
    print(f"confidence  {counts}")
    if used:
        header = ["provider", "model", "calls", "unpriced", "confidence"]
        rows = [_cells(one) for one in used]
        print("\n".join(["", *aligned(header, rows, texts=2)]))
    print("\n".join(["", *(f"!! {one}" for one in problems)]) if problems else "\nok")


def _cells(one: Used) -> list[str]:
    counts = [f"{one.calls:,}", f"{one.unpriced_calls:,}"]
    return [one.provider, printable(one.model), *counts, one.confidence or one.dispute or _NOBODY]
