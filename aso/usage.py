"""A provider's own usage object → Usage. Pure: where to look is a table, arithmetic decides the rest.

A counter that is not a whole number ≥ 0 is not believed: it stays None and the usage is partial.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from aso.reading import NAMES, TABLE, TOKEN_NAMES, Paths, Reading, count, quantity, split
from aso.records import Usage, UsageSource
from aso.usage_rules import RULES, audio_by_total, reasoning_by_total

CHARACTERS_PER_TOKEN = (
    4  # the hosted product's rule for estimates (docs.aispendops.com, 2026-11-23)
)
_NOTHING = frozenset({None})
_NO_UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Counters(NamedTuple):
    """Where a usage object says what: for each counter the dotted paths to try, first said wins."""

    input_tokens: tuple[str, ...] = ()
    output_tokens: tuple[str, ...] = ()
    total_tokens: tuple[str, ...] = ()
    cache_read_input_tokens: tuple[str, ...] = ()
    cache_write_input_tokens: tuple[str, ...] = ()
    cache_write_5m_input_tokens: tuple[str, ...] = ()
    cache_write_1h_input_tokens: tuple[str, ...] = ()
    reasoning_output_tokens: tuple[str, ...] = ()
    input_audio_tokens: tuple[str, ...] = ()
    input_image_tokens: tuple[str, ...] = ()
    output_audio_tokens: tuple[str, ...] = ()
    output_image_tokens: tuple[str, ...] = ()
    web_search_requests: tuple[str, ...] = ()
    units: Mapping[str, tuple[str, ...]] = _NO_UNITS
    takes_other_units: bool = False  # every name beside the counters is a unit of its own
    rules: tuple[str, ...] = ()  # of RULES: what holds for the format, whoever speaks it


_Form = tuple[str | tuple[str, ...], ...]
"""The names in a usage object: a name, or a name with the names inside it."""


class _Token(NamedTuple):
    """A counter: its paths, and the first two names of the first one, where it most often is."""

    name: str
    paths: Paths
    outer: str
    inner: str | None


class _Plan(NamedTuple):
    """Which paths of a format lead anywhere in a usage object of a certain form."""

    counters: Counters  # kept, so that its id stays its own
    tokens: tuple[_Token, ...]
    total: Paths
    units: tuple[tuple[str, Paths], ...]


_PLANS: dict[tuple[int, _Form], _Plan] = {}
_MOST_PLANS = 512  # a provider's objects have the same names: only a broken one comes near


def interpret(
    raw: Mapping[str, Any] | None,
    extra: Mapping[str, Any] | None,
    counters: Counters,
    *,
    rules: tuple[str, ...] = (),
    model: str | None = None,
) -> Usage | None:
    """Return what the provider said, normalised; None where it said nothing usable.

    Args:
        raw: the provider's usage object.
        extra: what the wire format kept beside it.
        counters: where the format puts which counter.
        rules: names of RULES that hold for the provider, applied in order, after what always holds.
        model: the model, for the rules that depend on it.
    """
    if not isinstance(raw, Mapping):
        return None
    reading = _read(raw, counters)
    extra = extra or {}
    if reading.total is not None:
        reasoning_by_total(reading)
        audio_by_total(reading)
    for name in (*counters.rules, *rules) if counters.rules else rules:
        RULES[name](reading, raw, extra, model or "")
    said = reading.said.values()  # in the order of Usage
    if not reading.units and _NOTHING.issuperset(said):
        return None if not reading.doubtful else Usage(source="none")
    source: UsageSource = "partial" if reading.doubtful else "provider"
    return Usage._make((*said, reading.units, source))


def estimate(prompt_chars: int | None, completion_chars: int | None) -> Usage:
    """Return tokens estimated from characters of text: a quarter of them, rounded up.

    Of an answer without text to a request that nobody could count, nothing is known: not 0.
    """
    if prompt_chars is None and not completion_chars:
        return Usage(source="none")
    return Usage(
        input_tokens=_quarter(prompt_chars),
        output_tokens=_quarter(completion_chars),
        source="estimate",
    )


def as_partial(usage: Usage, completion_chars: int | None) -> Usage:
    """Return numbers of an unfinished answer as partial; an output not counted yet is estimated.

    Gemini's chunks leave a count of 0 out, and some of its models count the output at the end only.
    """
    output = usage.output_tokens
    if not output and completion_chars is not None:
        output = _quarter(completion_chars)
    return usage._replace(output_tokens=output, source="partial")


def _quarter(chars: int | None) -> int | None:
    return None if chars is None else -(-chars // CHARACTERS_PER_TOKEN)


def _read(raw: Mapping[str, Any], counters: Counters) -> Reading:
    reading = Reading()
    form = [(name, *part) if type(part) is TABLE else name for name, part in raw.items()]
    key = (id(counters), tuple(form))
    plan = _PLANS.get(key) or _planned(key, counters)
    for name, paths, outer, inner in plan.tokens:
        value = raw[outer] if inner is None else raw[outer][inner]  # as the plan is for this form
        is_count = type(value) is int and value >= 0
        reading.said[name] = value if is_count else count(raw, paths, reading)
    reading.total = count(raw, plan.total, reading)
    for name, paths in plan.units:
        if amount := quantity(raw, paths):
            reading.units[name] = amount
    if counters.takes_other_units:
        _take_other_units(raw, counters, reading)
    return reading


def _planned(key: tuple[int, _Form], counters: Counters) -> _Plan:
    """Keep the plan for objects of this form: most paths of a format lead nowhere in one."""
    if len(_PLANS) >= _MOST_PLANS:
        _PLANS.clear()
    parts: list[tuple[str, ...]] = [(part,) if isinstance(part, str) else part for part in key[1]]
    there = {name: inside for name, *inside in parts}
    tokens = ((name, _open(getattr(counters, name), there)) for name in TOKEN_NAMES)
    units = ((name, _open(paths, there)) for name, paths in counters.units.items())
    plan = _PLANS[key] = _Plan(
        counters,
        tuple(_token(name, paths) for name, paths in tokens if paths),
        _open(counters.total_tokens, there),
        tuple(one for one in units if one[1]),
    )
    return plan


def _token(name: str, paths: Paths) -> _Token:
    outer, *deeper = paths[0]
    return _Token(name, paths, outer, deeper[0] if deeper else None)


def _open(paths: tuple[str, ...], there: Mapping[str, list[str]]) -> Paths:
    found = (NAMES.get(path) or split(path) for path in paths)
    return tuple(
        names
        for names in found
        if names[0] in there and (len(names) == 1 or names[1] in there[names[0]])
    )


def _take_other_units(raw: Mapping[str, Any], counters: Counters, reading: Reading) -> None:
    known = {path for name in TOKEN_NAMES for path in getattr(counters, name)}
    for name in raw:
        if name in known or name == "total_tokens":
            continue
        value = raw[name]
        reading.units[name] = Decimal(value) if isinstance(value, str) else value
