"""Reads answers in whatever form they come: JSON values, or an SDK's own objects, without methods.

SDK objects are pydantic models: their fields are in ``__dict__``, unknown ones in
``__pydantic_extra__``. Reading those two runs no code of the SDK and copies nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

# The interpreter's own, under types that say what is inside: a checker that narrows Any to dict
# itself knows nothing of its keys, and a cast is a call.
TABLE: type[dict[str, Any]] = dict
LIST: type[list[Any]] = list
TUPLE: type[tuple[Any, ...]] = tuple
LISTS = (list, tuple)
is_a: Callable[[object, Any], bool] = isinstance

_ATOMS = frozenset({str, int, float, bool, type(None)})


def field(value: Any, name: str) -> Any:
    """Return the named field of a mapping or an SDK object; None where there is none."""
    if type(value) is TABLE:
        return value.get(name)
    found = getattr(value, "__dict__", _EMPTY).get(name)
    if found is None:
        extra = getattr(value, "__pydantic_extra__", None)
        return extra.get(name) if extra else None
    return found


def fields(value: Any) -> Mapping[str, Any]:
    """Return all fields of a mapping or an SDK object: for whoever reads several of them."""
    if type(value) is TABLE:
        return value
    found: dict[str, Any] = getattr(value, "__dict__", _EMPTY)
    extra = getattr(value, "__pydantic_extra__", None)
    return {**found, **extra} if extra else found


def plain(value: Any) -> Any:
    """Return the value as JSON data that any encoder takes; fields that are None are left out."""
    if type(value) is str:
        return _encodable(value)
    if type(value) in _ATOMS:
        return value
    if type(value) is TABLE:
        return {plain(key): plain(item) for key, item in value.items() if item is not None}
    if type(value) is LIST or type(value) is TUPLE:
        return [plain(item) for item in value]
    fields = getattr(value, "__dict__", None)
    if fields is None:
        return str(value)
    extra = getattr(value, "__pydantic_extra__", None)
    return plain({**fields, **extra} if extra else fields)


def _encodable(text: str) -> str:
    """Return the text with half a character (a lone surrogate of UTF-16) replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def items(value: Any) -> Sequence[Any]:
    """Return the value where it is a list, else an empty list: answers may be malformed."""
    return value if type(value) is LIST else ()


def text(value: Any) -> str | None:
    """Return the value where it is a string, else None."""
    return value if isinstance(value, str) else None


def characters(value: Any) -> int:
    """Return the number of characters of a string; 0 for anything else."""
    return len(value) if isinstance(value, str) else 0


def moment_ms(value: Any) -> int | None:
    """Return a moment in milliseconds: of seconds since the epoch, RFC 3339, or an SDK's datetime.

    Of text the seconds count, as UTC: Google's have up to nine decimals, and a ``Z``.
    """
    if type(value) is int:
        return value * 1000
    try:
        parsed = datetime.fromisoformat(str(value)[:19])
    except ValueError:
        return None
    return int(parsed.replace(tzinfo=timezone.utc).timestamp()) * 1000


def written(value: Any, keys: frozenset[str]) -> int:
    """Return the characters of all strings in nested content, counted under ``keys`` only."""
    if isinstance(value, str):
        return len(value)
    if not is_a(value, LISTS):
        if not is_a(value, TABLE):
            value = getattr(value, "__dict__", None)
        value = [value[key] for key in keys & value.keys()] if value else ()
    total = 0
    for item in value:
        if item is not None:
            total += len(item) if type(item) is str else written(item, keys)
    return total


_EMPTY: dict[str, Any] = {}
