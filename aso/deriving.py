"""A record's bytes → its event: the background half of aso, loaded when the first event is needed.

Usage rules, wire tables and prices are not on the import path of a program that only calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aso.facts import Facts, Origin, decode
from aso.records import Event

if TYPE_CHECKING:  # loaded below, when needed
    from aso.pricing import Pricer

Prices = Mapping[str, Any] | str | Path


@cache
def _build() -> Callable[[Facts, Origin, Pricer], Event]:
    """Return what makes an event of facts: imported once, for asking each time takes 2 µs."""
    from aso.event import build

    return build


class Derive:
    """Derives events, each with the contract prices of the process that wrote its record.

    Contract prices are kept in ``home/prices/``, named by their hash: whoever adopts the records
    of a dead process prices them as it would have.

    Args:
        prices: this process's contract prices; read and checked at once, everything else later.
        home: where they are kept; None: nowhere.

    Raises:
        ConfigError: the contract prices are wrong.
    """

    def __init__(self, prices: Prices | None = None, home: Path | None = None) -> None:
        self._home = home
        self._pricers: dict[str | None, Pricer] = {}
        self.sha256 = None if prices is None else self._keep(prices)

    def __call__(self, payload: bytes, origin: Origin) -> Event:
        """Return the event of a journal record, ours or a dead process's."""
        return _build()(decode(payload), origin, self._pricer(origin.prices))

    def _pricer(self, sha256: str | None) -> Pricer:
        if sha256 not in self._pricers:
            from aso.pricing import Pricer
            from aso.pricing.kept import kept_contract

            overlay = None  # gone or broken: list prices are left
            if sha256 is not None and self._home is not None:
                overlay = kept_contract(self._home, sha256)
            self._pricers[sha256] = Pricer(overlay=overlay)
        return self._pricers[sha256]

    def _keep(self, prices: Prices) -> str:
        from aso.pricing import Pricer, load_overlay
        from aso.pricing.kept import keep_contract

        overlay = load_overlay(prices)
        self._pricers[overlay.sha256] = Pricer(overlay=overlay)
        if self._home is not None:
            with suppress(OSError):  # a home that cannot be written: the journal is in memory, too
                keep_contract(self._home, overlay)
        return overlay.sha256
