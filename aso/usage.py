"""A provider's own usage object → Usage. Pure: where to look is a table, arithmetic decides the rest.

A counter that is not a whole number ≥ 0 is not believed: it stays None and the usage is partial.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

from aso.records import Quantity, Usage, UsageSource

CHARACTERS_PER_TOKEN = (
    4  # the hosted product's rule for estimates (docs.aispendops.com, 2026-11-23)
)


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


_NOT_COUNTERS = {"units", "source"}
_TOKEN_NAMES = tuple(name for name in Usage._fields if name not in _NOT_COUNTERS)
_Paths = tuple[tuple[str, ...], ...]  # each split at its dots


class _Plan(NamedTuple):
    """Which paths of a format can lead anywhere in a usage object with certain names."""

    counters: Counters  # kept, so that its id stays its own
    tokens: tuple[tuple[str, _Paths], ...]
    total: _Paths
    units: tuple[tuple[str, _Paths], ...]


_PLANS: dict[tuple[int, tuple[str, ...]], _Plan] = {}
_MOST_PLANS = 512  # a provider's objects have the same names: only a broken one comes near


class _Reading:
    """Counters while they are reconciled. ``doubtful``: something said could not be believed."""

    __slots__ = ("doubtful", "said", "total", "units")

    def __init__(self) -> None:
        self.said: dict[str, int | None] = dict.fromkeys(_TOKEN_NAMES)
        self.total: int | None = None
        self.units: dict[str, Quantity] = {}
        self.doubtful = False


def at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path of nested tables; None where nothing does."""
    return _follow(value, _NAMES.get(path) or _split(path))


def _follow(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if type(value) is not _TABLE:
            return None
        value = value.get(name)
    return value


_TABLE: type[dict[str, Any]] = dict
_is_a: Callable[[object, Any], bool] = isinstance  # under this name it narrows nothing
_NAMES: dict[str, tuple[str, ...]] = {}  # paths stand in tables of ours: there are few


def _split(path: str) -> tuple[str, ...]:
    names = _NAMES[path] = tuple(path.split("."))
    return names


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
        _reasoning_by_total(reading)
        _audio_by_total(reading)
    for name in (*counters.rules, *rules) if counters.rules else rules:
        RULES[name](reading, raw, extra, model or "")
    said = reading.said.values()  # in the order of Usage
    if not reading.units and all(value is None for value in said):
        return None if not reading.doubtful else Usage(source="none")
    source: UsageSource = "partial" if reading.doubtful else "provider"
    return Usage._make((*said, reading.units, source))


def estimate(prompt_chars: int | None, completion_chars: int | None) -> Usage:
    """Return tokens estimated from characters of text: a quarter of them, rounded up."""
    return Usage(
        input_tokens=_quarter(prompt_chars),
        output_tokens=_quarter(completion_chars),
        source="none" if prompt_chars is None and completion_chars is None else "estimate",
    )


def as_partial(usage: Usage, completion_chars: int | None) -> Usage:
    """Return numbers of an unfinished answer as partial; a missing output is estimated."""
    output = usage.output_tokens
    return usage._replace(
        output_tokens=_quarter(completion_chars) if output is None else output,
        source="partial",
    )


def _quarter(chars: int | None) -> int | None:
    return None if chars is None else -(-chars // CHARACTERS_PER_TOKEN)


def _read(raw: Mapping[str, Any], counters: Counters) -> _Reading:
    reading = _Reading()
    key = (id(counters), tuple(raw))
    plan = _PLANS.get(key) or _planned(key, counters)
    for name, paths in plan.tokens:
        reading.said[name] = _count(raw, paths, reading)
    reading.total = _count(raw, plan.total, reading)
    for name, paths in plan.units:
        if quantity := _quantity(raw, paths):
            reading.units[name] = quantity
    if counters.takes_other_units:
        _take_other_units(raw, counters, reading)
    return reading


def _planned(key: tuple[int, tuple[str, ...]], counters: Counters) -> _Plan:
    """Keep the plan for objects with these names: most paths of a format lead nowhere in one."""
    if len(_PLANS) >= _MOST_PLANS:
        _PLANS.clear()
    there = frozenset(key[1])
    tokens = ((name, _open(getattr(counters, name), there)) for name in _TOKEN_NAMES)
    units = ((name, _open(paths, there)) for name, paths in counters.units.items())
    plan = _PLANS[key] = _Plan(
        counters,
        tuple(one for one in tokens if one[1]),
        _open(counters.total_tokens, there),
        tuple(one for one in units if one[1]),
    )
    return plan


def _open(paths: tuple[str, ...], there: frozenset[str]) -> _Paths:
    split = (_NAMES.get(path) or _split(path) for path in paths)
    return tuple(names for names in split if names[0] in there)


def _take_other_units(raw: Mapping[str, Any], counters: Counters, reading: _Reading) -> None:
    known = {path for name in _TOKEN_NAMES for path in getattr(counters, name)}
    for name in raw:
        if name in known or name == "total_tokens":
            continue
        value = raw[name]
        reading.units[name] = Decimal(value) if isinstance(value, str) else value


def _count(raw: Mapping[str, Any], paths: _Paths, reading: _Reading) -> int | None:
    for names in paths:
        value: Any = raw
        for name in names:  # as _follow does: a call for each counter is what reading costs
            if type(value) is not _TABLE:
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


def _quantity(raw: Mapping[str, Any], paths: _Paths) -> Quantity | None:
    for names in paths:
        value = _follow(raw, names)
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            continue
        if isfinite(value) and value >= 0:
            return value if isinstance(value, int) else Decimal(str(value))
    return None


def _outside(reading: _Reading, part: str, whole: str, other: str) -> None:
    """Add ``part`` to ``whole`` where the reported total says that it stands outside."""
    inside = reading.said[part]
    if not inside or reading.total is None:
        return
    outer, rest = reading.said[whole], reading.said[other]
    if reading.total == (outer or 0) + (rest or 0) + inside:
        reading.said[whole] = (outer or 0) + inside


def _reasoning_by_total(reading: _Reading) -> None:
    """xAI chat, DeepInfra: total = prompt + completion + reasoning."""
    _outside(reading, "reasoning_output_tokens", "output_tokens", "input_tokens")


def _audio_by_total(reading: _Reading) -> None:
    """Mistral Voxtral: total = prompt + audio + completion."""
    _outside(reading, "input_audio_tokens", "input_tokens", "output_tokens")


def _hidden_thoughts(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Gemini's OpenAI route hides its thoughts in the total: completion = total - prompt."""
    del raw, extra, model
    prompt, completion = reading.said["input_tokens"], reading.said["output_tokens"]
    if reading.total is None or prompt is None or completion is None:
        return
    if reading.total > prompt + completion:
        reading.said["output_tokens"] = reading.total - prompt


def _grok_cache_outside(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Azure's Grok: cached tokens stand outside prompt_tokens (42 recordings, 2026-11-23)."""
    del raw, extra
    cached, prompt = reading.said["cache_read_input_tokens"], reading.said["input_tokens"]
    if model.lower().startswith("grok") and cached and prompt is not None:
        reading.said["input_tokens"] = prompt + cached


def _request_fee_is_a_search(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Perplexity bills a fee per request, by search context size: one search."""
    del extra, model
    if reading.said["web_search_requests"] is None and at(raw, "cost.request_cost") is not None:
        reading.said["web_search_requests"] = 1


def _search_model_searches_once(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """gpt-4o-search-preview and its like bill each call's search and say nothing of it."""
    del raw, extra
    if reading.said["web_search_requests"] is None and "-search-preview" in model:
        reading.said["web_search_requests"] = 1


def _hosted_tools(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """OpenAI's Responses: ``tool_usage`` counts billable searches; else the output's items do."""
    del raw, model
    if "tool_calls" not in extra:
        return
    calls = dict(extra["tool_calls"])
    searches = calls.pop("web_search_calls", 0)
    reported = at(extra.get("tool_usage"), "web_search.num_requests")
    if isinstance(reported, int):
        searches = reported
    reading.said["web_search_requests"] = searches
    reading.units.update(calls)


def _cache_outside(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Anthropic: what the cache read and wrote stands beside the input.

    A stream that raises the written tokens says nothing of their lifetimes since its beginning:
    lifetimes that do not add up to what was written are unknown.
    """
    del raw, extra, model
    said = reading.said
    read, wrote = said["cache_read_input_tokens"], said["cache_write_input_tokens"]
    if said["input_tokens"] is not None:
        said["input_tokens"] += (read or 0) + (wrote or 0)
    short, long = said["cache_write_5m_input_tokens"], said["cache_write_1h_input_tokens"]
    if wrote is not None and (short or 0) + (long or 0) != wrote:
        said["cache_write_5m_input_tokens"] = said["cache_write_1h_input_tokens"] = None


def _cache_details(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Bedrock lists what the cache wrote by lifetime; without a list nothing is known of it."""
    del extra, model
    said: Any = raw.get("cacheDetails")
    for one in said if _is_a(said, list) else ():
        if (name := _LIFETIMES.get(at(one, "ttl"))) is not None:
            reading.said[name] = _count(one, (("inputTokens",),), reading)


def _iterations_outside(
    reading: _Reading, raw: Mapping[str, Any], extra: Mapping[str, Any], model: str
) -> None:
    """Anthropic: work beside the answer itself (compaction, an advisor) is not in its counters."""
    del extra, model
    said: Any = raw.get("iterations")
    beside = [
        one
        for one in (said if _is_a(said, list) else ())
        if _is_a(one, dict) and one.get("type") not in _ANSWERING
    ]
    for unit, names in _ITERATION_UNITS.items():
        total = sum(_quantity(one, ((name,),)) or 0 for one in beside for name in names)
        if total:
            reading.units[unit] = total


_LIFETIMES = {"5m": "cache_write_5m_input_tokens", "1h": "cache_write_1h_input_tokens"}
_ANSWERING = {"message", "fallback_message"}
_ITERATION_UNITS = {
    "iteration_input_tokens": (
        "input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
    ),
    "iteration_output_tokens": ("output_tokens",),
}
_Rule = Callable[[_Reading, Mapping[str, Any], Mapping[str, Any], str], None]
RULES: Mapping[str, _Rule] = {
    "hidden_thoughts": _hidden_thoughts,
    "grok_cache_outside": _grok_cache_outside,
    "request_fee_is_a_search": _request_fee_is_a_search,
    "search_model_searches_once": _search_model_searches_once,
    "hosted_tools": _hosted_tools,
    "cache_outside": _cache_outside,
    "cache_details": _cache_details,
    "iterations_outside": _iterations_outside,
}
