"""Reads a usage object: paths into nested tables, and counts that are believed or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from aso.records import Quantity, Usage

_NOT_COUNTERS = {"units", "source"}
TOKEN_NAMES = tuple(name for name in Usage._fields if name not in _NOT_COUNTERS)
Paths = tuple[tuple[str, ...], ...]  # each split at its dots


class Reading:
    """Counters while they are reconciled. ``doubtful``: something said could not be believed."""

    __slots__ = ("doubtful", "said", "total", "units")

    def __init__(self) -> None:
        self.said: dict[str, int | None] = dict.fromkeys(TOKEN_NAMES)
        self.total: int | None = None
        self.units: dict[str, Quantity] = {}
        self.doubtful = False


def at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path of nested tables; None where nothing does."""
    return _follow(value, NAMES.get(path) or split(path))


def _follow(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if type(value) is not TABLE:
            return None
        value = value.get(name)
    return value


TABLE: type[dict[str, Any]] = dict
is_a: Callable[[object, Any], bool] = isinstance  # under this name it narrows nothing
NAMES: dict[str, tuple[str, ...]] = {}  # paths stand in tables of ours: there are few


def split(path: str) -> tuple[str, ...]:
    """Return a dotted path's names, and remember them."""
    names = NAMES[path] = tuple(path.split("."))
    return names


def count(raw: Mapping[str, Any], paths: Paths, reading: Reading) -> int | None:
    """Return the first whole number said at a path; what is none makes the reading doubtful."""
    for names in paths:
        value: Any = raw
        for name in names:  # as _follow does: a call for each counter is what reading costs
            if type(value) is not TABLE:
                value = None
                break
            value = value.get(name)
        if type(value) is int and value >= 0:
            return value
        if value is None:
            continue
        if isinstance(value, (float, Decimal)) and _is_whole(value):
            return int(value)
        reading.doubtful = True
    return None


def _is_whole(value: float | Decimal) -> bool:
    return isfinite(value) and value >= 0 and value == int(value)


def quantity(raw: Mapping[str, Any], paths: Paths) -> Quantity | None:
    """Return the first amount said at a path: a whole number or an exact decimal."""
    for names in paths:
        value = _follow(raw, names)
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            continue
        if isfinite(value) and value >= 0:
            return value if isinstance(value, int) else Decimal(str(value))
    return None
