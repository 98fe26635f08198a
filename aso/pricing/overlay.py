"""Contract prices: a document of rates, multipliers and fees over the catalog; hashed, named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from aso.documents import read
from aso.errors import ConfigError
from aso.pricing.catalog import Rate

_FIELDS = frozenset({"multiplier", "fee", "rates", "per"})
_PER = 1_000_000


@dataclass(frozen=True, slots=True)
class Term:
    """What was agreed for the models that a pattern covers."""

    pattern: str
    multiplier: Decimal | None
    fee: Decimal | None
    rates: Mapping[str, Rate]

    def covers(self, name: str) -> bool:
        """Return True for ``provider:model`` under the pattern."""
        if self.pattern.endswith("*"):
            return name.startswith(self.pattern[:-1])
        return name == self.pattern


@dataclass(frozen=True, slots=True)
class Overlay:
    """All terms; of those that cover a model, the one with the longest pattern holds."""

    terms: Sequence[Term]
    sha256: str

    def term(self, provider: str, model: str) -> Term | None:
        """Return what was agreed for a model; None: nothing."""
        name = f"{provider}:{model}"
        found = [term for term in self.terms if term.covers(name)]
        return max(found, key=lambda term: len(term.pattern), default=None)


def load_overlay(source: Mapping[str, Any] | str | Path) -> Overlay:
    """Return the overlay of a mapping, or of a TOML or JSON file.

    The document maps ``provider:model`` (a trailing ``*`` allowed) to a table with ``multiplier``
    (on every line), ``rates`` (unit → USD per ``per`` units, a million by default) and ``fee`` (USD
    per call).

    Raises:
        ConfigError: a pattern, a field or a number is wrong.
    """
    document = read(source, "prices")
    terms = [_term(pattern, table) for pattern, table in document.items()]
    canonical = json.dumps(document, sort_keys=True, default=str)
    return Overlay(tuple(terms), hashlib.sha256(canonical.encode()).hexdigest())


def _term(pattern: str, table: Any) -> Term:
    where = f"prices[{pattern!r}]"
    if ":" not in pattern and pattern != "*":
        raise ConfigError(f"{where}: write provider:model, e.g. 'openai:gpt-4o' or 'openai:*'")
    if not isinstance(table, Mapping) or not table:
        raise ConfigError(f"{where} is {table!r}: a table with some of {sorted(_FIELDS)}")
    if unknown := sorted(table.keys() - _FIELDS):
        raise ConfigError(f"{where} has unknown fields {unknown}: choose from {sorted(_FIELDS)}")
    per = table.get("per", _PER)
    if isinstance(per, bool) or not isinstance(per, int) or per <= 0:
        raise ConfigError(f"{where}.per is {per!r}: a whole number of units over 0")
    rates = {
        unit: Rate(_decimal(f"{where}.rates.{unit}", amount), per)
        for unit, amount in dict(table.get("rates", {})).items()
    }
    return Term(
        pattern,
        _optional(f"{where}.multiplier", table.get("multiplier")),
        _optional(f"{where}.fee", table.get("fee")),
        rates,
    )


def _optional(where: str, value: Any) -> Decimal | None:
    return None if value is None else _decimal(where, value)


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
