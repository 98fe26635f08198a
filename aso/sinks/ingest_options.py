"""The options of the ingest sink: a table, and what is wrong with a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aso.errors import ConfigError
from aso.sinks.ingest_redaction import Redaction

_MOST = 1e9
# option → its default, and the least that makes sense
_NUMBERS: Mapping[str, tuple[float, float]] = {
    "timeout_s": (10.0, 0.001),
    "max_batch_events": (1000, 1),
    "max_batch_bytes": (1 << 20, 1),
    "max_batch_age_s": (0.25, 0.001),
    "max_spool_bytes": (64 << 20, 0),
}
_OTHERS = ("allow_insecure", "redact", "redact_key")


class Options(NamedTuple):
    """What the sink runs with; sizes in bytes, times in seconds."""

    timeout_s: float
    max_batch_events: int
    max_batch_bytes: int
    max_batch_age_s: float
    max_spool_bytes: int
    allow_insecure: bool
    redact: Redaction


def checked(given: Mapping[str, Any]) -> Options:
    """Return the options with the defaults of those that were left out.

    Raises:
        ConfigError: one is not known, or has a value that cannot be.
    """
    if unknown := sorted(given.keys() - {*_NUMBERS, *_OTHERS}):
        raise ConfigError(f"IngestSink got options {unknown}: choose from {[*_NUMBERS, *_OTHERS]}")
    numbers = {name: _number(name, given) for name in _NUMBERS}
    return Options(
        timeout_s=numbers["timeout_s"],
        max_batch_events=int(numbers["max_batch_events"]),
        max_batch_bytes=int(numbers["max_batch_bytes"]),
        max_batch_age_s=numbers["max_batch_age_s"],
        max_spool_bytes=int(numbers["max_spool_bytes"]),
        allow_insecure=given.get("allow_insecure", False) is True,
        redact=Redaction(given.get("redact"), given.get("redact_key")),
    )


def _number(name: str, given: Mapping[str, Any]) -> float:
    default, least = _NUMBERS[name]
    value = given.get(name, default)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not least <= value <= _MOST:
        raise ConfigError(
            f"IngestSink got {name}={value!r}: a number of at least {least} is needed; "
            f"leave it out for {default}"
        )
    return float(value)
