"""Counts in words."""

from __future__ import annotations


def many(count: int, noun: str) -> str:
    """Return ``1 call``, ``2 calls``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
