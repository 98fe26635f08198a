"""How old, and how large, a destination's folder may get; what goes over that is counted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from aso.journal import drops, upkeep
from aso.journal.chain import Chain
from aso.journal.drops import Drops


class Bounds:
    """Deletes what is beyond the bounds, the oldest first.

    Attributes:
        lost: records of dead processes that were deleted while nobody had them in hand; those of a
            chain that somebody has are in its ``lost``.
    """

    def __init__(self, folder: Path, max_bytes: int, max_age_s: float) -> None:
        self.lost = 0
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._age = self._size = 0  # how many went by which bound; not told yet
        self._told = 0

    def keep_age(self, chains: Sequence[Chain]) -> None:
        """Delete segments last written to too long ago: of the dead, and of these chains."""
        before = self._lost_with(chains)
        self.lost += upkeep.expire(self._folder, self._max_age_s)
        for chain in chains:
            while upkeep.is_older(chain.oldest(), self._max_age_s) and chain.evict():
                pass
        self._age += self._lost_with(chains) - before

    def keep_size(self, adopted: Sequence[Chain], live: Chain | None = None) -> None:
        """Delete until the folder is small enough: adopted, other dead, then this process's own."""
        chains = [*adopted, *([live] if live is not None else [])]
        before = self._lost_with(chains)
        excess = upkeep.bytes_used(self._folder) - self._max_bytes
        for chain in adopted:
            excess -= _evicted(chain, excess)
        if excess > 0:
            freed, lost = upkeep.shrink(self._folder, excess)
            self.lost += lost
            excess -= freed
        if live is not None:
            _evicted(live, excess)
        self._size += self._lost_with(chains) - before

    def tell(self, dropped: int) -> None:
        """Note in the folder what was dropped, of whichever cause, since that was told last."""
        news = dropped - self._told
        if news > 0:
            now_ms = time.time_ns() // 1_000_000
            age, size = min(self._age, news), min(self._size, news)
            if drops.note(self._folder, Drops(now_ms, now_ms, age, size, news - age - size)):
                self._told, self._age, self._size = dropped, 0, 0

    def _lost_with(self, chains: Sequence[Chain]) -> int:
        return self.lost + sum(chain.lost for chain in chains)


def _evicted(chain: Chain, excess: int) -> int:
    """Delete the chain's oldest segments until so many bytes are gone; return how many are."""
    total = 0
    while total < excess and (freed := chain.evict()):
        total += freed
    return total
