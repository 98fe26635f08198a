"""An event in wire form ↔ its row, without an Event in between: what a server takes is many.

The counterpart of rows.py, whose columns and document these are. What the wire form says and an
Event has no place for, as it is of a newer version, is kept in the document's fourth part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from aso.ledger.rows import Encode, Row, event_of, fitting, split
from aso.ledger.schema import COLUMNS, COST, LINE, REST, USAGE
from aso.records import Cost, CostLine, Event, Usage
from aso.semconv import TOKEN_FIELDS

Document = Mapping[str, Any]

# A field of the records → its name on the wire, where that is another.
_NAMES = {
    "usage.source": "usage_source",
    "cost.status": "pricing_status",
    "cost.source": "cost_source",
    "total": "total_cost_usd",
    "notes": "pricing_notes",
    **TOKEN_FIELDS,
}
# Fields of the records that the wire has inside an object: which, and under which names.
_OBJECTS = {
    "sdk": {"name": "sdk_name", "version": "sdk_version"},
    "catalog": {"version": "catalog_version", "sha256": "catalog_sha256"},
    "contract": {"sha256": "contract_sha256"},
}
_EMPTY: Document = {}


def _wire(fields: Iterable[str]) -> itemgetter[Any]:
    return itemgetter(*(_NAMES.get(field, field) for field in fields))


_columns, _rest, _usage, _cost = map(_wire, (COLUMNS.values(), REST, USAGE, COST))
_line = itemgetter(*LINE)
_BLANK: dict[str, Any] = {
    **dict.fromkeys(Event._fields),
    **dict.fromkeys(
        ("revision", "attempts", "attempts_unknown", "started_at_ms", "ended_at_ms"), 0
    ),
    "stream": False,
    "aso_version": "",
    "endpoint": "",
    "operation": "other",
    "dims": {},
    "usage": Usage(source="none"),
    "cost": Cost(),
}
_UNSAID = Event(**_BLANK).to_dict()
_LINE_UNSAID: Document = dict.fromkeys(LINE) | CostLine._field_defaults


def row_of_wire(document: Document, encode: Encode) -> tuple[Row, str]:
    """Return what ``rows.row_of`` and ``rows.document_of`` do, of a checked event in wire form.

    A field that is not there is one that nobody said. ``encode`` makes JSON.
    """
    said = {**_UNSAID, **document}
    lines = [{**_LINE_UNSAID, **line} for line in said["cost_lines"]]
    more = _unknown(said, lines)
    for name, fields in _OBJECTS.items():
        part = said[name] or _EMPTY
        for key, field in fields.items():
            said[field] = part.get(key)
    total = said["total_cost_usd"]
    row = (
        *_columns(said),
        fitting(said["prompt_tokens"]),
        fitting(said["completion_tokens"]),
        *split(None if total is None else Decimal(total)),
        encode(said["dims"]).decode(),
    )
    parts = [_rest(said), (*_usage(said), said["units"]), (*_cost(said), [*map(_line, lines)])]
    return row, encode([*parts, more] if more else parts).decode()


def wire_of(row: Sequence[Any]) -> dict[str, Any]:
    """Return the wire form of a row of schema.STORED, with what a newer version has said."""
    _, _, _, *more = json.loads(row[-1])
    return {**event_of(row).to_dict(), **(more[0] if more else _EMPTY)}


def _unknown(said: Document, lines: Sequence[Document]) -> dict[str, Any]:
    """Return what an Event has no place for: keys of its own, and objects that have more keys."""
    more: dict[str, Any] = {}
    if len(said) > len(_UNSAID):
        more = {name: value for name, value in said.items() if name not in _UNSAID}
    for name, fields in _OBJECTS.items():
        if said[name] and len(said[name]) > len(fields):
            more[name] = said[name]
    if any(len(line) > len(LINE) for line in lines):
        more["cost_lines"] = said["cost_lines"]
    return more
