"""The ledger's SQL → PostgreSQL's: one tenant's rows, as aso.report asks any ledger for them."""

from __future__ import annotations

import re

# What is otherwise in PostgreSQL (schema.dimension_sql, placeholders); any other literal stays.
_TOKEN = re.compile(
    r"""json_extract\(dims,\ '\$\."(?P<plain>[^']+)"'\)
      | dimension\(dims,\ (?P<quoted>'(?:[^']|'')*')\)
      | '(?:[^']|'')*'
      | (?P<place>\?)""",
    re.VERBOSE,
)
_TIME = "to_char(to_timestamp(ended_at_ms / 1000) AT TIME ZONE 'UTC', '{}')"
# $1 is the tenant. Each is read once in a query, so PostgreSQL plans it as if it were written there.
_TABLES = f"""
WITH present AS (
  SELECT *, NULL::text AS cost_rest, {_TIME.format("YYYY-MM-DD")} AS day,
    {_TIME.format('YYYY-MM-DD"T"HH24:00"Z"')} AS hour, {_TIME.format("YYYY-MM")} AS month
  FROM aso.events WHERE tenant = $1
), latest AS (
  SELECT * FROM present AS mine WHERE NOT EXISTS (
    SELECT 1 FROM aso.events AS other
    WHERE other.tenant = $1 AND other.event_id = mine.event_id
      AND other.revision > mine.revision AND other.revision > 0)
)
"""  # noqa: S608 — our own names


def translated(sql: str) -> bytes:
    """Return the query over ``present`` or ``latest``, of the tenant that is its first parameter."""
    places = 1

    def one(found: re.Match[str]) -> str:
        nonlocal places
        if found["place"]:
            places += 1
            return f"${places}"
        name = f"'{found['plain']}'" if found["plain"] else found["quoted"]
        return f"(dims ->> {name})" if name else found[0]

    return (_TABLES + _TOKEN.sub(one, sql)).encode()
