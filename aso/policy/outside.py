"""The shape of a policy that comes from outside: TOML, JSON, a mapping. Checked by pydantic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_Texts = Sequence[str]
_SHAPES: Mapping[str, Any] = {
    "allowed_providers": _Texts,
    "allowed_models": _Texts,
    "denied_models": _Texts,
    "mandatory_dimensions": bool | _Texts,
    "allowed_dimension_keys": _Texts | None,
    "max_dimension_pairs": int,
    "max_dimension_key_length": int,
    "max_dimension_value_length": int,
    "max_cost_per_request": Decimal | str | None,
    "budgets": Sequence[Any],
    "rules": Sequence[Mapping[str, Any]],
    "aliases": Mapping[str, str],
    "unpriced": str,
    "unbounded": str,
    "mode": str,
}
_SHOWN = 60


def misshapen(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with each field that is unknown or of a wrong type; {} if none is."""
    import pydantic  # heavy, and needed only for documents: kept off the import path

    options = pydantic.ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
    fields: dict[str, Any] = {name: (shape, ...) for name, shape in _SHAPES.items()}
    model = pydantic.create_model(
        "PolicyDocument",
        __config__=options,
        **{name: fields[name] for name in _SHAPES if name in document},
    )
    try:
        model.model_validate(dict(document))
    except pydantic.ValidationError as error:
        found: dict[str, str] = {}
        for one in error.errors(include_url=False):
            found.setdefault(str(one["loc"][0]), _line(one["loc"], one["msg"], one["input"]))
        return found
    return {}


def _line(loc: Sequence[int | str], message: str, value: object) -> str:
    field = str(loc[0])
    if field not in _SHAPES:
        return f"{field!r} is not a field of a policy: choose from {sorted(_SHAPES)}"
    place = "".join(f"[{step!r}]" for step in loc[1:] if not _is_branch(step))
    return f"{field}{place} is {repr(value)[:_SHOWN]}: {message[0].lower()}{message[1:]}"


def _is_branch(step: int | str) -> bool:
    """Return True for pydantic's own name of one side of a union, e.g. ``json-or-python[...]``."""
    return isinstance(step, str) and ("[" in step or step in {"bool", "decimal", "str"})
