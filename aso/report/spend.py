"""The report itself: one pass of SQL, exact sums, what is unknown or estimated shown apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, Protocol

from aso.ledger.rows import joined
from aso.report.grouping import TIMES, Grouping, parse_filters
from aso.report.period import Period

# What counts as estimated: usage that is not, or not wholly, the provider's.
_ESTIMATED = "usage_source IN ('estimate', 'partial')"
_SUMS = f"""
  SUM(kind = 'call'),
  SUM(prompt_tokens),
  SUM(completion_tokens),
  SUM(cost_nano),
  SUM(cost_atto),
  SUM(CASE WHEN {_ESTIMATED} THEN cost_nano END),
  SUM(CASE WHEN {_ESTIMATED} THEN cost_atto END),
  SUM(kind = 'call' AND cost_nano IS NULL),
  SUM(pricing_status = 'partial'),
  SUM(kind = 'refused'),
  SUM(kind = 'unmetered'),
  SUM(kind = 'call' AND {_ESTIMATED}),
  SUM(cost_rest IS NOT NULL)
"""
_RESTS = 12  # the place of the last of these
# A call's milliseconds, as text: one pass over the rows for sums and percentiles.
_TIMES = """
  GROUP_CONCAT(CASE WHEN kind = 'call' THEN ended_at_ms - started_at_ms END),
  GROUP_CONCAT(CASE WHEN kind = 'call' THEN first_byte_at_ms - started_at_ms END)
"""


_ALWAYS = Period()
_EXACT = Context(prec=200)  # sums are never rounded, whatever the program's own context
_ADDED = (
    "calls",
    "prompt_tokens",
    "completion_tokens",
    "unpriced_calls",
    "partial_calls",
    "refused",
    "unmetered",
    "estimated_calls",
)
Percentiles = tuple[int, int]  # p50 and p95


class Rows(Protocol):
    """Where rows come from: the ledger."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        """Yield the rows of a SELECT."""
        ...


@dataclass(slots=True)
class Line:
    """One group's sums. Costs in USD, exact; latencies in milliseconds, p50 and p95."""

    values: tuple[Any, ...]
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal = field(default_factory=Decimal)
    estimated_cost: Decimal = field(default_factory=Decimal)
    unpriced_calls: int = 0
    partial_calls: int = 0
    refused: int = 0
    unmetered: int = 0
    estimated_calls: int = 0
    duration_ms: Percentiles | None = None
    first_byte_ms: Percentiles | None = None

    @property
    def has_any(self) -> bool:
        """Return True where an event is in the group, of whatever kind."""
        return bool(self.calls or self.refused or self.unmetered or self.cost)

    def add(self, other: Line) -> None:
        """Add another group's sums; percentiles cannot be added."""
        for name in _ADDED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.cost = _EXACT.add(self.cost, other.cost)
        self.estimated_cost = _EXACT.add(self.estimated_cost, other.estimated_cost)


@dataclass(frozen=True, slots=True)
class Spend:
    """A whole report: its groups, dearest first or, where the first is a time, in time; the total."""

    by: Sequence[Grouping]
    lines: Sequence[Line]
    total: Line
    has_latency: bool = False


def spend(
    rows: Rows,
    by: Sequence[Grouping],
    *,
    period: Period = _ALWAYS,
    where: Sequence[str] = (),
    with_latency: bool = False,
    all_revisions: bool = False,
) -> Spend:
    """Return what was spent, by group; the total is the exact sum of the events.

    Of each event the highest revision counts; with ``all_revisions`` each counts, and the last
    column is its number.

    Raises:
        ConfigError: a filter is wrong.
    """
    if all_revisions:
        by = [*by, Grouping("revision", "revision")]
    condition, parameters = _condition(period, where)
    selection = f"FROM {'events' if all_revisions else 'latest'} WHERE {condition}"
    sums = f"{_SUMS}, {_TIMES}" if with_latency else _SUMS
    found = _grouped(rows, by, sums, selection, parameters)
    lines = [_line(row, len(by)) for row in found]
    if any(row[len(by) + _RESTS] for row in found):
        _add_rests(rows, by, lines, selection, parameters)
    total = Line(())
    for line in lines:
        total.add(line)
    if with_latency:
        _add_latency(found, lines, total)
    lines.sort(key=_in_time if by and by[0].name in TIMES else _dearest_first)
    return Spend(by, lines, total, has_latency=with_latency)


def _in_time(line: Line) -> tuple[Any, ...]:
    return line.values[0], *_dearest_first(line)


def _dearest_first(line: Line) -> tuple[Any, ...]:
    return -line.cost, [str(value or "") for value in line.values]


def _condition(period: Period, where: Sequence[str]) -> tuple[str, list[Any]]:
    filters, values = parse_filters(where)
    times, instants = period.condition()
    return f"({filters}) AND ({times})", [*values, *instants]


def _grouped(
    rows: Rows, by: Sequence[Grouping], sums: str, selection: str, parameters: Sequence[Any]
) -> Sequence[tuple[Any, ...]]:
    select = ", ".join([*(group.sql for group in by), sums])
    grouped = f" GROUP BY {', '.join(str(n + 1) for n in range(len(by)))}" if by else ""
    sql = f"SELECT {select} {selection}{grouped}"
    return list(rows.query(sql, parameters))


def _line(row: Sequence[Any], width: int) -> Line:
    numbers: list[int] = [value or 0 for value in row[width : width + _RESTS]]
    calls, prompt, completion, nano, atto, e_nano, e_atto = numbers[:7]
    unpriced, partial, refused, unmetered, estimated = numbers[7:]
    return Line(
        tuple(row[:width]),
        calls,
        prompt,
        completion,
        joined(nano, atto),
        joined(e_nano, e_atto),
        unpriced,
        partial,
        refused,
        unmetered,
        estimated,
    )


def _add_rests(
    rows: Rows,
    by: Sequence[Grouping],
    lines: Sequence[Line],
    selection: str,
    parameters: Sequence[Any],
) -> None:
    """Add the rare costs of more than 18 places, which are kept as text."""
    known = {line.values: line for line in lines}
    select = ", ".join([*(group.sql for group in by), "cost_rest", _ESTIMATED])
    sql = f"SELECT {select} {selection} AND cost_rest IS NOT NULL"
    for *values, rest, is_estimated in rows.query(sql, parameters):
        line = known[tuple(values)]
        line.cost = _EXACT.add(line.cost, Decimal(rest))
        if is_estimated:
            line.estimated_cost = _EXACT.add(line.estimated_cost, Decimal(rest))


def _add_latency(rows: Sequence[Sequence[Any]], lines: Sequence[Line], total: Line) -> None:
    """Add percentiles to the groups and to the total; a row ends with its times as text."""
    for index, name in ((-2, "duration_ms"), (-1, "first_byte_ms")):
        every: list[int] = []
        for row, line in zip(rows, lines, strict=True):
            times = [int(text) for text in (row[index] or "").split(",") if text]
            setattr(line, name, _percentiles(times))
            every += times
        setattr(total, name, _percentiles(every))


def _percentiles(times: list[int]) -> Percentiles | None:
    times.sort()
    return (at(times, 0.50), at(times, 0.95)) if times else None


def at(ordered: Sequence[int], share: float) -> int:
    """Return the nearest-rank percentile of sorted values."""
    return ordered[max(-(-len(ordered) * round(share * 100) // 100), 1) - 1]
