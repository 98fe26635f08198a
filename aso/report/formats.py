"""A report → text: a table for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from aso.report.spend import Line, Spend
from aso.report.table import aligned
from aso.semconv import counted, decimal_text, printable

_NOBODY = "—"  # a dimension that the event does not have


def as_json(report: Spend) -> str:
    """Return ``document_of`` as text."""
    return json.dumps(document_of(report), indent=2)


def document_of(report: Spend) -> dict[str, Any]:
    """Return ``{"rows": [...], "total": {...}}``; decimals as strings, exact.

    ``cost_usd`` sums all known costs: priced, partial (a lower bound) and estimated.
    ``estimated_cost_usd`` is the part of it whose ``usage_source`` is estimate or partial.
    ``unpriced_calls`` are calls without a known cost: in no sum.
    """
    names = _names(report)
    rows = [
        {**dict(zip(names, line.values, strict=True)), **sums_of(line), **_latencies(report, line)}
        for line in report.lines
    ]
    total = {**sums_of(report.total), **_latencies(report, report.total)}
    return {"rows": rows, "total": total}


def as_csv(report: Spend) -> str:
    """Return one line per group, with a header; an absent dimension is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_names(report), *sums_of(report.total), *_flat(report, report.total)])
    for line in report.lines:
        numbers = {**sums_of(line), **_flat(report, line)}
        writer.writerow(
            ["" if value is None else value for value in (*line.values, *numbers.values())]
        )
    return out.getvalue()


def as_table(report: Spend) -> str:
    """Return an aligned table with the total, and what is unpriced or estimated under it."""
    header = [*_names(report), "calls", "prompt", "completion", "cost (USD)"]
    header += ["duration p50/p95", "first byte p50/p95"] if report.has_latency else []
    body = [_cells(report, line) for line in report.lines] if report.by else []
    total = _cells(report, report.total)
    if report.by:
        total = ["total", *[""] * (len(report.by) - 1), *total]
    lines = aligned(header, body, total, texts=len(report.by))
    return "\n".join([*lines, *_footer(report.total)])


def _names(report: Spend) -> list[str]:
    return [group.name for group in report.by]


def sums_of(line: Line) -> dict[str, Any]:
    """Return a group's sums under the names that JSON and CSV have."""
    return {
        "calls": line.calls,
        "prompt_tokens": line.prompt_tokens,
        "completion_tokens": line.completion_tokens,
        "cost_usd": decimal_text(line.cost),
        "estimated_cost_usd": decimal_text(line.estimated_cost),
        "unpriced_calls": line.unpriced_calls,
    }


def _latencies(report: Spend, line: Line) -> dict[str, dict[str, int] | None]:
    if not report.has_latency:
        return {}
    return {
        name: None if pair is None else {"p50": pair[0], "p95": pair[1]}
        for name, pair in (("duration_ms", line.duration_ms), ("first_byte_ms", line.first_byte_ms))
    }


def _flat(report: Spend, line: Line) -> dict[str, int | None]:
    return {
        f"{name}_{percentile}": None if pair is None else pair[percentile]
        for name, pair in _latencies(report, line).items()
        for percentile in ("p50", "p95")
    }


def _cells(report: Spend, line: Line) -> list[str]:
    cells = [_NOBODY if value is None else printable(str(value)) for value in line.values]
    cells += [f"{line.calls:,}", f"{line.prompt_tokens:,}", f"{line.completion_tokens:,}"]
    cells.append(_cost(line))
    if report.has_latency:
        cells += [_latency(line.duration_ms), _latency(line.first_byte_ms)]
    return cells


def _cost(line: Line) -> str:
    """Return the cost; ``?`` where some of it is unknown, ``~`` where some of it is estimated."""
    if line.calls == line.unpriced_calls and not line.cost:
        return _without_cost(line)
    marks = "~" if line.estimated_calls else ""
    marks += "+?" if line.unpriced_calls or line.partial_calls or line.unmetered else ""
    return f"{decimal_text(line.cost)}{marks}"


def _without_cost(line: Line) -> str:
    counts = {"unpriced": line.calls, "unmetered": line.unmetered, "refused": line.refused}
    return next((word for word, count in counts.items() if count), "0")


def _latency(pair: tuple[int, int] | None) -> str:
    return _NOBODY if pair is None else f"{pair[0]:,} / {pair[1]:,} ms"


def _footer(total: Line) -> list[str]:
    notes: list[str] = []
    if total.unpriced_calls:
        notes.append(
            f"+? {counted(total.unpriced_calls, 'call')} without a known price, not in the sum"
        )
    if total.partial_calls:
        notes.append(f"+? {counted(total.partial_calls, 'call')} priced in part: a lower bound")
    if total.estimated_calls:
        cost = decimal_text(total.estimated_cost)
        notes.append(
            f"~  {counted(total.estimated_calls, 'call')} with estimated usage: ${cost} of the sum"
        )
    if total.refused:
        notes.append(f"   {counted(total.refused, 'call')} refused by policy, never sent")
    if total.unmetered:
        notes.append(
            f"+? {counted(total.unmetered, 'call')} not metered yet: --by endpoint shows which"
        )
    return ["", *notes] if notes else []
