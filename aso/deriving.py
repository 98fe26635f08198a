"""A record's bytes → its event: the background half of aso, loaded when the first event is needed.

Usage rules, wire tables and prices are not on the import path of a program that only calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aso.facts import Origin
from aso.records import Event

if TYPE_CHECKING:  # loaded below, when needed
    from aso.pricing import Pricer

Prices = Mapping[str, Any] | str | Path


class Derive:
    """Derives events. Contract prices are read and checked at once, everything else later.

    Raises:
        ConfigError: the contract prices are wrong.
    """

    def __init__(self, prices: Prices | None = None) -> None:
        self._prices = prices
        self._pricer: Pricer | None = None
        if prices is not None:
            self._load()

    def __call__(self, payload: bytes, origin: Origin) -> Event:
        """Return the event of a journal record, ours or a dead process's."""
        from aso.event import build
        from aso.facts import decode

        return build(decode(payload), origin, self._pricer or self._load())

    def _load(self) -> Pricer:
        from aso.pricing import Pricer, load_overlay

        overlay = None if self._prices is None else load_overlay(self._prices)
        self._pricer = Pricer(overlay=overlay)
        return self._pricer
