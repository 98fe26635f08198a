"""What was done beside an answer, at other models' prices → usage by model, as prices ask for it.

Anthropic lists it in the usage; what a tool of OpenAI's Responses draws stands in ``tool_usage``, and
the model in the answer's ``tools``, where it is said at all (recorded from Azure, 2026-11-26).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from aso.reading import at
from aso.records import Usage
from aso.semconv import TOKEN_FIELDS
from aso.usage import interpret
from aso.usage_rules import beside_answer
from aso.wire import SHAPES
from aso.wire.messages import COUNTERS

_RULE = "iterations_outside"
_ONE = COUNTERS._replace(rules=("cache_outside",))


def done_beside(
    usage: Any, extra: Mapping[str, Any] | None, wire: str | None
) -> list[dict[str, Any]]:
    """Return token names → count of each, with its ``model`` where it is said; most often none."""
    if isinstance(usage, dict) and "iterations" in usage:
        return _iterations(cast("dict[str, Any]", usage), wire)
    return _drawn(extra) if extra and "drawing_model" in extra else []


def _iterations(usage: dict[str, Any], wire: str | None) -> list[dict[str, Any]]:
    if wire is None or _RULE not in SHAPES[wire].counters.rules:
        return []
    return [found for one in beside_answer(usage) if (found := _read(one))]


def _read(raw: dict[str, Any]) -> dict[str, Any]:
    model = raw.get("model")
    found = _counts(interpret(raw, None, _ONE))
    if found is not None and isinstance(model, str) and model:
        found["model"] = model
    return found or {}


def _drawn(extra: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tokens of what a tool drew, and its model; nothing where that is not said."""
    model, raw = extra["drawing_model"], at(extra.get("tool_usage"), "image_gen")
    found = _counts(interpret(raw, None, SHAPES["images"].counters)) if model else None
    return [{**found, "model": model}] if found else []


def _counts(said: Usage | None) -> dict[str, Any] | None:
    if said is None:
        return None
    counts = {TOKEN_FIELDS[name]: getattr(said, name) for name in TOKEN_FIELDS}
    return {name: count for name, count in counts.items() if count}
