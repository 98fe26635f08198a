"""Spend over time: a value for each hour, day or month, whether or not something was spent in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal, NamedTuple, cast

from aso.errors import ConfigError
from aso.report import Line, Period
from aso.semconv import decimal_text, instant_text
from aso.serve.asking import Answer, Asked, Service
from aso.serve.queries import all_sums_of, now_of, period_of
from aso.serve.schema.answers import AllSums, Others, Series, Timeline

Step = Literal["hour", "day", "month"]
_MOST_TIMES = 2_000
_MOST_SERIES = 50
_COUNTS = [str(count) for count in range(1, _MOST_SERIES + 1)]
_SERIES = "8"
_SHOWN = {"hour": timedelta(hours=47), "day": timedelta(days=29), "month": timedelta(days=335)}
_FORMATS = {"hour": "%Y-%m-%dT%H:00Z", "day": "%Y-%m-%d", "month": "%Y-%m"}


class _Times(NamedTuple):
    """The steps of a timeline, by the names that the ledger has for them; and their span."""

    names: Sequence[str]
    period: Period

    def points(self, lines: Iterable[Line]) -> list[AllSums]:
        """Return the sums of each step; the lines' first value is a step's name."""
        sums = {name: Line(()) for name in self.names}
        for line in lines:
            sums[line.values[0]].add(line)
        return [all_sums_of(line) for line in sums.values()]


def timeline(service: Service, asked: Asked) -> Answer:
    """Return the sums of each step: of all calls, and of the dearest values of ``by``."""
    step, by, top = _step(asked), asked.one("by"), _top(asked)
    times = _times(step, period_of(asked, now := now_of(service)), now)
    if by is not None and "," in by:
        raise ConfigError(f"by {by[:64]!r} is several names: a timeline is by one")
    names = step if by is None else f"{step},{by}"
    found = service.store.spend(asked.tenant, names, period=times.period, where=asked.many("where"))
    values = _by_value(found.lines) if by is not None else []
    answer: Timeline = {
        "step": step,
        "by": by,
        "since": instant_text(times.period.since_ms or 0),
        "until": instant_text(times.period.until_ms or 0),
        "times": list(times.names),
        "total": times.points(found.lines),
        "series": [_series(times, lines) for lines in values[:top]],
        "others": _others(times, values[top:]),
    }
    return Answer.of(answer)


def _by_value(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of each value, the dearest value's first."""
    found: defaultdict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.values[1]].append(line)
    return sorted(found.values(), key=lambda one: (-_cost(one), str(one[0].values[1])))


def _series(times: _Times, lines: Sequence[Line]) -> Series:
    value = lines[0].values[1]
    return {
        "value": None if value is None else str(value),
        "cost_usd": decimal_text(_cost(lines)) or "",
        "points": times.points(lines),
    }


def _others(times: _Times, values: Sequence[Sequence[Line]]) -> Others | None:
    if not values:
        return None
    lines = [line for one in values for line in one]
    return {
        "values": len(values),
        "cost_usd": decimal_text(_cost(lines)) or "",
        "points": times.points(lines),
    }


def _cost(lines: Iterable[Line]) -> Decimal:
    total = Line(())
    for line in lines:
        total.add(line)
    return total.cost


def _step(asked: Asked) -> Step:
    said = asked.one("step") or "day"
    if said not in _FORMATS:
        raise ConfigError(f"step {said[:32]!r} is none: write hour, day or month")
    return cast("Step", said)


def _top(asked: Asked) -> int:
    said = asked.one("top") or _SERIES
    if said not in _COUNTS:
        raise ConfigError(f"top {said[:32]!r} is no number of series: write 1 to {_MOST_SERIES}")
    return int(said)


def _times(step: Step, period: Period, now: datetime) -> _Times:
    """Return the steps from the one that ``since`` is in to the one that ``until`` is in."""
    until = _instant(period.until_ms) if period.until_ms is not None else now
    since = _instant(period.since_ms) if period.since_ms is not None else until - _SHOWN[step]
    at, names = _floor(step, since), list[str]()
    began = at
    while at < until:
        names.append(at.strftime(_FORMATS[step]))
        at = _next(step, at)
        if len(names) > _MOST_TIMES:
            raise ConfigError(
                f"from since to until there are more than {_MOST_TIMES:,} steps: choose a longer "
                "step, or a shorter time"
            )
    return _Times(names, Period(_ms(began), _ms(at)))


def _floor(step: Step, moment: datetime) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    if step == "hour":
        return hour
    return hour.replace(hour=0) if step == "day" else hour.replace(hour=0, day=1)


def _next(step: Step, moment: datetime) -> datetime:
    if step == "month":
        return (moment + timedelta(days=31)).replace(day=1)
    return moment + (timedelta(hours=1) if step == "hour" else timedelta(days=1))


def _instant(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, timezone.utc)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
