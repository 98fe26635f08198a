"""What `price()` was asked for, checked. The good case costs some tenths of a microsecond."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from aso.arguments import expect_instant, expect_text, shown
from aso.errors import ConfigError
from aso.pricing.units import as_quantity
from aso.records import Usage

_USAGES: tuple[Any, ...] = (Usage, dict, Mapping)
_TABLES: tuple[Any, ...] = (Mapping,)
_LISTS: tuple[Any, ...] = (list, tuple, set, frozenset)
_UTC = timezone.utc
_NO_COUNTS = frozenset({"units", "source"})
# Conditions that are no text, of what types they are, and what the error says is wanted.
_OTHERS: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "tools": (_LISTS, "a list of names, e.g. ['web_search_preview']"),
    "iterations": (_LISTS, "a list of mappings, e.g. [{'prompt_tokens': 11, 'model': 'm'}]"),
    "provider_reported": (_TABLES, "a mapping such as {'cost': '0.01'}"),
    "dimensions": (_TABLES, "a mapping such as {'team': 'search'}"),
}
_EXAMPLES = {
    "service_tier": "flex",
    "processing": "batch",
    "speed": "fast",
    "inference_geo": "us",
    "data_residency": "eu",
    "search_context_size": "low",
    "endpoint": "chat/completions",
    "size": "1024x1792",
    "quality": "hd",
}


def expect_asked(
    usage: Any, provider: Any, model: Any, at: Any, conditions: Mapping[str, Any]
) -> None:
    """Raise where an argument of `price()` is wrong; ``conditions`` without the overlay.

    Raises:
        ConfigError: it is.
    """
    if type(usage) is not Usage and not isinstance(usage, _USAGES):
        raise ConfigError(
            f"usage is {shown(usage)}: pass a Usage, or a mapping such as {{'prompt_tokens': 11}}"
        )
    if not (provider and isinstance(provider, str)):
        expect_text("provider", provider, "openai")
    if not (model and isinstance(model, str)):
        expect_text("model", model, "gpt-5.4")
    if not isinstance(at, datetime) or (at.tzinfo is not _UTC and at.utcoffset() is None):
        expect_instant(at)
    for name, value in conditions.items():
        if value is not None and not (value and type(value) is str and name in _EXAMPLES):
            _expect_condition(name, value)


def expect_quantities(usage: Usage | Mapping[str, Any]) -> None:
    """Raise where a name is no text, or a quantity none.

    Raises:
        ConfigError: one is.
    """
    if isinstance(usage, Usage):
        _expect_counts(usage)
        return
    for name, value in usage.items():
        expect_text("a name in usage", name, "prompt_tokens")
        if value is not None and as_quantity(value) is None:
            raise ConfigError(
                f"usage[{name!r}] is {shown(value)}: a number ≥ 0, or None for unknown"
            )


def _expect_counts(usage: Usage) -> None:
    for name, value in usage._asdict().items():
        if name not in _NO_COUNTS and value is not None and not isinstance(value, int):
            raise ConfigError(
                f"usage[{name!r}] is {shown(value)}: a Usage counts in whole numbers; None for "
                "unknown"
            )


def _expect_condition(name: str, value: Any) -> None:
    if name not in _OTHERS:
        expect_text(name, value, _EXAMPLES[name])
        return
    types, wanted = _OTHERS[name]
    if not isinstance(value, types):
        raise ConfigError(f"{name} is {shown(value)}: {wanted}")
    members = Mapping if name == "iterations" else str
    if types is _LISTS and not all(isinstance(one, members) for one in value):
        raise ConfigError(f"{name} is {shown(value)}: {wanted}")
