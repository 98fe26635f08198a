"""When a sink is tried again: later each time, at random, or when it says.

All by the monotonic clock: one that is wrong, or set meanwhile, changes nothing.
"""

from __future__ import annotations

import random
import time
from typing import Any

_FIRST_S = 0.25
_LONGEST_S = 30.0
_LONGEST_ORDER_S = 3600.0
_MANY = 10  # failures, beyond which the pause is the longest anyway
_SPREAD = 1.1  # of an order: those who got the same one do not come back at once


class Pause:
    """The present pause of one sink, and how it grows.

    Attributes:
        until: the instant of ``time.monotonic()`` before which the sink is left alone.
    """

    def __init__(self) -> None:
        self.until = 0.0
        self._failures = 0
        self._is_ordered = False  # by the sink: not to be hurried

    def begin(self, error: Exception | None) -> None:
        """Pause after a failure: as long as the error's ``retry_after_s`` says, else by its count."""
        longest = min(_FIRST_S * 2**self._failures, _LONGEST_S)
        delay = longest * random.uniform(0.5, 1.0)  # noqa: S311 — so that many do not retry at once
        self._failures = min(self._failures + 1, _MANY)
        ordered: Any = getattr(error, "retry_after_s", None)
        self._is_ordered = isinstance(ordered, (int, float)) and ordered >= 0
        if self._is_ordered:
            spread = random.uniform(1.0, _SPREAD)  # noqa: S311
            delay = min(float(ordered), _LONGEST_ORDER_S) * spread
        self.until = time.monotonic() + delay

    def end(self) -> None:
        """Begin anew: the sink took something."""
        self._failures, self._is_ordered = 0, False

    def hurry(self) -> None:
        """End a pause that we made; one that the sink ordered is kept."""
        if not self._is_ordered:
            self.until = 0.0

    def is_over(self) -> bool:
        """Return whether the sink may be tried."""
        return time.monotonic() >= self.until

    def is_ordered_until(self, instant: float) -> bool:
        """Return whether the sink asked not to be tried before that instant."""
        return self._is_ordered and self.until > instant

    def remaining(self) -> float:
        """Return the seconds that are left of it; negative once it is over."""
        return self.until - time.monotonic()
