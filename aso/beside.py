"""What Anthropic says that it did beside an answer → usage by model, as prices ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.semconv import TOKEN_FIELDS
from aso.usage import interpret
from aso.usage_rules import beside_answer
from aso.wire import SHAPES
from aso.wire.messages import COUNTERS

_RULE = "iterations_outside"
_ONE = COUNTERS._replace(rules=("cache_outside",))


def iterations(usage: Mapping[str, Any], wire: str | None) -> list[dict[str, Any]]:
    """Return token names → count of each, with its ``model`` where it is said; most often none."""
    if wire is None or _RULE not in SHAPES[wire].counters.rules:
        return []
    return [found for one in beside_answer(usage) if (found := _read(one))]


def _read(raw: dict[str, Any]) -> dict[str, Any]:
    said, model = interpret(raw, None, _ONE), raw.get("model")
    if said is None:
        return {}
    counts = {TOKEN_FIELDS[name]: getattr(said, name) for name in TOKEN_FIELDS}
    found: dict[str, Any] = {name: count for name, count in counts.items() if count}
    if isinstance(model, str) and model:
        found["model"] = model
    return found
