"""Event ↔ row: columns for reports, and a document for what no report asks for. Nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Context, Decimal
from operator import attrgetter, itemgetter
from typing import Any

from aso.ledger.schema import COLUMNS, COST, LINE, REST, USAGE
from aso.records import Cost, CostLine, Event, Quantity, Usage
from aso.semconv import decimal_text

Encode = Callable[[Any], bytes]
Row = tuple[Any, ...]

_ATTO_PER_NANO = 10**9
# Far below SQLite's largest integer, so that sums of many stay below it too.
_MOST_NANO = 10**18
_MOST_TOKENS = 10**15
_EXACT = Context(prec=80)  # whatever the program has made of its own context


def _values(kind: type[Any], names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes the named fields of a named tuple: by their places, in a sixth of the time."""
    return itemgetter(*(kind._fields.index(name) for name in names))


_own = _values(Event, (path for path in COLUMNS.values() if "." not in path))
_of_parts = attrgetter(*(path for path in COLUMNS.values() if "." in path))  # which stand last
_rest = _values(Event, REST)
_usage = _values(Usage, USAGE)
_cost = _values(Cost, COST)
_line = _values(CostLine, LINE)
_LINE_DECIMALS = [LINE.index(name) for name in ("rate", "multiplier", "amount")]
_LINE_QUANTITIES = [LINE.index(name) for name in ("quantity", "per")]
_COST_DECIMALS = ("total", "provider_cost", "calculated_cost", "upstream_cost")


def row_of(event: Event, encode: Encode) -> Row:
    """Return the values of schema.COLUMNS and schema.DERIVED; ``encode`` makes JSON."""
    usage = event.usage
    return (
        *_own(event),
        *_of_parts(event),
        fitting(usage.input_tokens),
        fitting(usage.output_tokens),
        *split(event.cost.total),
        encode(dict(event.dims)).decode() if event.dims else "{}",
    )


def document_of(event: Event, encode: Encode) -> str:
    """Return the document: what is not in the columns, in three arrays."""
    usage, cost = event.usage, event.cost
    lines = [_line(line) for line in cost.lines]
    units = dict(usage.units)
    return encode([_rest(event), (*_usage(usage), units), (*_cost(cost), lines)]).decode()


def event_of(row: Sequence[Any]) -> Event:
    """Return the event of a row of schema.STORED; its wire form is what was stored."""
    *values, dims, document = row
    columns = dict(zip(COLUMNS.values(), values, strict=True))
    usage_source, status = columns.pop("usage.source"), columns.pop("cost.status")
    cost_source, stream = columns.pop("cost.source"), bool(columns.pop("stream"))
    rest, usage, cost, *_ = json.loads(document)  # what more there may be: wired.py
    return Event(
        **columns,
        **_named(REST, rest),
        stream=stream,
        dims=json.loads(dims),
        usage=_usage_of(usage, usage_source),
        cost=_cost_of(cost, status, cost_source),
    )


def split(total: Decimal | None) -> tuple[int | None, int | None, str | None]:
    """Return nano-dollars and the rest in atto-dollars; text where the two cannot hold it."""
    if total is None:
        return None, None, None
    atto = _EXACT.scaleb(total, 18)
    whole = int(atto)
    nano, rest = divmod(whole, _ATTO_PER_NANO)
    if atto != whole or abs(nano) > _MOST_NANO:
        return 0, 0, decimal_text(total)
    return nano, rest, None


def joined(nano: int, atto: int) -> Decimal:
    """Return the exact sum of the two integers, in dollars."""
    return _EXACT.scaleb(Decimal(nano * _ATTO_PER_NANO + atto), -18)


def fitting(count: int | None) -> int | None:
    """Return the count, unless no call can have used so much: only the document has it then."""
    return count if count is None or count <= _MOST_TOKENS else None


def _named(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """Return values by name; None for names that came after this row was written."""
    return dict(zip(names, [*values, *[None] * (len(names) - len(values))], strict=True))


def _usage_of(values: Sequence[Any], source: Any) -> Usage:
    *counts, units = values
    return Usage(
        **_named(USAGE, counts),
        units={name: _quantity(value) for name, value in units.items()},
        source=source,
    )


def _cost_of(values: Sequence[Any], status: Any, source: Any) -> Cost:
    *known, lines = values
    said = _named(COST, known)
    said.update({name: _decimal(said[name]) for name in _COST_DECIMALS})
    return Cost(**said, status=status, source=source, lines=[_line_of(line) for line in lines])


def _line_of(values: list[Any]) -> CostLine:
    for index in _LINE_DECIMALS:
        values[index] = _decimal(values[index])
    for index in _LINE_QUANTITIES:
        values[index] = _quantity(values[index])
    named: Mapping[str, Any] = _named(LINE, values)
    return CostLine(**named)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _quantity(value: int | str) -> Quantity:
    return value if isinstance(value, int) else Decimal(value)
