"""A report → text: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from aso.report.spend import Line, Spend
from aso.semconv import decimal_text

_NOBODY = "—"  # a dimension that the event does not have


def as_json(report: Spend) -> str:
    """Return ``{"rows": [...], "total": {...}}``; decimals as strings, exact."""
    rows = [
        {**dict(zip(_names(report), line.values, strict=True)), **_sums(line)}
        for line in report.lines
    ]
    return json.dumps({"rows": rows, "total": _sums(report.total)}, indent=2)


def as_csv(report: Spend) -> str:
    """Return one line per group, with a header; an absent dimension is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_names(report), *_sums(report.total)])
    for line in report.lines:
        values = ["" if value is None else value for value in line.values]
        writer.writerow([*values, *_flat(_sums(line))])
    return out.getvalue()


def as_table(report: Spend) -> str:
    """Return an aligned table with the total, and what is unpriced or estimated under it."""
    has_latency = report.total.duration_ms is not None
    header = [*_names(report), "calls", "prompt", "completion", "cost (USD)"]
    header += ["duration p50/p95", "first byte p50/p95"] if has_latency else []
    body = [_cells(line, has_latency=has_latency) for line in report.lines]
    total = _cells(report.total, has_latency=has_latency)
    if report.by:
        total = ["total", *[""] * (len(report.by) - 1), *total]
    else:
        body = []
    lines = _aligned(header, [*body, total], texts=len(report.by), rules=bool(report.by))
    return "\n".join([*lines, *_footer(report.total)])


def _names(report: Spend) -> list[str]:
    return [group.name for group in report.by]


def _sums(line: Line) -> dict[str, Any]:
    sums: dict[str, Any] = {
        "calls": line.calls,
        "prompt_tokens": line.prompt_tokens,
        "completion_tokens": line.completion_tokens,
        "cost_usd": decimal_text(line.cost),
        "estimated_cost_usd": decimal_text(line.estimated_cost),
        "unpriced_calls": line.unpriced_calls,
    }
    if line.duration_ms is not None:
        sums["duration_ms"] = {"p50": line.duration_ms[0], "p95": line.duration_ms[1]}
    if line.first_byte_ms is not None:
        sums["first_byte_ms"] = {"p50": line.first_byte_ms[0], "p95": line.first_byte_ms[1]}
    return sums


def _flat(sums: dict[str, Any]) -> list[Any]:
    return [
        f"{value['p50']}/{value['p95']}" if isinstance(value, dict) else value
        for value in sums.values()
    ]


def _cells(line: Line, *, has_latency: bool) -> list[str]:
    cells = [_NOBODY if value is None else str(value) for value in line.values]
    cells += [f"{line.calls:,}", f"{line.prompt_tokens:,}", f"{line.completion_tokens:,}"]
    cells.append(_cost(line))
    if has_latency:
        cells += [_latency(line.duration_ms), _latency(line.first_byte_ms)]
    return cells


def _cost(line: Line) -> str:
    """Return the cost; ``?`` where some of it is unknown, ``~`` where some of it is estimated."""
    if line.calls and line.calls == line.unpriced_calls:
        return "unpriced"
    marks = "~" if line.estimated_calls else ""
    marks += "+?" if line.unpriced_calls or line.partial_calls else ""
    return f"{decimal_text(line.cost)}{marks}"


def _latency(pair: tuple[int, int] | None) -> str:
    return _NOBODY if pair is None else f"{pair[0]:,} / {pair[1]:,} ms"


def _aligned(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int, rules: bool
) -> list[str]:
    widths = [max(len(row[n]) for row in (header, *rows)) for n in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if n < texts else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    rule = "  ".join("─" * width for width in widths)
    body = [line(row) for row in rows]
    return [line(header), rule, *body[:-1], *([rule] if rules else []), body[-1]]


def _footer(total: Line) -> list[str]:
    notes = []
    if total.unpriced_calls:
        notes.append(
            f"+? {_many(total.unpriced_calls, 'call')} without a known price, not in the sum"
        )
    if total.partial_calls:
        notes.append(f"+? {_many(total.partial_calls, 'call')} priced in part: a lower bound")
    if total.estimated_calls:
        cost = decimal_text(total.estimated_cost)
        notes.append(
            f"~  {_many(total.estimated_calls, 'call')} with estimated usage: ${cost} of the sum"
        )
    if total.refused:
        notes.append(f"   {_many(total.refused, 'call')} refused by policy, never sent")
    if total.unmetered:
        notes.append(f"   {_many(total.unmetered, 'call')} not metered yet: aso tail shows which")
    return ["", *notes] if notes else []


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
