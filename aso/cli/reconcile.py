"""``aso reconcile``: what a provider says that it billed, beside what the ledger says."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from aso.cli.selection import NO_LEDGER, open_ledger
from aso.errors import ConfigError
from aso.pricing import in_force
from aso.pricing.money import difference, total
from aso.reconcile import RESIDUALS, Compared, Comparison, compare, read_exports
from aso.reconcile.spent import Spent
from aso.report.table import aligned
from aso.semconv import decimal_text, instant_text, printable

_NOBODY = "—"
_WHERE = "provider = ? AND ended_at_ms >= ? AND ended_at_ms < ?"


def reconcile(arguments: Namespace) -> int:
    """Print every difference by its name; 1 where some are unexplained, or there is no ledger."""
    projects = _projects(arguments.map)
    statement = read_exports(arguments.files)
    with open_ledger(arguments) as ledger:
        if ledger is None and arguments.format == "table":
            print(NO_LEDGER)
            return 1
        span = (statement.provider, statement.since_ms, statement.until_ms)
        events = () if ledger is None else ledger.events(_WHERE, span)
        found = compare(
            statement, events, in_force(), dimension=arguments.project, projects=projects
        )
    if ledger is None:
        found = found._replace(notes=[*found.notes, NO_LEDGER])
    if arguments.format == "json":
        print(json.dumps(_document(found), indent=2))
    else:
        _show(found)
    return 1 if ledger is None or _has_unexplained(found) else 0


def _has_unexplained(found: Comparison) -> bool:
    return any("unexplained" in row.residuals for row in found.rows)


def _projects(texts: Sequence[str]) -> dict[str, str]:
    """Return the value of the dimension → the provider's project, of ``PROJECT=VALUE`` texts."""
    found: dict[str, str] = {}
    for text in texts:
        project, equals, value = text.partition("=")
        if not equals or not project or not value:
            raise ConfigError(f"--map {text!r}: write PROJECT=VALUE, e.g. proj_abc=search")
        found[value] = project
    return found


def _document(found: Comparison) -> dict[str, Any]:
    statement = found.statement
    return {
        "provider": statement.provider,
        "exports": list(statement.kinds),
        "since": instant_text(statement.since_ms),
        "until": instant_text(statement.until_ms),
        "by": list(found.by),
        "rows": [_row(found, row) for row in found.rows],
        "total": {**_sums(found), "residuals": _texts(found.sums())},
        "notes": list(found.notes),
    }


def _row(found: Comparison, row: Compared) -> dict[str, Any]:
    names = sorted({*row.stated.quantities, *row.ours.quantities})
    return {
        **{name: getattr(row.key, name) for name in found.by},
        "stated_cost_usd": decimal_text(row.stated.cost),
        "ledger_cost_usd": decimal_text(row.ours.known_cost),
        "difference_usd": decimal_text(row.difference),
        "residuals": _texts(row.residuals),
        "stated_requests": row.stated.requests,
        "ledger_calls": row.ours.calls,
        "unknown_calls": row.ours.unknown_calls,
        "unpriced_calls": row.ours.unpriced_calls,
        "partial_calls": row.ours.partial_calls,
        "unmetered": row.ours.unmetered,
        "stated_tiers": sorted(row.stated.tiers),
        "ledger_tiers": sorted(row.ours.tiers),
        "quantities": {
            name: {
                "stated": decimal_text(row.stated.quantities.get(name)),
                "ledger": decimal_text(row.ours.quantities.get(name)),
            }
            for name in names
        },
        "stated_upstream_cost": decimal_text(row.stated.upstream_cost),
        "ledger_upstream_cost": decimal_text(row.ours.upstream_cost),
    }


def _sums(found: Comparison) -> dict[str, str | None]:
    stated = [row.stated.cost for row in found.rows if row.stated.cost is not None]
    ours = found.ours()
    return {
        "stated_cost_usd": decimal_text(total(stated)) if stated else None,
        "ledger_cost_usd": decimal_text(ours.known_cost),
        "difference_usd": decimal_text(difference(total(stated), ours.cost)) if stated else None,
    }


def _texts(parts: Mapping[str, Decimal]) -> dict[str, str | None]:
    return {name: decimal_text(parts[name]) for name in RESIDUALS if name in parts}


def _show(found: Comparison) -> None:
    statement = found.statement
    print(f"{statement.provider}: {', '.join(statement.kinds)}")
    print(f"{instant_text(statement.since_ms)} to {instant_text(statement.until_ms)}\n")
    header = [*found.by, "requests", "calls", "stated (USD)", "ledger (USD)", "difference", "why"]
    rows = [_cells(found, row) for row in found.rows]
    sums = _sums(found)
    last = ["total", *[""] * (len(found.by) + 1)]
    costs = {**sums, "ledger_cost_usd": _cost(found.ours())}
    last += [costs[name] or _NOBODY for name in costs]
    last.append("")
    print("\n".join(aligned(header, rows, last, texts=len(found.by))))
    parts = found.sums()
    if parts:
        print()
    for name, amount in parts.items():
        print(f"{name:<12} {decimal_text(amount)} USD: {RESIDUALS[name]}")
    for note in found.notes:
        print(f"!! {note}")


def _cells(found: Comparison, row: Compared) -> list[str]:
    cells = [printable(getattr(row.key, name) or _NOBODY) for name in found.by]
    requests = _NOBODY if row.stated.requests is None else f"{row.stated.requests:,}"
    costs = [decimal_text(row.stated.cost), _cost(row.ours), decimal_text(row.difference)]
    cells += [requests, f"{row.ours.calls:,}", *(one or _NOBODY for one in costs)]
    return [*cells, _why(row)]


def _cost(ours: Spent) -> str:
    """Return the ledger's cost as `aso report` shows it: ``+?`` a lower bound, ``~`` an estimate."""
    if ours.known_cost is None:
        return "unpriced"
    marks = {"unpriced": "+?", "partial": "+?", "estimated": "~", None: ""}
    return f"{decimal_text(ours.cost)}{marks[ours.doubt]}"


def _why(row: Compared) -> str:
    if row.residuals:
        return ", ".join(f"{name} {amount}" for name, amount in _texts(row.residuals).items())
    return row.ours.doubt or ("agrees" if row.stated.cost is not None else _NOBODY)
