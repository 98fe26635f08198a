"""Usage → disjoint billable quantities. Containment is arithmetic over one table, no ``if``.

Each unit says inside which whole it is counted. A leaf's quantity is what is reported of it, less
what is reported of its own parts; a whole keeps the rest. A leaf without a rate of its own is
billed at the rate of the whole around it: that is what "part of" means on a price list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aso.records import Quantity, Usage
from aso.semconv import TOKEN_FIELDS


@dataclass(frozen=True, slots=True)
class Unit:
    """One billable quantity.

    Attributes:
        name: as rates and cost lines write it.
        part_of: the whole that includes it; None: it stands alone.
        is_billed_as_whole: False where a rate of its own is needed, else it would be free.
    """

    name: str
    part_of: str | None = None


UNITS: Mapping[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("input_tokens"),
        Unit("cache_read_tokens", "input_tokens"),
        Unit("cache_write_tokens", "input_tokens"),
        Unit("cache_write_5m_tokens", "cache_write_tokens"),
        Unit("cache_write_1h_tokens", "cache_write_tokens"),
        Unit("input_audio_tokens", "input_tokens"),
        Unit("input_image_tokens", "input_tokens"),
        Unit("input_video_tokens", "input_tokens"),
        Unit("cache_read_audio_tokens", "cache_read_tokens"),
        Unit("cache_read_image_tokens", "cache_read_tokens"),
        Unit("output_tokens"),
        Unit("reasoning_tokens", "output_tokens"),
        Unit("output_audio_tokens", "output_tokens"),
        Unit("output_image_tokens", "output_tokens"),
        Unit("output_video_tokens", "output_tokens"),
    )
}

# Usage attribute, or the event's field → the unit that it counts.
_NAMES: Mapping[str, str] = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_write_input_tokens": "cache_write_tokens",
    "cache_write_5m_input_tokens": "cache_write_5m_tokens",
    "cache_write_1h_input_tokens": "cache_write_1h_tokens",
    "reasoning_output_tokens": "reasoning_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "input_image_tokens": "input_image_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "output_image_tokens": "output_image_tokens",
}
_BY_FIELD = {TOKEN_FIELDS[name]: unit for name, unit in _NAMES.items()}
_IGNORED = frozenset({"total_tokens"})
_WHOLES = frozenset(unit.name for unit in UNITS.values() if unit.part_of is None)
_POSITIONS = {name: position for position, name in enumerate(UNITS)}
_PARTS: Mapping[str, tuple[str, ...]] = {
    whole: tuple(unit.name for unit in UNITS.values() if unit.part_of == whole) for whole in UNITS
}


@dataclass(frozen=True, slots=True)
class Quantities:
    """Disjoint quantities by unit, zeros left out; ``notes`` says what did not add up."""

    leaves: Mapping[str, Quantity]
    prompt_tokens: int
    notes: tuple[str, ...]


def decompose(usage: Usage | Mapping[str, Any]) -> Quantities:
    """Return what is billed once each.

    Args:
        usage: a Usage, or the event's token names and any unit's name → quantity.

    Where parts exceed their whole (some providers count cached audio twice), the parts are
    believed, the whole's rest is 0, and a note says so.
    """
    said = _reported(usage)
    leaves: dict[str, Quantity] = {}
    notes: list[str] = []
    for name in sorted(said, key=_order):
        quantity = said[name]
        inside = _inside(name, said)
        rest = quantity - inside
        if rest < 0:
            notes.append(f"parts_exceed_whole:{name}")
        elif rest > 0:
            leaves[name] = rest
    return Quantities(leaves, int(said.get("input_tokens", 0)), tuple(notes))


def ancestry(name: str) -> tuple[str, ...]:
    """Return the unit and the wholes around it, inside out: where to look for its rate."""
    found = [name]
    while (unit := UNITS.get(found[-1])) is not None and unit.part_of is not None:
        found.append(unit.part_of)
    return tuple(found)


def _order(name: str) -> int:
    """Return where a unit stands on a bill: tokens as UNITS lists them, then everything else."""
    return _POSITIONS.get(name, len(_POSITIONS))


def _reported(usage: Usage | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(usage, Usage):
        said = {unit: getattr(usage, name) for name, unit in _NAMES.items()}
        said["web_search_requests"] = usage.web_search_requests
        said.update(usage.units)
    else:
        said = {
            _BY_FIELD.get(name, _NAMES.get(name, name)): _number(value)
            for name, value in usage.items()
            if name not in _IGNORED
        }
    # 0 of a part costs nothing; 0 of a whole whose parts are more does not add up
    said = {name: value for name, value in said.items() if value or value == 0 and name in _WHOLES}
    for name in tuple(said):
        _imply_whole(name, said)
    return said


def _imply_whole(name: str, said: dict[str, Any]) -> None:
    """A whole that nobody reported is at least its parts."""
    unit = UNITS.get(name)
    if unit is not None and unit.part_of is not None and unit.part_of not in said:
        said[unit.part_of] = sum((said.get(part, 0) for part in _PARTS[unit.part_of]), 0)
        _imply_whole(unit.part_of, said)


def _inside(name: str, said: Mapping[str, Any]) -> Any:
    """Return what the parts of a whole sum to, each counted as its own parts at least."""
    total: Any = 0
    for part in _PARTS.get(name, ()):
        if part in said:
            total += max(said[part], _inside(part, said))
    return total


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value
