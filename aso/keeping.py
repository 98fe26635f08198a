"""Who delivers what a process journals, and how much may wait: three variables of the environment.

``ASO_DELIVERY``: ``process``, its own threads, or ``ship``: it only journals, and ``aso ship``
delivers. ``ASO_JOURNAL_MAX_BYTES`` and ``ASO_JOURNAL_MAX_AGE``: what may wait, a destination.
"""

from __future__ import annotations

import re

from aso.environment import from_environment
from aso.errors import ConfigError

MAX_BYTES, MAX_AGE_S = 512 << 20, 7 * 86400.0
_LEAST_BYTES, _LEAST_AGE_S = 8 << 20, 60.0  # a few segments; more than a slow delivery takes
_DELIVERIES = ("process", "ship")
_SHIPPED = ("ingest:", "ledger:", "otlp:")  # destinations that `aso ship` can open
_SIZES = {
    "": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
}
_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def delivery() -> str:
    """Return who delivers: ``process`` or ``ship``.

    Raises:
        ConfigError: the variable says something else.
    """
    said = (from_environment("ASO_DELIVERY") or "process").strip().lower()
    if said not in _DELIVERIES:
        raise ConfigError(f"ASO_DELIVERY is {said[:40]!r}: choose from {list(_DELIVERIES)}")
    return said


def is_shipped(destination: str) -> bool:
    """Return whether ``aso ship`` can deliver there; a sink of the program's own it cannot make."""
    return destination.startswith(_SHIPPED)


def max_bytes() -> int:
    """Return how large the journal of a destination may get.

    Raises:
        ConfigError: the variable says no size, or one that is too small.
    """
    found = _measured("ASO_JOURNAL_MAX_BYTES", _SIZES, "512MiB, 2GB or a number of bytes")
    if found is not None and found < _LEAST_BYTES:
        raise ConfigError(
            f"ASO_JOURNAL_MAX_BYTES is {found:,.0f} bytes: at least 8MiB, the room that a journal's "
            "files need to be replaced one by one"
        )
    return MAX_BYTES if found is None else int(found)


def max_age_s() -> float:
    """Return how long, in seconds, what could not be delivered is kept.

    Raises:
        ConfigError: the variable says no time, or one that is too short.
    """
    found = _measured("ASO_JOURNAL_MAX_AGE", _AGES, "7d, 36h, 90m or 600s")
    if found is not None and found < _LEAST_AGE_S:
        raise ConfigError(
            f"ASO_JOURNAL_MAX_AGE is {found:g} s: at least 60s, so that a slow delivery is in time"
        )
    return MAX_AGE_S if found is None else found


def _measured(name: str, units: dict[str, int], example: str) -> float | None:
    text = from_environment(name)
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)\s*", text.lower())
    if found is None or found[2] not in units:
        raise ConfigError(f"{name} is {text[:40]!r}: write it as {example}")
    return float(found[1]) * units[found[2]]
