"""The smallest JSON value that is a valid value of a type of the SDK."""

from __future__ import annotations

import types
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import pydantic

_PLAIN: dict[Any, Any] = {
    str: "string",
    int: 0,
    float: 0.5,
    bool: True,
    bytes: "string",
    datetime: "2026-01-01T00:00:00Z",
    date: "2026-01-01",
    object: {},
    type(None): None,
    None: None,
}
_DEEP = 12


def sample(kind: Any, depth: int = 0) -> Any:
    """Return a value; lists have one item, unions are their first kind, optional fields stay out."""
    kind = getattr(kind, "__value__", kind)  # type X = ...
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return parts[0]
    if origin in (Annotated, Union, types.UnionType):
        return sample(parts[0], depth)
    if origin in (list, tuple) or (isinstance(origin, type) and issubclass(origin, list)):
        return [] if depth > _DEEP else [sample(parts[0], depth + 1)]
    if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
        return _model(kind, depth)
    return "string" if isinstance(kind, TypeVar) else {}


def page(kind: Any, item: Any) -> Any:
    """Return a page of one item."""
    found = sample(kind)
    if isinstance(found, dict) and "data" in found:
        found["data"] = [sample(item)]
    return found


def _model(kind: type[pydantic.BaseModel], depth: int) -> dict[str, Any]:
    return {
        field.alias or name: sample(field.annotation, depth + 1)
        for name, field in kind.model_fields.items()
        if field.is_required()
    }
