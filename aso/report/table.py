"""Cells → aligned lines, for people."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    total: Sequence[str] | None = None,
    *,
    texts: int,
) -> list[str]:
    """Return header, rows and, under a rule, the total; the first ``texts`` cells to the left."""
    every = [header, *rows, *([] if total is None else [total])]
    widths = [max(len(row[n]) for row in every) for n in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if n < texts else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    rule = "  ".join("─" * width for width in widths)
    body = [line(row) for row in rows]
    if total is None:
        return [line(header), rule, *body]
    return [line(header), rule, *body, *([rule] if body else []), line(total)]
