"""How much a client may send: of one request, and in a second."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from aso.errors import ConfigError
from aso.serve.refusal import RefusedError

_REMEMBERED = 10_000  # keys


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken of one request, and of one key.

    Args:
        max_body_bytes: of a request as it comes, compressed.
        max_batch_bytes: of a batch, decompressed.
        max_batch_events: of a batch.
        max_event_bytes: of one event.
        events_per_s: of one key and server process, over time; a burst of ten seconds at once.
        body_timeout_s: how long a request may take to arrive.

    Raises:
        ConfigError: one is not positive.
    """

    max_body_bytes: int = 4 << 20
    max_batch_bytes: int = 32 << 20
    max_batch_events: int = 10_000
    max_event_bytes: int = 256 << 10
    events_per_s: int = 20_000
    body_timeout_s: int = 30

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}: write 1 or more")


class Rate:
    """Events of each key over time: who has sent more than its share waits, and is told how long.

    What a batch has is known when it was read, so a batch may go beyond: the next one pays for it.
    """

    def __init__(self, events_per_s: int, *, burst_s: int = 10) -> None:
        self._per_s = events_per_s
        self._most = float(events_per_s * burst_s)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # events, as of when
        self._lock = threading.Lock()

    def expect(self, key_id: str) -> None:
        """Refuse a key that is in debt.

        Raises:
            RefusedError: 429, with ``Retry-After``.
        """
        left = self._now(key_id)[0]
        if left < 0:
            wait_s = ceil(-left / self._per_s)
            message = f"Too many events: at most {self._per_s:,} a second are taken of one key"
            raise RefusedError(429, message, {"Retry-After": str(wait_s)})

    def spend(self, key_id: str, events: int) -> None:
        """Count what a key has sent."""
        with self._lock:
            left, now = self._now(key_id)
            self._left[key_id] = left - events, now
            self._left.move_to_end(key_id)
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)

    def _now(self, key_id: str) -> tuple[float, float]:
        now = time.monotonic()
        left, since = self._left.get(key_id, (self._most, now))
        return min(self._most, left + (now - since) * self._per_s), now
