"""Usage → disjoint billable quantities. Containment is arithmetic over dimensions, no ``if``.

A unit is a set of dimensions; one whose dimensions include another's is counted inside it: cached
audio is inside cached input and inside audio input, both are inside input. A leaf's quantity is
what was reported of a unit, less the leaves inside it. A leaf without a rate of its own is billed
at the rate of the narrowest unit around it that has one: that is how price lists are meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from aso.pricing.positional import by_position
from aso.records import Quantity, Usage
from aso.semconv import TOKEN_FIELDS

_Said = dict[str, Any]  # unit → int or Decimal
_NOTHING: Mapping[str, Any] = {}
_DIMENSIONS = ("direction", "token_type", "ttl", "modality")


@dataclass(frozen=True, slots=True)
class Unit:
    """One billable quantity of tokens.

    Attributes:
        name: as rates and cost lines write it.
        direction: input or output.
        token_type: cache_read, cache_write, reasoning; None: any.
        ttl: how long a cache write lives; None: any.
        modality: audio, image, video; None: any.
    """

    name: str
    direction: str
    token_type: str | None = None
    ttl: str | None = None
    modality: str | None = None

    @property
    def dimensions(self) -> frozenset[tuple[str, str]]:
        """Return the dimensions that are fixed."""
        return frozenset((name, getattr(self, name)) for name in _DIMENSIONS if getattr(self, name))


UNITS: Mapping[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("input_tokens", "input"),
        Unit("cache_read_tokens", "input", "cache_read"),
        Unit("cache_write_tokens", "input", "cache_write"),
        Unit("cache_write_5m_tokens", "input", "cache_write", "5m"),
        Unit("cache_write_1h_tokens", "input", "cache_write", "1h"),
        Unit("input_audio_tokens", "input", modality="audio"),
        Unit("input_image_tokens", "input", modality="image"),
        Unit("input_video_tokens", "input", modality="video"),
        Unit("cache_read_audio_tokens", "input", "cache_read", modality="audio"),
        Unit("cache_read_image_tokens", "input", "cache_read", modality="image"),
        Unit("cache_read_video_tokens", "input", "cache_read", modality="video"),
        Unit("cache_write_audio_tokens", "input", "cache_write", modality="audio"),
        Unit("output_tokens", "output"),
        Unit("reasoning_tokens", "output", "reasoning"),
        Unit("output_audio_tokens", "output", modality="audio"),
        Unit("output_image_tokens", "output", modality="image"),
        Unit("output_video_tokens", "output", modality="video"),
    )
}
_INSIDE: Mapping[str, tuple[str, ...]] = {
    whole.name: tuple(part.name for part in UNITS.values() if part.dimensions > whole.dimensions)
    for whole in UNITS.values()
}
# What a unit is billed as, narrowest first; of two as narrow, UNITS' order: the cached kind.
ANCESTRY: Mapping[str, tuple[str, ...]] = {
    part.name: (
        part.name,
        *sorted(
            (whole for whole, parts in _INSIDE.items() if part.name in parts),
            key=lambda whole: -len(UNITS[whole].dimensions),
        ),
    )
    for part in UNITS.values()
}
_PARTS = {name: frozenset(parts) for name, parts in _INSIDE.items()}
# Narrowest first, so that a unit's parts are settled before the unit is.
_POSITIONS = {
    name: position
    for position, name in enumerate(sorted(UNITS, key=lambda name: len(_INSIDE[name])))
}
_ORDER = {name: position for position, name in enumerate(UNITS)}  # of the lines of a bill

# The event's field, or the Usage attribute → the unit that it counts.
_BY_ATTRIBUTE = {
    **{attribute: attribute for attribute in TOKEN_FIELDS if attribute in UNITS},
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_write_input_tokens": "cache_write_tokens",
    "cache_write_5m_input_tokens": "cache_write_5m_tokens",
    "cache_write_1h_input_tokens": "cache_write_1h_tokens",
    "reasoning_output_tokens": "reasoning_tokens",
}
_BY_NAME = {
    **_BY_ATTRIBUTE,
    **{field: _BY_ATTRIBUTE[attribute] for attribute, field in TOKEN_FIELDS.items()},
}
_IGNORED = frozenset({"total_tokens"})
_FIRST_OTHER = Usage._fields.index("web_search_requests")  # before it: the counters of tokens
_COUNTERS = tuple(_BY_ATTRIBUTE[attribute] for attribute in Usage._fields[:_FIRST_OTHER])


class Quantities(NamedTuple):
    """Disjoint quantities by unit, zeros left out; ``notes`` says what did not add up.

    ``is_whole``: every quantity could be read.
    """

    leaves: Mapping[str, Quantity]
    notes: tuple[str, ...]
    is_whole: bool


class Said(NamedTuple):
    """What was reported: units of tokens in the order of a bill, and how many of each.

    ``others`` are the units beside tokens; ``notes`` name what could not be read.
    """

    names: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    others: Mapping[str, Quantity] = _NOTHING
    notes: tuple[str, ...] = ()

    @property
    def tokens(self) -> dict[str, Quantity]:
        """Return how many tokens of each unit were reported."""
        return dict(zip(self.names, self.quantities, strict=True))

    @property
    def beside(self) -> Said:
        """Return what was reported beside tokens."""
        return by_position(Said, ((), (), self.others, self.notes))

    @property
    def prompt_tokens(self) -> Quantity:
        """Return the whole prompt; where nobody reports it, the sum of its parts."""
        if self.names[:1] == ("input_tokens",):
            return self.quantities[0]
        inside = _PARTS["input_tokens"]
        return sum([many for name, many in decompose(self).leaves.items() if name in inside])


def said(usage: Usage | Mapping[str, Any]) -> Said:
    """Read a Usage, or the event's token names and any unit's name → quantity.

    A quantity that cannot be (negative, not a number) is left out and named in a note.
    """
    if not isinstance(usage, Usage):
        return _of_mapping(usage, {})
    names, those_of = _shape(*map(type, usage[:_FIRST_OTHER]))
    if not usage.units and not usage.web_search_requests:
        return by_position(Said, (names, those_of(usage), _NOTHING, ()))
    found = _of_mapping(usage.units, dict(zip(names, those_of(usage), strict=True)))
    if not usage.web_search_requests:
        return found
    names, quantities, others, notes = found
    others = {**others, "web_search_requests": usage.web_search_requests}
    return by_position(Said, (names, quantities, others, notes))


def decompose(found: Said) -> Quantities:
    """Return what is billed once each.

    Where parts exceed their whole (some providers count cached audio twice), the parts are
    believed, the whole's rest is 0, and a note says so.
    """
    notes = list(found.notes)
    leaves = found.tokens
    for name, parts in _plan(tuple(leaves)):
        rest = leaves[name]
        for part in parts:
            rest -= leaves[part]
        if rest < 0:
            notes.append(f"parts_exceed_whole:{name}")
            rest = 0
        leaves[name] = rest
    others = found.others
    leaves.update((name, others[name]) for name in sorted(others))
    billed = {name: quantity for name, quantity in leaves.items() if quantity}
    return Quantities(billed, tuple(notes), is_whole=not found.notes)


def shares(names: tuple[str, ...]) -> Mapping[str, Mapping[str, int]]:
    """Return each reported unit's leaf as a sum of what is reported: unit → how often it counts.

    ``input_tokens`` beside ``cache_read_tokens`` is the one less the other.
    """
    found: dict[str, dict[str, int]] = {name: {name: 1} for name in names}
    for name, parts in _plan(names):
        for part in parts:
            for one, times in found[part].items():
                found[name][one] = found[name].get(one, 0) - times
    return found


def ancestry(name: str) -> tuple[str, ...]:
    """Return the unit and the units around it, narrowest first: where to look for its rate."""
    return ANCESTRY.get(name) or (name,)


@lru_cache(maxsize=256)
def _plan(names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the units that others are inside of, narrowest first, each with those."""
    inside = {name: tuple(part for part in names if part in _PARTS[name]) for name in names}
    return tuple(
        (name, inside[name]) for name in sorted(names, key=_POSITIONS.__getitem__) if inside[name]
    )


@lru_cache(maxsize=256)
def _shape(*types: type) -> tuple[tuple[str, ...], Callable[..., tuple[Any, ...]]]:
    """Return the units that a Usage reports, of whose counters these are the types, and a getter."""
    reported = [index for index, one in enumerate(types) if one is not type(None)]
    reported.sort(key=lambda index: _ORDER[_COUNTERS[index]])
    names = tuple(_COUNTERS[index] for index in reported)
    if len(reported) > 1:
        return names, itemgetter(*reported)
    first = reported[0] if reported else 0  # one getter of one thing would not give a tuple
    return names, itemgetter(slice(first, first + len(reported)))


def _of_mapping(usage: Mapping[str, Any], tokens: _Said) -> Said:
    others: _Said = {}
    notes: list[str] = []
    for name, value in usage.items():
        if value is None or name in _IGNORED:
            continue
        quantity = as_quantity(value)
        if quantity is None:
            notes.append(f"quantity_invalid:{name}")
            continue
        unit = _BY_NAME.get(name, name)
        (tokens if unit in UNITS else others)[unit] = quantity
    names = _ordered(tuple(tokens))
    return Said(names, tuple([tokens[name] for name in names]), others, tuple(notes))


@lru_cache(maxsize=256)
def _ordered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names, key=_ORDER.__getitem__))


def as_quantity(value: object) -> Quantity | None:
    """Return a count, or a decimal amount from text or a float's text; None: it is neither."""
    if type(value) is int:
        return value if value >= 0 else None
    if isinstance(value, bool) or not isinstance(value, (str, float, Decimal)):
        return None
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None
