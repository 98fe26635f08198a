"""``--since`` and ``--until`` → instants."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from aso.errors import ConfigError

_AGO = re.compile(r"(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Period(NamedTuple):
    """Milliseconds since the epoch: from, inclusive, and to, exclusive; None: open."""

    since_ms: int | None = None
    until_ms: int | None = None

    def condition(self) -> tuple[str, list[int]]:
        """Return the SQL condition and its parameters."""
        parts, parameters = ["1=1"], list[int]()
        if self.since_ms is not None:
            parts.append("ended_at_ms >= ?")
            parameters.append(self.since_ms)
        if self.until_ms is not None:
            parts.append("ended_at_ms < ?")
            parameters.append(self.until_ms)
        return " AND ".join(parts), parameters


def parse_instant(text: str, now: datetime) -> int:
    """Return the instant, in milliseconds since the epoch.

    Args:
        text: ``2026-11-23``, ``2026-11-23T07:00Z``, ``90m``, ``24h``, ``7d``, ``2w`` (ago), or
            ``today``; without a zone: UTC.
        now: the present; aware.

    Raises:
        ConfigError: it is none of these.
    """
    if text == "today":
        moment = now.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    elif (ago := _AGO.fullmatch(text)) is not None:
        moment = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    else:
        moment = _iso(text)
    return int(moment.timestamp() * 1000)


def _iso(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise ConfigError(
            f"time {text!r} is not understood: write 2026-11-23, 2026-11-23T07:00Z, 24h, 7d or today"
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
