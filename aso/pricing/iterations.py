"""Work beside an answer, each at its own model's rates: compaction, advisors, images drawn by a tool.

Anthropic counts it apart from the answer and bills it all the same; a compaction is the request's
own model's (its "Compaction at a token threshold" of 2026-10-30, as read by
velog.io/@jungseonw00/claude-compaction-usage-iterations on 2026-11-26), an advisor names its model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from aso.pricing import money
from aso.pricing.compute import Calculated
from aso.records import Usage

CONDITION = "iterations"  # a mapping of the event's token names each, with its `model`
# What the event says of them together: in no line, where each of them is in some.
_TOGETHER = (
    *("iteration_input_tokens", "iteration_output_tokens"),
    *("image_generation_input_tokens", "image_generation_output_tokens"),
)


def said(conditions: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Yield the model of each, None for the answer's own, and what it used."""
    found = cast("Sequence[Mapping[str, Any]]", conditions[CONDITION] or ())
    for one in found:
        yield one.get("model"), {name: one[name] for name in one if name != "model"}


def apart(usage: Usage | Mapping[str, Any]) -> Usage | Mapping[str, Any]:
    """Return the usage of the answer itself."""
    if isinstance(usage, Usage):
        return usage._replace(units=_without(usage.units))
    return _without(usage)


def together(
    answer: Calculated, parts: Sequence[Calculated | None], usage: Usage | Mapping[str, Any]
) -> Calculated:
    """Return the cost of an answer with what was done beside it; None: its model has no price."""
    known = [answer, *[part for part in parts if part is not None]]
    lines = [line for one in known for line in one.lines]
    notes = [note for one in known for note in one.notes]
    units = usage.units if isinstance(usage, Usage) else usage
    is_missing = len(known) <= len(parts)
    missing = [f"no_rate:{unit}" for unit in _TOGETHER if unit in units and is_missing]
    return Calculated(
        tuple(lines),
        money.total([one.total for one in known]),
        tuple(dict.fromkeys((*notes, *missing))),
        is_empty=all(one.is_empty for one in known),
        is_sure=not is_missing and all(one.is_sure for one in known),
        is_custom=any(one.is_custom for one in known),
    )


def _without(units: Mapping[str, Any]) -> dict[str, Any]:
    return {name: quantity for name, quantity in units.items() if name not in _TOGETHER}
