"""Contract prices: a document of rates, multipliers and fees over the catalog; hashed, named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from aso.documents import read
from aso.errors import ConfigError
from aso.pricing.catalog import Rate

_FIELDS = frozenset({"multiplier", "fee", "rates", "per", "since", "until"})
_PER = 1_000_000


@dataclass(frozen=True, slots=True)
class Term:
    """What was agreed for the models that a pattern covers, from ``since`` until before ``until``.

    ``fee`` is USD per call.
    """

    pattern: str
    multiplier: Decimal | None
    fee: Rate | None
    rates: Mapping[str, Rate]
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, name: str, at: datetime) -> bool:
        """Return True for ``provider:model`` under the pattern, at an instant in the range."""
        if self.since is not None and at < self.since:
            return False
        if self.until is not None and at >= self.until:
            return False
        if self.pattern.endswith("*"):
            return name.startswith(self.pattern[:-1])
        return name == self.pattern


@dataclass(frozen=True, slots=True)
class Overlay:
    """All terms; of those that cover a model, the one with the longest pattern holds."""

    terms: Sequence[Term]
    sha256: str
    canonical: str = ""  # the document as JSON: what the hash is of

    def term(self, provider: str, models: Sequence[str], at: datetime) -> Term | None:
        """Return what was agreed for a model, by any of its names; None: nothing."""
        names = [f"{provider}:{model}" for model in models]
        found = [term for term in self.terms if any(term.covers(name, at) for name in names)]
        return max(found, key=lambda term: len(term.pattern), default=None)


def load_overlay(source: Mapping[str, Any] | str | Path) -> Overlay:
    """Return the overlay of a mapping, or of a TOML or JSON file.

    The document maps ``provider:model`` (a trailing ``*`` allowed) to a table with ``multiplier``
    (on every line), ``rates`` (unit → USD per ``per`` units, a million by default), ``fee`` (USD
    per call), ``since`` and ``until`` (dates, UTC, or instants; ``until`` is not included).

    Raises:
        ConfigError: a pattern, a field, a number or a date is wrong.
    """
    document = read(source, "prices")
    terms = tuple(_term(pattern, table) for pattern, table in document.items())
    canonical = json.dumps(document, sort_keys=True, default=str)
    return Overlay(terms, hashlib.sha256(canonical.encode()).hexdigest(), canonical)


def _term(pattern: object, table: object) -> Term:
    where = f"prices[{pattern!r}]"
    if not isinstance(pattern, str) or (":" not in pattern and pattern != "*"):
        raise ConfigError(f"{where}: write provider:model, e.g. 'openai:gpt-4o' or 'openai:*'")
    if "*" in pattern[:-1]:
        raise ConfigError(f"{where}: a * may only stand at the end, e.g. 'openai:gpt-4o*'")
    fields = _fields(where, table)
    since, until = (_instant(f"{where}.{name}", fields.get(name)) for name in ("since", "until"))
    if since is not None and until is not None and since >= until:
        raise ConfigError(f"{where}.until is {fields['until']!r}: a time after since")
    fee = _optional(f"{where}.fee", fields.get("fee"))
    return Term(
        pattern,
        _optional(f"{where}.multiplier", fields.get("multiplier")),
        None if fee is None else Rate.of(fee, 1, is_agreed=True),
        _rates(where, fields.get("rates"), fields.get("per", _PER)),
        since,
        until,
    )


def _fields(where: str, table: object) -> Mapping[str, Any]:
    if not isinstance(table, Mapping) or not table:
        raise ConfigError(f"{where} is {table!r}: a table with some of {sorted(_FIELDS)}")
    fields = cast("Mapping[str, Any]", table)
    if unknown := sorted(str(name) for name in fields.keys() - _FIELDS):
        raise ConfigError(f"{where} has unknown fields {unknown}: choose from {sorted(_FIELDS)}")
    return fields


def _rates(where: str, table: object, per: object) -> Mapping[str, Rate]:
    if isinstance(per, bool) or not isinstance(per, int) or per <= 0:
        raise ConfigError(f"{where}.per is {per!r}: a whole number of units over 0")
    if table is None:
        return {}
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where}.rates is {table!r}: a table of unit = price, as text")
    rates = cast("Mapping[str, Any]", table)
    return {
        unit: Rate.of(_decimal(f"{where}.rates.{unit}", amount), per, is_agreed=True)
        for unit, amount in rates.items()
    }


def _optional(where: str, value: object) -> Decimal | None:
    return None if value is None else _decimal(where, value)


def _instant(where: str, value: Any) -> datetime | None:
    """Return a date's first instant in UTC, or the instant itself; TOML has both as values."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))  # Python 3.10 knows no Z
        except ValueError:
            raise ConfigError(f"{where} is {value!r}: a date such as '2026-12-01'") from None
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise ConfigError(f"{where} is {value!r}: a date such as '2026-12-01'")
    return value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)


def _decimal(where: str, value: Any) -> Decimal:
    if isinstance(value, float):
        raise ConfigError(f"{where} is the float {value!r}: write it as text, e.g. {str(value)!r}")
    try:
        found = Decimal(value) if not isinstance(value, bool) else Decimal("NaN")
    except (InvalidOperation, TypeError, ValueError):
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise ConfigError(f"{where} is {value!r}: a decimal number ≥ 0, as text")
    return found
