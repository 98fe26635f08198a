"""The shape of a policy that comes from outside: TOML, JSON, a mapping. Checked by pydantic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_Texts = Sequence[str]
# Field → the type that pydantic checks, and what the error says is wanted.
_SHAPES: Mapping[str, tuple[Any, str]] = {
    "allowed_providers": (_Texts, "a list of provider names, or ['*']"),
    "allowed_models": (_Texts, "a list of provider:model patterns"),
    "denied_models": (_Texts, "a list of provider:model patterns"),
    "mandatory_dimensions": (bool | _Texts, "true, false or a list of keys"),
    "allowed_dimension_keys": (_Texts | None, "a list of keys; leave it out to allow any"),
    "max_dimension_pairs": (int, "a whole number"),
    "max_dimension_key_length": (int, "a whole number"),
    "max_dimension_value_length": (int, "a whole number"),
    "max_cost_per_request": (Decimal | str | None, 'an amount in USD as text, e.g. "0.50"'),
    "budgets": (Sequence[Any], "a list"),
    "rules": (Sequence[Mapping[str, Any]], "a list of tables"),
    "aliases": (Mapping[str, str], "a table of model → model"),
    "unpriced": (str, "text"),
    "unbounded": (str, "text"),
    "mode": (str, "text"),
}
_SHOWN = 60


def misshapen(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with each field that is unknown or of a wrong type; {} if none is."""
    import pydantic  # heavy, and needed only for documents: kept off the import path

    options = pydantic.ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
    shapes: dict[str, Any] = {name: (_SHAPES[name][0], ...) for name in _SHAPES if name in document}
    model = pydantic.create_model("Policy", __config__=options, **shapes)
    try:
        model.model_validate(dict(document))
    except pydantic.ValidationError as error:
        found: dict[str, str] = {}
        for one in error.errors(include_url=False):
            found.setdefault(str(one["loc"][0]), _line(str(one["loc"][0]), document))
        return found
    return {}


def _line(field: str, document: Mapping[str, Any]) -> str:
    if field not in _SHAPES:
        return f"{field!r} is not a field of a policy: choose from {sorted(_SHAPES)}"
    return f"{field} is {repr(document[field])[:_SHOWN]}: {_SHAPES[field][1]}"
