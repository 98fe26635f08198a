"""Every wire name, in one place: the event's fields in their order, and how values are written.

The field names are the hosted product's; the groups are those of docs/event.md.
"""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache

EVENT_SCHEMA = "aso.event/1"
BATCH_SCHEMA = "aso.batch/1"

# Usage attribute (OpenTelemetry's name) -> the event's field (the hosted product's name).
TOKEN_FIELDS = {
    "input_tokens": "prompt_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_write_input_tokens": "cache_write_tokens",
    "cache_write_5m_input_tokens": "cache_write_5m_tokens",
    "cache_write_1h_input_tokens": "cache_write_1h_tokens",
    "input_audio_tokens": "prompt_audio_tokens",
    "input_image_tokens": "prompt_image_tokens",
    "output_tokens": "completion_tokens",
    "reasoning_output_tokens": "reasoning_tokens",
    "output_audio_tokens": "completion_audio_tokens",
    "output_image_tokens": "completion_image_tokens",
}


def decimal_text(value: Decimal | None) -> str | None:
    """Return the exact value without exponent and without trailing zeros; None stays None."""
    if value is None:
        return None
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


@lru_cache(maxsize=1024)
def rate_text(rate: Decimal) -> str | None:
    """Return what ``decimal_text`` does, remembered: prices are few, and in every line."""
    return decimal_text(rate)


def quantity_text(value: int | Decimal) -> str | None:
    """Return a count or an amount as ``decimal_text`` writes it."""
    return str(value) if type(value) is int else decimal_text(Decimal(value))


def instant_text(epoch_ms: int) -> str:
    """Return UTC in ISO 8601 with milliseconds: ``2026-11-23T07:00:00.000Z``."""
    return f"{_second_text(epoch_ms // 1000)}.{epoch_ms % 1000:03d}Z"


@lru_cache(maxsize=16)
def _second_text(epoch_s: int) -> str:
    """Events of a batch end within few seconds: each is written once."""
    return datetime.fromtimestamp(epoch_s, timezone.utc).isoformat()[:19]  # %Y may be one digit


def counted(count: int, noun: str) -> str:
    """Return the count with its noun, for people: ``1 call``, ``1,200 calls``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """Return the text with what would move a terminal's cursor or colours replaced."""
    return (
        text
        if text.isprintable()
        else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    )
