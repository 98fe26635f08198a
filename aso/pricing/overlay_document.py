"""A document of contract prices → its terms, checked: each error says value, rule and way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timezone
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any, cast

from aso.errors import ConfigError
from aso.pricing.catalog import Rate
from aso.pricing.conditions import STANDARD, unusual
from aso.pricing.term import CONDITIONS, Term
from aso.pricing.units import UNITS
from aso.providers import PROVIDERS
from aso.semconv import TOKEN_FIELDS

_FIELDS = frozenset(
    {"name", "multiplier", "fee", "rates", "per", "since", "until", "when", "dimensions"}
)
_EXAMPLES = {"when": "{ service_tier = 'priority' }", "dimensions": "{ team = 'search' }"}
_PER = 1_000_000
_MOST, _PLACES = 10**9, 18
# The event's name of a count that price lists know by another, e.g. prompt_tokens.
_UNIT_OF = {field: name for name, field in TOKEN_FIELDS.items() if field not in UNITS}
_TABLES: tuple[Any, ...] = (Mapping,)
_LISTS: tuple[Any, ...] = (list, tuple)


def terms_of(document: Mapping[str, Any]) -> Sequence[Term]:
    """Return every term of the document.

    Raises:
        ConfigError: one is wrong, or two of them could both hold for one call.
    """
    # in the same order however a document's keys are: which of two holds may depend on it
    patterns = sorted(document, key=str)
    terms = [term for pattern in patterns for term in _terms(pattern, document[pattern])]
    for one, other in combinations(terms, 2):
        if one.overlaps(other):
            raise ConfigError(
                f"prices: {one.name!r} and {other.name!r} cover the same calls of "
                f"{one.pattern!r} at the same time: set since and until so that one ends where "
                "the other begins, or tell them apart by when or dimensions"
            )
    return tuple(terms)


def _terms(pattern: object, found: object) -> Iterator[Term]:
    where = f"prices[{pattern!r}]"
    _check_pattern(where, pattern)
    if not isinstance(found, _LISTS):
        yield _term(where, str(pattern), found, name=str(pattern))
        return
    _expect_some(where, found)
    for number, table in enumerate(cast("Sequence[object]", found), 1):
        yield _term(f"{where}[{number}]", str(pattern), table, name=f"{pattern}#{number}")


def _check_pattern(where: str, pattern: object) -> None:
    if pattern == "*":
        return
    if not isinstance(pattern, str) or ":" not in pattern:
        raise ConfigError(f"{where}: write provider:model, e.g. 'openai:gpt-4o' or 'openai:*'")
    if "*" in pattern[:-1]:
        raise ConfigError(f"{where}: a * may only stand at the end, e.g. 'openai:gpt-4o*'")
    provider = pattern.partition(":")[0]
    if provider not in PROVIDERS:
        raise ConfigError(
            f"{where}: provider {provider!r} is not known: choose from {sorted(PROVIDERS)}"
        )


def _term(where: str, pattern: str, table: object, *, name: str) -> Term:
    fields = _fields(where, table)
    since, until = (_instant(f"{where}.{name}", fields.get(name)) for name in ("since", "until"))
    if since is not None and until is not None and since >= until:
        raise ConfigError(
            f"{where}.until is {_shown(fields['until'])}, and since {_shown(fields['since'])}: "
            "until must be a time after since"
        )
    fee = _optional(f"{where}.fee", fields.get("fee"))
    term = Term(
        _name(f"{where}.name", fields.get("name", name)),
        pattern,
        _optional(f"{where}.multiplier", fields.get("multiplier")),
        None if fee is None else Rate.of(fee, 1, is_agreed=True),
        _rates(where, fields.get("rates"), fields.get("per", _PER)),
        since,
        until,
        _when(f"{where}.when", _texts(where, fields, "when")),
        _texts(where, fields, "dimensions"),
    )
    if term.multiplier is None and term.fee is None and not term.rates:
        raise ConfigError(f"{where} changes no price: give it a multiplier, rates or a fee")
    return term


def _fields(where: str, table: object) -> Mapping[str, Any]:
    if not isinstance(table, _TABLES) or not table:
        raise ConfigError(f"{where} is {table!r}: a table with some of {sorted(_FIELDS)}")
    fields = cast("Mapping[str, Any]", table)
    if unknown := sorted(str(name) for name in fields.keys() - _FIELDS):
        raise ConfigError(f"{where} has unknown fields {unknown}: choose from {sorted(_FIELDS)}")
    return fields


def _name(where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ConfigError(f"{where} is {value!r}: a short text that cost lines are to show")
    return value


def _texts(where: str, fields: Mapping[str, Any], field: str) -> Mapping[str, str]:
    table = fields.get(field)
    if table is None:
        return {}
    said = cast("Mapping[Any, Any]", table) if isinstance(table, _TABLES) else {None: table}
    if any(not isinstance(one, str) for pair in said.items() for one in pair):
        raise ConfigError(
            f"{where}.{field} is {_shown(table)}: a table of texts, e.g. {_EXAMPLES[field]}"
        )
    _expect_some(f"{where}.{field}", said)
    return dict(said)


def _expect_some(where: str, found: Any) -> None:
    """Refuse what is there and empty: it would say nothing, or hold for all."""
    if not found:
        raise ConfigError(f"{where} is empty: name some, or leave it out")


def _shown(value: object) -> str:
    """Return a value as a document has it: TOML's dates and times without their Python names."""
    return value.isoformat() if isinstance(value, (date, time)) else repr(value)


def _when(where: str, said: Mapping[str, str]) -> Mapping[str, str]:
    """Return the conditions as `unusual` writes them; what is as usual is ``standard``."""
    if unknown := sorted(said.keys() - set(CONDITIONS)):
        raise ConfigError(f"{where} has {unknown}: choose from {list(CONDITIONS)}")
    found: dict[str, str] = {}
    for name, value in said.items():
        text = value.strip().lower()
        usual = {name: "standard" if text in STANDARD else text}
        found.update(unusual({name: text}) or usual)
    return found


def _rates(where: str, table: object, per: object) -> Mapping[str, Rate]:
    if isinstance(per, bool) or not isinstance(per, int) or per <= 0:
        raise ConfigError(f"{where}.per is {per!r}: a whole number of units over 0")
    if table is None:
        return {}
    if not isinstance(table, _TABLES):
        raise ConfigError(f"{where}.rates is {table!r}: a table of unit = price, as text")
    rates = cast("Mapping[str, Any]", table)
    _expect_some(f"{where}.rates", rates)
    for unit in rates:
        if unit in _UNIT_OF:
            raise ConfigError(f"{where}.rates.{unit}: price lists say {_rate_name(unit)}")
    return {
        unit: Rate.of(_decimal(f"{where}.rates.{unit}", amount), per, is_agreed=True)
        for unit, amount in rates.items()
    }


def _rate_name(field: str) -> str:
    name = _UNIT_OF[field]
    return name if name in UNITS else name.replace("_input_tokens", "_tokens")


def _optional(where: str, value: object) -> Decimal | None:
    return None if value is None else _decimal(where, value)


def _instant(where: str, value: Any) -> datetime | None:
    """Return a date's first instant in UTC, or the instant itself; TOML has both as values."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))  # Python 3.10 knows no Z
        except ValueError:
            raise ConfigError(f"{where} is {_shown(value)}: a date such as '2026-12-01'") from None
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise ConfigError(f"{where} is {_shown(value)}: a date such as '2026-12-01'")
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
    if found > _MOST or int(found.as_tuple().exponent) < -_PLACES:
        raise ConfigError(
            f"{where} is {value!r}: at most {_MOST:,} and {_PLACES} decimal places, so that every "
            "line is exact"
        )
    return found
