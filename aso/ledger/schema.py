"""The ledger's table. Money is two integers: nano-dollars, and the rest in atto-dollars (1e-18).

SQLite sums integers exactly and fast; it has no decimals. A cost that needs more than 18 places is
kept as text in ``cost_rest`` and summed by the reader.
"""

from __future__ import annotations

VERSION = 1

COLUMNS = (
    "event_id",
    "revision",
    "kind",
    "ended_at_ms",
    "started_at_ms",
    "first_byte_at_ms",
    "env",
    "provider",
    "publisher",
    "host",
    "endpoint",
    "operation",
    "model",
    "request_model",
    "function",
    "stream",
    "service_tier",
    "outcome",
    "usage_source",
    "pricing_status",
    "cost_source",
    "sdk",
    "prompt_tokens",
    "completion_tokens",
    "cost_nano",
    "cost_atto",
    "cost_rest",
    "dims",
    "document",
)

CREATE = f"""
CREATE TABLE IF NOT EXISTS events (
  {", ".join(COLUMNS)},
  PRIMARY KEY (event_id, revision)
);
CREATE INDEX IF NOT EXISTS events_by_time ON events (ended_at_ms);
-- of several revisions the highest is the event
CREATE VIEW IF NOT EXISTS latest AS
  SELECT * FROM events AS mine WHERE revision = 0 AND NOT EXISTS (
      SELECT 1 FROM events AS other
      WHERE other.event_id = mine.event_id AND other.revision > 0)
  UNION ALL
  SELECT * FROM events AS mine WHERE revision > 0 AND revision = (
      SELECT MAX(revision) FROM events AS other WHERE other.event_id = mine.event_id);
PRAGMA user_version = {VERSION};
"""  # noqa: S608 — names of this file only

INSERT = f"INSERT OR IGNORE INTO events VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
