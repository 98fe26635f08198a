"""The rules that always hold for dimensions, and how a header writes them. Pure.

Limits and texts are the hosted product's (docs.aispendops.com, read 2026-11-23).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from aso.errors import DimensionError

MAX_PAIRS = 8
MAX_KEY_LENGTH = 32
MAX_VALUE_LENGTH = 64
_SHOWN = 40
_MAX_TEXT = 8192  # 8 pairs at their longest, with every character escaped, are shorter


def written(mapping: object, tags: Mapping[str, str]) -> dict[str, str]:
    """Return dimensions that code has written, as plain strings.

    Raises:
        DimensionError: more than 8 pairs, a key over 32 or a value over 64 characters, or no text.
    """
    if not isinstance(mapping, (Mapping, type(None))):
        raise _error(
            f"Dimensions are a {type(mapping).__name__}: a mapping of strings is needed; "
            'write {"team": "search"} or team="search"',
            "dimensions",
            type(mapping).__name__,
        )
    dims = {**cast("Mapping[str, str]", mapping or {}), **tags}
    for breach in breaches(dims):
        raise breach
    return {str.__str__(key): str.__str__(value) for key, value in dims.items()}


def merged(outer: Mapping[str, str], inner: Mapping[str, str]) -> dict[str, str]:
    """Return checked dimensions laid over one another; inner wins.

    Raises:
        DimensionError: together they are more than 8.
    """
    dims = {**outer, **inner}
    if len(dims) > MAX_PAIRS:
        raise _too_many(dims, MAX_PAIRS)
    return dims


def breaches(
    dims: Mapping[Any, Any],
    *,
    max_pairs: int = MAX_PAIRS,
    max_key_length: int = MAX_KEY_LENGTH,
    max_value_length: int = MAX_VALUE_LENGTH,
) -> Iterator[DimensionError]:
    """Yield what is wrong with the dimensions, one error each."""
    if len(dims) > max_pairs:
        yield _too_many(dims, max_pairs)
    for key, value in dims.items():
        if not key or not is_text(key) or not is_text(value):
            yield _error(
                f"Dimension {_short(key)} is {_short(value)}: keys are non-empty strings, "
                "values are strings, both of Unicode text; use str()",
                "dimensions",
                _short(key),
            )
        elif len(key) > max_key_length:
            yield _error(
                f"Dimension key too long: {_short(key)} has {len(key)} characters, "
                f"at most {max_key_length} are allowed; shorten it",
                "max_dimension_key_length",
                key[:_SHOWN],
            )
        elif len(value) > max_value_length:
            yield _error(
                f"Dimension value too long: {key}={_short(value)} has {len(value)} characters, "
                f"at most {max_value_length} are allowed; shorten it",
                "max_dimension_value_length",
                key,
            )


def parse_dims(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the dimensions that a header or a variable writes, and what had to be dropped.

    Args:
        text: ``team=search,app=shop`` or a JSON object of strings.

    Returns:
        The pairs that keep the rules, and one line for each that does not. Never raises: what
        comes from outside must not stop a call.
    """
    pairs, dropped = _pairs(text.strip())
    kept, breaking = kept_of(pairs)
    return kept, dropped + breaking


def kept_of(pairs: Iterable[tuple[Any, Any]]) -> tuple[dict[str, str], list[str]]:
    """Return those of the pairs from outside that keep the rules, and a line for each other.

    Of a key that comes again, the last is kept.
    """
    kept: dict[str, str] = {}
    dropped: list[str] = []
    for key, value in pairs:
        found = next(breaches({**kept, key: value}), None)
        if found is None:
            kept[key] = value
        else:
            dropped.append(str(found))
    return kept, dropped


def is_text(value: object) -> bool:
    """Return True for a string that can be written as UTF-8: one without lone surrogates."""
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _pairs(text: str) -> tuple[list[tuple[Any, Any]], list[str]]:
    if len(text) > _MAX_TEXT:
        return [], [f"dimensions are {len(text)} characters long; at most {_MAX_TEXT} are read"]
    if text.startswith("{"):
        try:
            return list(json.loads(text).items()), []
        except (ValueError, RecursionError):
            return [], ["dimensions are not a JSON object; write team=a,app=b or JSON"]
    pairs: list[tuple[Any, Any]] = []
    dropped: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = part.partition("=")
        if equals and key.strip():
            pairs.append((key.strip(), value.strip()))
        else:
            dropped.append(f"dimension {_short(part)} is not key=value; write team=search")
    return pairs, dropped


def _too_many(dims: Mapping[Any, Any], max_pairs: int) -> DimensionError:
    keys = ", ".join(sorted(str(key)[:_SHOWN] for key in dims))
    message = f"Too many dimension pairs (max {max_pairs}): {len(dims)} are in force ({keys}); "
    return _error(f"{message}drop some", "max_dimension_pairs", str(len(dims)))


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]}...{text[0]}"


def _error(message: str, rule: str, value: str) -> DimensionError:
    return DimensionError(message, rule=rule, value=value)
