"""The report itself: one pass of SQL, exact sums, what is unknown or estimated shown apart.

A ledger that is compacted has two sources, SQLite and DuckDB: each is asked the same, and sums add.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, NamedTuple, Protocol

from aso.ledger.moment import Source
from aso.ledger.rows import joined
from aso.report.grouping import TIMES, Grouping, parse_filters
from aso.report.period import Period

# What counts as estimated: usage that is not, or not wholly, the provider's.
_ESTIMATED = "usage_source IN ('estimate', 'partial')"
# The column of a known cost → the two that add up to it.
_COSTS = {"cost_nano": ("cost_nano", "cost_atto"), "cost_usd": ("cost_usd", "0")}
# Counts are CASEs: not every database sums a truth.
_SUMS = f"""
  COUNT(CASE WHEN kind = 'call' THEN 1 END),
  SUM(prompt_tokens),
  SUM(completion_tokens),
  SUM({{0}}),
  SUM({{1}}),
  SUM(CASE WHEN {_ESTIMATED} THEN {{0}} END),
  SUM(CASE WHEN {_ESTIMATED} THEN {{1}} END),
  COUNT(CASE WHEN kind = 'call' AND {{0}} IS NULL THEN 1 END),
  COUNT(CASE WHEN pricing_status = 'partial' THEN 1 END),
  COUNT(CASE WHEN kind = 'refused' THEN 1 END),
  COUNT(CASE WHEN kind = 'unmetered' THEN 1 END),
  COUNT(CASE WHEN kind = 'call' AND {_ESTIMATED} THEN 1 END),
  COUNT(cost_rest)
"""
_RESTS = 12  # the place of the last of these
# What aso.record() says of a call is no measurement: only what an SDK made has a duration.
_TIMED = "kind = 'call' AND sdk IS NOT NULL"
# A call's milliseconds, as text: one pass over the rows for sums and percentiles.
_TIMES = f"""
  GROUP_CONCAT(CASE WHEN {_TIMED} THEN ended_at_ms - started_at_ms END),
  GROUP_CONCAT(CASE WHEN {_TIMED} THEN first_byte_at_ms - started_at_ms END)
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


class Sources(Protocol):
    """Where rows come from: the ledger."""

    def sources(self) -> AbstractContextManager[Sequence[Source]]:
        """Give the parts that together have each event once."""
        ...


class _Question(NamedTuple):
    """What every source is asked."""

    by: Sequence[Grouping]
    table: str
    condition: str
    parameters: Sequence[Any]
    with_latency: bool


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
    durations: list[int] = field(default_factory=list[int])
    first_bytes: list[int] = field(default_factory=list[int])

    @property
    def duration_ms(self) -> Percentiles | None:
        """Return how long the calls took; None: nobody asked, or there are none."""
        return _percentiles(self.durations)

    @property
    def first_byte_ms(self) -> Percentiles | None:
        """Return how long the first byte took."""
        return _percentiles(self.first_bytes)

    @property
    def has_any(self) -> bool:
        """Return True where an event is in the group, of whatever kind."""
        return bool(self.calls or self.refused or self.unmetered or self.cost)

    def add(self, other: Line) -> None:
        """Add another group's sums, and its calls' times."""
        for name in _ADDED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.cost = _EXACT.add(self.cost, other.cost)
        self.estimated_cost = _EXACT.add(self.estimated_cost, other.estimated_cost)
        self.durations += other.durations
        self.first_bytes += other.first_bytes


@dataclass(frozen=True, slots=True)
class Spend:
    """A whole report: its groups, dearest first or, where the first is a time, in time; the total."""

    by: Sequence[Grouping]
    lines: Sequence[Line]
    total: Line
    has_latency: bool = False


def spend(
    ledger: Sources,
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
        LedgerError: the ledger cannot be read.
    """
    if all_revisions:
        by = [*by, Grouping("revision", "revision")]
    table = "present" if all_revisions else "latest"
    asked = _Question(by, table, *_condition(period, where), with_latency)
    found: dict[tuple[Any, ...], Line] = {}
    with ledger.sources() as sources:
        for source in sources:
            for line in _answered(source, asked):
                found.setdefault(line.values, Line(line.values)).add(line)
    lines, total = list(found.values()), Line(())
    for line in lines:
        total.add(line)
    lines.sort(key=_in_time if by and by[0].name in TIMES else _dearest_first)
    return Spend(by, lines, total, has_latency=with_latency)


def dimensions(
    ledger: Sources, *, period: Period = _ALWAYS, where: Sequence[str] = ()
) -> dict[str, int]:
    """Return the names of the dimensions that the calls have, and how many calls have each.

    Raises:
        ConfigError: a filter is wrong.
        LedgerError: the ledger cannot be read.
    """
    condition, parameters = _condition(period, where)
    sql = f"SELECT dims, COUNT(*) FROM latest WHERE kind = 'call' AND {condition} GROUP BY 1"  # noqa: S608
    found = Counter[str]()
    with ledger.sources() as sources:
        for source in sources:
            for dims, calls in source.query(sql, parameters):
                for name in json.loads(dims):
                    found[name] += calls
    return dict(found)


def _in_time(line: Line) -> tuple[Any, ...]:
    return line.values[0], *_dearest_first(line)


def _dearest_first(line: Line) -> tuple[Any, ...]:
    return -line.cost, [(value is not None, str(value)) for value in line.values]


def _condition(period: Period, where: Sequence[str]) -> tuple[str, list[Any]]:
    filters, values = parse_filters(where)
    times, instants = period.condition()
    return f"({filters}) AND ({times})", [*values, *instants]


def _answered(source: Source, asked: _Question) -> list[Line]:
    """Return one source's groups."""
    width, columns = len(asked.by), _COSTS[source.cost]
    select = [*(group.sql for group in asked.by), _SUMS.format(*columns)]
    select += [_TIMES] if asked.with_latency else []
    grouped = f" GROUP BY {', '.join(str(n + 1) for n in range(width))}" if asked.by else ""
    sql = f"SELECT {', '.join(select)} FROM {asked.table} WHERE {asked.condition}{grouped}"  # noqa: S608
    rows = list(source.query(sql, asked.parameters))
    lines = [_line(row, width, with_latency=asked.with_latency) for row in rows]
    if any(row[width + _RESTS] for row in rows):
        _add_rests(source, asked, lines)
    return lines


def _line(row: Sequence[Any], width: int, *, with_latency: bool) -> Line:
    numbers: list[Any] = [value or 0 for value in row[width : width + _RESTS]]
    calls, prompt, completion, *money = numbers[:7]
    unpriced, partial, refused, unmetered, estimated = numbers[7:]
    durations, first_bytes = row[-2:] if with_latency else (None, None)
    return Line(
        tuple(row[:width]),
        calls,
        int(prompt),
        int(completion),
        _dollars(*money[:2]),
        _dollars(*money[2:]),
        unpriced,
        partial,
        refused,
        unmetered,
        estimated,
        _times(durations),
        _times(first_bytes),
    )


def _dollars(first: int | Decimal, atto: int) -> Decimal:
    return first if isinstance(first, Decimal) else joined(first, atto)


def _times(text: str | None) -> list[int]:
    return [int(one) for one in text.split(",")] if text else []


def _add_rests(source: Source, asked: _Question, lines: Sequence[Line]) -> None:
    """Add the rare costs of more than 18 places, which are kept as text."""
    known = {line.values: line for line in lines}
    select = ", ".join([*(group.sql for group in asked.by), "cost_rest", _ESTIMATED])
    rest = f"FROM {asked.table} WHERE cost_rest IS NOT NULL AND {asked.condition}"
    sql = f"SELECT {select} {rest}"
    for *values, rest, is_estimated in source.query(sql, asked.parameters):
        line = known[tuple(values)]
        line.cost = _EXACT.add(line.cost, Decimal(rest))
        if is_estimated:
            line.estimated_cost = _EXACT.add(line.estimated_cost, Decimal(rest))


def _percentiles(times: list[int]) -> Percentiles | None:
    times.sort()
    return (at(times, 0.50), at(times, 0.95)) if times else None


def at(ordered: Sequence[int], share: float) -> int:
    """Return the nearest-rank percentile of sorted values."""
    return ordered[max(-(-len(ordered) * round(share * 100) // 100), 1) - 1]
