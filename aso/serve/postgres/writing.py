"""Events in wire form → rows, in one statement: all of a batch or none of it, each key once."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from aso.ledger.rows import Row
from aso.ledger.wired import row_of_wire
from aso.serve.postgres.schema import TYPES
from aso.serve.store import Document

_COLUMNS = [name for name in TYPES if name != "tenant"]
_COST = _COLUMNS.index("cost_usd")
# The statement's parameter is an array of objects; short names, as each object has them all.
_NAMES = [f"c{place}" for place in range(len(_COLUMNS) + 1)]
_DOCUMENT = _NAMES[-1]
_PLACE = dict(zip(_COLUMNS, _NAMES, strict=False))


def _sent(column: str) -> str:
    """Return the type in which a column's value comes."""
    return "text" if column == "dims" else TYPES[column].split()[0]


_RECORDS = ", ".join(f"{_PLACE[name]} {_sent(name)}" for name in _COLUMNS)
_VALUES = ", ".join(_PLACE[name] + ("::jsonb" if name == "dims" else "") for name in _COLUMNS)
# In the order of the keys: two statements that have the same events wait for each other in one
# direction only. What another one is writing at the moment is waited for, and is not new then.
ADD = f"""
WITH sent AS (
  SELECT * FROM json_to_recordset($2::json) AS sent ({_RECORDS}, {_DOCUMENT} text)
), added AS (
  INSERT INTO aso.events (tenant, {", ".join(_COLUMNS)}) SELECT $1, {_VALUES} FROM sent
  ON CONFLICT DO NOTHING RETURNING id, event_id, revision
)
INSERT INTO aso.documents SELECT added.id, sent.{_DOCUMENT} FROM added
JOIN sent ON sent.{_PLACE["event_id"]} = added.event_id AND sent.{_PLACE["revision"]} = added.revision
"""  # noqa: S608 — our own names


def records(events: Sequence[Document]) -> bytes:
    """Return the second parameter of ADD: of each (event id, revision) the first, by their keys."""
    rows: dict[tuple[str, int], Row] = {}
    for document in events:
        row, rest = row_of_wire(document, to_json)
        rows.setdefault(row[:2], (*row[:_COST], document.get("total_cost_usd"), row[-1], rest))
    return to_json([dict(zip(_NAMES, rows[key], strict=True)) for key in sorted(rows)])
