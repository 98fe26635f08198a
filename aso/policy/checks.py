"""What is wrong with the values of a policy's fields: plain checks, one line each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from aso.dimension_rules import MAX_KEY_LENGTH, MAX_PAIRS, MAX_VALUE_LENGTH
from aso.policy.patterns import ALIASES
from aso.providers import PROVIDERS

_KNOWN = frozenset({*PROVIDERS, *ALIASES})
_MODEL_PATTERN = re.compile(r"(?P<provider>[^:*\s]+):(\*|[^*\s]+\*?)")
_LIMITS = {
    "max_dimension_pairs": MAX_PAIRS,
    "max_dimension_key_length": MAX_KEY_LENGTH,
    "max_dimension_value_length": MAX_VALUE_LENGTH,
}
_CHOICES = {
    "mode": ("enforce", "warn", "shadow"),
    "unpriced": ("allow", "ceiling", "block"),
    "unbounded": ("context_window", "block", "allow"),
}
# Not enforced by this version: anything but these defaults is refused, never silently ignored.
_LATER: Mapping[str, Any] = {
    "max_cost_per_request": None,
    "budgets": (),
    "rules": (),
    "unpriced": "allow",
    "unbounded": "context_window",
}


def problems(fields: Mapping[str, Any]) -> list[str]:
    """Return one line for each wrong value; all of the policy's fields are given."""
    return [
        *_providers(fields["allowed_providers"]),
        *_models("allowed_models", fields["allowed_models"]),
        *_models("denied_models", fields["denied_models"]),
        *_dimensions(fields["mandatory_dimensions"], fields["allowed_dimension_keys"]),
        *_limits(fields),
        *_aliases(fields["aliases"]),
        *_choices(fields),
        *_spending(fields),
        *_later(fields),
    ]


def _providers(names: Any) -> Iterator[str]:
    if not _is_texts(names):
        yield f"allowed_providers is {names!r}: a list of provider names, or ['*']"
        return
    for name in names:
        if name != "*" and name not in _KNOWN:
            yield f"allowed_providers has {name!r}: choose from {['*', *sorted(_KNOWN)]}"


def _models(field: str, patterns: Any) -> Iterator[str]:
    if not _is_texts(patterns):
        yield f"{field} is {patterns!r}: a list of provider:model patterns"
        return
    for pattern in patterns:
        found = _MODEL_PATTERN.fullmatch(pattern)
        if found is None and pattern != "*":
            yield f"{field} has {pattern!r}: write provider:model, one * at most, at its end; or *"
        elif found is not None and found["provider"] not in _KNOWN:
            yield f"{field} has {pattern!r}: its provider is not one of {sorted(_KNOWN)}"


def _dimensions(mandatory: Any, keys: Any) -> Iterator[str]:
    if not isinstance(mandatory, bool) and not _is_texts(mandatory):
        yield f"mandatory_dimensions is {mandatory!r}: true, false or a list of keys"
        return
    if keys is None:
        return
    if not _is_texts(keys):
        yield f"allowed_dimension_keys is {keys!r}: a list of keys; leave it out to allow any"
        return
    for key in () if isinstance(mandatory, bool) else tuple[str, ...](mandatory):
        if key not in keys and key != "env":
            yield f"mandatory_dimensions has {key!r}: add it to allowed_dimension_keys {list(keys)}"


def _limits(fields: Mapping[str, Any]) -> Iterator[str]:
    for field, limit in _LIMITS.items():
        value = fields[field]
        if type(value) is not int or not 0 <= value <= limit:
            yield f"{field} is {value!r}: a whole number from 0 to {limit}"


def _aliases(aliases: Any) -> Iterator[str]:
    if not isinstance(aliases, Mapping) or not _is_texts([*aliases, *aliases.values()]):
        yield f"aliases is {aliases!r}: a table of model as it is called → model as it is matched"


def _choices(fields: Mapping[str, Any]) -> Iterator[str]:
    for field, choices in _CHOICES.items():
        if fields[field] not in choices:
            yield f"{field} is {fields[field]!r}: choose from {list(choices)}"


def _spending(fields: Mapping[str, Any]) -> Iterator[str]:
    cost = fields["max_cost_per_request"]
    if cost is not None and not _is_money(cost):
        yield f"max_cost_per_request is {cost!r}: a positive amount in USD, as Decimal or text"
    for field in ("budgets", "rules"):
        if not isinstance(fields[field], (list, tuple)):
            yield f"{field} is {fields[field]!r}: a list"


def _later(fields: Mapping[str, Any]) -> Iterator[str]:
    for field, default in _LATER.items():
        value = tuple(fields[field]) if isinstance(fields[field], list) else fields[field]
        if value != default:
            yield f"{field} is set: this version does not enforce it yet; leave it out"


def _is_money(value: Any) -> bool:
    if not isinstance(value, (Decimal, str)):
        return False
    try:
        return Decimal(value).is_finite() and Decimal(value) > 0
    except InvalidOperation:
        return False


def _is_texts(value: Any) -> bool:
    if not isinstance(value, (list, tuple)):
        return False
    return all(isinstance(one, str) and one for one in cast("Sequence[Any]", value))
