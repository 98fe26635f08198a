"""Compaction in the background: looked at now and then by who writes, done by a thread of its own."""

from __future__ import annotations

import _thread
import threading
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from aso.guard import Guard

DAY_MS = 86_400_000
_ENOUGH = 100_000  # rows: below it SQLite alone is quick, and a segment would be small
_LOOK_S = 600.0
_REST_S = 0.05  # after every thousand rows, which take half as long
_NEEDED = ("pyarrow", "duckdb")


def sealed_before(now_ms: int, days: int = 1) -> int:
    """Return the boundary of what is past: the start of the UTC day so many days ago."""
    return now_ms - now_ms % DAY_MS - days * DAY_MS


class Upkeep:
    """Compacts a ledger when there is enough to compact, where the extra ``analytics`` is.

    A process that lives for less than ten minutes never does.
    """

    def __init__(self, path: Path, *, enough: int = _ENOUGH, look_s: float = _LOOK_S) -> None:
        self._path = path
        self._enough = enough
        self._look_s = look_s
        self._guard = Guard("aso.ledger")
        self._looked = time.monotonic()
        self._is_stopping = False
        self._idle = threading.Lock()  # held while the thread works

    def look(self) -> None:
        """Start the thread, if it is time to look and it does not work already."""
        if time.monotonic() - self._looked < self._look_s or not _has_extra():
            return
        self._looked = time.monotonic()
        if self._idle.acquire(blocking=False):
            try:
                _thread.start_new_thread(self._work, ())
            except RuntimeError:  # no more threads
                self._idle.release()

    def stop(self, timeout_s: float) -> bool:
        """Have the thread give up what it is at; return whether it has ended."""
        self._is_stopping = True
        if not self._idle.acquire(timeout=timeout_s):
            return False
        self._idle.release()
        self._is_stopping = False
        return True

    def _work(self) -> None:
        try:
            with self._guard:
                self._compact(sealed_before(time.time_ns() // 1_000_000))
        finally:
            self._idle.release()

    def _compact(self, before_ms: int) -> None:
        from aso.ledger.compaction import compact, count_before  # most programs never get here
        from aso.ledger.database import Database

        with closing(Database(self._path)) as database:
            found = count_before(database, before_ms, self._enough)
        if found == self._enough:
            compact(self._path, before_ms=before_ms, is_stopping=self._made_way)

    def _made_way(self) -> bool:
        """Rest, so that the program has the interpreter most of the time; say whether to stop."""
        time.sleep(_REST_S)
        return self._is_stopping


def _has_extra() -> bool:
    return all(find_spec(name) is not None for name in _NEEDED)
