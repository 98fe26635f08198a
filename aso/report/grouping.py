"""``--by team,model`` and ``--where team=search`` → SQL over the ledger's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from aso.errors import ConfigError

_COLUMNS = (
    "provider",
    "publisher",
    "model",
    "request_model",
    "operation",
    "endpoint",
    "host",
    "function",
    "outcome",
    "usage_source",
    "pricing_status",
    "cost_source",
    "service_tier",
    "sdk",
    "kind",
)
_TIMES = {
    "day": "strftime('%Y-%m-%d', ended_at_ms / 1000, 'unixepoch')",
    "hour": "strftime('%Y-%m-%dT%H:00Z', ended_at_ms / 1000, 'unixepoch')",
    "month": "strftime('%Y-%m', ended_at_ms / 1000, 'unixepoch')",
}
_DIMENSION = re.compile(r"[^\"'\\]{1,32}")


class Grouping(NamedTuple):
    """A name as the user writes it, and the SQL expression of its value."""

    name: str
    sql: str


def parse_grouping(names: str) -> list[Grouping]:
    """Return what ``team,model`` groups by: a column, day, hour, month, or a dimension.

    Raises:
        ConfigError: a name cannot be a dimension's.
    """
    return [_one(name.strip()) for name in names.split(",") if name.strip()]


def parse_filters(texts: Sequence[str]) -> tuple[str, list[str]]:
    """Return an SQL condition and its parameters for ``key=value`` texts; all must hold.

    Raises:
        ConfigError: a text has no ``=``, or its key cannot be a dimension's.
    """
    conditions, parameters = ["1"], []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"filter {text!r} has no '=': write key=value, e.g. team=search")
        conditions.append(f"COALESCE({_one(name.strip()).sql}, '') = ?")
        parameters.append(value)
    return " AND ".join(conditions), parameters


def _one(name: str) -> Grouping:
    if name in _TIMES:
        return Grouping(name, _TIMES[name])
    if name in _COLUMNS:
        return Grouping(name, name)
    if not _DIMENSION.fullmatch(name):
        raise ConfigError(
            f"cannot group by {name!r}: choose from {sorted([*_COLUMNS, *_TIMES])}, or a dimension"
        )
    return Grouping(name, f"""json_extract(dims, '$."{name}"')""")
