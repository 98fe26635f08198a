"""What was spent: as `aso report` says it, over time, of a window, and event by event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from pydantic_core import to_json

from aso.errors import ConfigError
from aso.report import Line, Period, parse_instant
from aso.report.formats import sums_of
from aso.semconv import instant_text
from aso.serve.asking import JSON_LINES, Answer, Asked, Service
from aso.serve.schema.answers import AllSums, Dimensions, Spent

_DEFAULT_BY = "provider,model"
_WINDOWS = ("day", "month", "lifetime")


def report(service: Service, asked: Asked) -> Answer:
    """Return what `aso report --format json` prints, and what is not quite known apart."""
    by = next((value for name, value in asked.query if name == "by"), _DEFAULT_BY)
    period = period_of(asked, now_of(service))
    where = asked.many("where")
    found = service.store.spend(asked.tenant, by, period=period, where=where)
    names = [group.name for group in found.by]
    rows = [dict(zip(names, one.values, strict=True)) | all_sums_of(one) for one in found.lines]
    return Answer.of({"rows": rows, "total": all_sums_of(found.total)})


def dimensions(service: Service, asked: Asked) -> Answer:
    """Return the names of the dimensions that calls have."""
    period = period_of(asked, now_of(service))
    calls = service.store.dimensions(asked.tenant, period=period, where=asked.many("where"))
    ranked = sorted(calls.items(), key=lambda one: (-one[1], one[0]))
    answer: Dimensions = {"dimensions": [{"name": name, "calls": n} for name, n in ranked]}
    return Answer.of(answer)


def spend(service: Service, asked: Asked) -> Answer:
    """Return what the calls that match have cost since the window began."""
    now, window = now_of(service), asked.one("window") or "month"
    match = asked.many("match")
    period = Period(_beginning(window, now), None)
    total = service.store.spend(asked.tenant, "", period=period, where=match).total
    answer: Spent = {
        "match": dict(one.split("=", 1) for one in match),
        "window": window,
        "since": None if period.since_ms is None else instant_text(period.since_ms),
        "until": instant_text(service.now_ms()),
        **all_sums_of(total),
    }
    return Answer.of(answer)


def events(service: Service, asked: Asked) -> Answer:
    """Return the events themselves, one a line."""
    period = period_of(asked, now_of(service))
    found = service.store.documents(asked.tenant, period=period, where=asked.many("where"))
    return Answer(_begun(map(_as_line, found)), media_type=JSON_LINES)


def all_sums_of(line: Line) -> AllSums:
    """Return a group's sums, with all that is not quite known apart."""
    found: Any = {
        **sums_of(line),
        "estimated_calls": line.estimated_calls,
        "partial_calls": line.partial_calls,
        "refused": line.refused,
        "unmetered": line.unmetered,
    }
    sums: AllSums = found
    return sums


def now_of(service: Service) -> datetime:
    """Return the present."""
    return datetime.fromtimestamp(service.now_ms() / 1000, timezone.utc)


def period_of(asked: Asked, now: datetime) -> Period:
    """Return the span of ``since`` and ``until``.

    Raises:
        ConfigError: one of them is no time, or they are the wrong way round.
    """
    since, until = (
        None if (text := asked.one(name)) is None else parse_instant(text, now)
        for name in ("since", "until")
    )
    if since is not None and until is not None and since >= until:
        raise ConfigError("since is not before until: swap them; until is exclusive")
    return Period(since, until)


def _beginning(window: str, now: datetime) -> int | None:
    if window == "lifetime":
        return None
    if window == "month":
        return parse_instant(f"{now:%Y-%m}-01", now)
    try:
        return parse_instant("today" if window == "day" else window, now)
    except ConfigError:
        raise ConfigError(
            f"window {window[:32]!r} is not understood: write {', '.join(_WINDOWS)}, or how far "
            "back: 90m, 24h, 7d, 2w"
        ) from None


def _as_line(document: dict[str, Any]) -> bytes:
    return to_json(document) + b"\n"


def _begun(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Return the lines, the first of which was read: what is wrong is said before the answer starts."""
    first = next(lines, b"")

    def every() -> Iterator[bytes]:
        yield first
        yield from lines

    return every()
