"""The ledger's tables (docs/adr/0006). Money is two integers: nano-dollars, and the rest in 1e-18.

SQLite sums integers exactly and fast; it has no decimals. A cost that does not fit into the two is
kept as text in ``cost_rest`` and summed by the reader. ``documents`` is apart so that a report,
which reads all of ``events``, does not read it.

What was compacted (docs/adr/0009) is in the files that ``segments`` names, and nowhere else counts:
rows that ended before ``compaction.before_ms`` with an id up to ``last_id`` only wait to be deleted.
"""

from __future__ import annotations

import re

VERSION = 2

# Column → where its value is in an Event. Reports group, filter and sum by these.
COLUMNS = {
    "event_id": "event_id",
    "revision": "revision",
    "kind": "kind",
    "ended_at_ms": "ended_at_ms",
    "started_at_ms": "started_at_ms",
    "first_byte_at_ms": "first_byte_at_ms",
    "env": "env",
    "provider": "provider",
    "publisher": "publisher",
    "host": "host",
    "endpoint": "endpoint",
    "operation": "operation",
    "model": "model",
    "request_model": "request_model",
    "function": "function",
    "stream": "stream",
    "service_tier": "service_tier",
    "outcome": "outcome",
    "sdk": "sdk_name",
    "usage_source": "usage.source",
    "pricing_status": "cost.status",
    "cost_source": "cost.source",
}
# Columns whose values are derived from the event; the event itself is read from the document.
DERIVED = ("prompt_tokens", "completion_tokens", "cost_nano", "cost_atto", "cost_rest", "dims")

# The document is a JSON array of three arrays, by position: only ever append to these.
REST = (
    "revision_reason",
    "api_key_id",
    "aso_version",
    "sdk_version",
    "generation_id",
    "attempts",
    "attempts_unknown",
    "http_status",
    "error_type",
    "prompt_chars",
    "completion_chars",
    "completion_bytes",
    "trace_id",
    "span_id",
    "pricing_conditions",
)
USAGE = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "cache_write_5m_input_tokens",
    "cache_write_1h_input_tokens",
    "reasoning_output_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "output_audio_tokens",
    "output_image_tokens",
    "web_search_requests",
)
COST = (
    "total",
    "provider_cost",
    "calculated_cost",
    "upstream_cost",
    "pricing_matched",
    "pricing_model",
    "catalog_version",
    "catalog_sha256",
    "notes",
    "contract_sha256",
)
LINE = (
    "unit",
    "quantity",
    "rate",
    "per",
    "multiplier",
    "amount",
    "model",
    "provider",
    "source",
    "quantity_source",
)

_NAMES = (*COLUMNS, *DERIVED)
_PLAIN = re.compile(r"[^\"'\\\x00-\x1f\x7f]+")  # what a JSON path can quote as it stands


def dimension_sql(name: str) -> str:
    """Return the SQL of a dimension's value: null where a row has none of this name."""
    if _PLAIN.fullmatch(name):
        return f"""json_extract(dims, '$."{name}"')"""
    quoted = name.replace("'", "''")
    return f"dimension(dims, '{quoted}')"


_DAY = "strftime('%Y-%m-%d', ended_at_ms / 1000, 'unixepoch')"
_HOUR = "strftime('%Y-%m-%dT%H:00Z', ended_at_ms / 1000, 'unixepoch')"
_MONTH = "strftime('%Y-%m', ended_at_ms / 1000, 'unixepoch')"

CREATE = f"""
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY,
  {", ".join(_NAMES)},
  UNIQUE (event_id, revision)
);
CREATE TABLE IF NOT EXISTS documents (id INTEGER PRIMARY KEY REFERENCES events, document);
CREATE INDEX IF NOT EXISTS events_by_time ON events (ended_at_ms);
-- small, as most events have one revision: makes "is there a higher one?" cheap
CREATE INDEX IF NOT EXISTS events_revised ON events (event_id, revision) WHERE revision > 0;
-- dims: the dimensions that have a column of their own, all that the rows have; null: none has
CREATE TABLE IF NOT EXISTS segments (name PRIMARY KEY, rows, first_ms, last_ms, dims);
-- rows of segments, counted from 0, whose place a higher revision has taken, wherever that is
CREATE TABLE IF NOT EXISTS superseded (
  segment, row, PRIMARY KEY (segment, row)) WITHOUT ROWID;
-- the highest revision that segments have of an event, where that is above 0
CREATE TABLE IF NOT EXISTS revised (event_id PRIMARY KEY, revision) WITHOUT ROWID;
-- one row; rows up to settled_id were compared with the segments
CREATE TABLE IF NOT EXISTS compaction (
  id INTEGER PRIMARY KEY CHECK (id = 1), before_ms, last_id, settled_id);
INSERT OR IGNORE INTO compaction VALUES (1, 0, 0, 0);
-- rows that the segments have already: they came again after they were compacted
CREATE TABLE IF NOT EXISTS doubled (id INTEGER PRIMARY KEY);
DROP VIEW IF EXISTS latest;
-- what is here and nowhere else; the signs keep SQLite from answering the OR by two indexes
CREATE VIEW IF NOT EXISTS present AS
  SELECT *, {_DAY} AS day, {_HOUR} AS hour, {_MONTH} AS month FROM events
  WHERE (+id > (SELECT last_id FROM compaction)
    OR +ended_at_ms >= (SELECT before_ms FROM compaction))
    AND id NOT IN (SELECT id FROM doubled);
-- of several revisions the highest is the event
CREATE VIEW latest AS
  SELECT * FROM present AS mine WHERE NOT EXISTS (
    SELECT 1 FROM events AS other INDEXED BY events_revised
    WHERE other.event_id = mine.event_id
      AND other.revision > mine.revision AND other.revision > 0)
  AND (NOT EXISTS (SELECT 1 FROM revised) OR NOT EXISTS (  -- the first is asked once, not per row
    SELECT 1 FROM revised
    WHERE revised.event_id = mine.event_id AND revised.revision >= mine.revision));
PRAGMA user_version = {VERSION};
"""  # noqa: S608 — names of this file only

INSERT_EVENT = (
    f"INSERT OR IGNORE INTO events ({', '.join(_NAMES)}) "  # noqa: S608 — our own names
    f"VALUES ({', '.join('?' * len(_NAMES))})"
)
INSERT_DOCUMENT = (
    "INSERT OR IGNORE INTO documents SELECT id, ? FROM events WHERE event_id = ? AND revision = ?"
)
# What rows.event_of takes.
STORED = (*COLUMNS, "dims", "document")
