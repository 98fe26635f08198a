"""``--by team,model`` and ``--where team=search`` → SQL over the ledger's columns, for both engines.

A name is a column's, a time's, or else a dimension's; ``dims.model`` is always the dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aso.errors import ConfigError
from aso.ledger.schema import dimension_sql

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
TIMES = ("day", "hour", "month")  # columns of the ledger's views; UTC
_MAX_DIMENSION_LENGTH = 32
_DIMENSION_PREFIX = "dims."
# The report's own numbers, which a column of the same name would hide in JSON.
_NUMBERS = (
    "calls",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "estimated_cost_usd",
    "unpriced_calls",
    "estimated_calls",
    "partial_calls",
    "refused",
    "unmetered",
    "duration_ms",
    "first_byte_ms",
)


class Grouping(NamedTuple):
    """A name as the user writes it, and the SQL expression of its value."""

    name: str
    sql: str


def parse_grouping(names: str) -> list[Grouping]:
    """Return what ``team,model`` groups by: a column, day, hour, month, or a dimension.

    Without any name: by nothing, so that the total is all.

    Raises:
        ConfigError: a name is empty, or cannot be a dimension's.
    """
    if not names.strip():
        return []
    wanted = dict.fromkeys(name.strip() for name in names.split(","))
    if "" in wanted:
        raise ConfigError(
            f"{names!r} has an empty name: write one comma between two names, e.g. team,model"
        )
    return [_one(name) for name in wanted]


def parse_filters(texts: Sequence[str]) -> tuple[str, list[str]]:
    """Return an SQL condition and its parameters for ``key=value`` texts; all must hold.

    Raises:
        ConfigError: a text has no ``=`` or no key, or its key cannot be a dimension's.
    """
    conditions, parameters = ["1=1"], list[str]()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"filter {text!r} has no '=': write key=value, e.g. team=search")
        if not name.strip():
            raise ConfigError(f"filter {text!r} has no key: write key=value, e.g. team=search")
        conditions.append(f"COALESCE({_one(name.strip()).sql}, '') = ?")
        parameters.append(value)
    return " AND ".join(conditions), parameters


def _one(name: str) -> Grouping:
    if name in TIMES or name in _COLUMNS:
        return Grouping(name, name)
    key = name.removeprefix(_DIMENSION_PREFIX)
    if not 0 < len(key) <= _MAX_DIMENSION_LENGTH or name in _NUMBERS:
        raise ConfigError(
            f"cannot group or filter by {name!r}: choose from {sorted([*_COLUMNS, *TIMES])}, or a "
            f"dimension of 1 to {_MAX_DIMENSION_LENGTH} characters, as it is or as dims.{key[:32] or 'team'}"
        )
    if name == "env":  # the call's own tag, else the process's environment
        return Grouping(name, f"COALESCE({dimension_sql(key)}, env)")
    return Grouping(name, dimension_sql(key))
