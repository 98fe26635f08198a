"""Reads a body of JSON lines, each of them an answer of its own that settles a line of a batch.

A file can have 100,000 lines: they are read behind the call, by the thread that sweeps, some at a time.
What a caller reads in pieces waits in memory, up to a bound at which the caller's next piece waits for
it; a body that is there whole waits as it is. The first lines are read at once, and so is everything
where somebody waits for the events (a scope that counts, a watcher). A job's end that is long, and one
JSON text, is read as one line.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aso.codings import decoder
from aso.inflight import PARTIAL, Inflight
from aso.parsing import parsed
from aso.wire import CUT, Answer, Shape
from aso.wire.access import TABLE

if TYPE_CHECKING:
    from aso.thinning import Thinner

_KEPT = 64 * 1024  # of nothing longer than this are the texts read
_MOST_WAITING = 8 * 1024 * 1024  # bytes
_AT_FIRST = 16  # lines
_HELPED = 2_000  # lines that a caller's piece waits for, where too much waits already


class Lines:
    """Takes bytes as a Scanner does; every line that is whole becomes an event."""

    def __init__(self, flight: Inflight, *, encoding: str = "") -> None:
        self._pipeline = flight.pipeline
        self._file = flight.sibling()  # the body's end may make of the flight what it likes
        self._is_heard = self._pipeline.is_heard(flight.scope)
        self._has_lines = flight.shape is not None and flight.shape.is_lines
        self._is_part = flight.http_status == PARTIAL  # and may begin in the midst of a line
        self._decode = decoder(encoding)
        self._waiting: deque[bytes] = deque()
        self._fed = self._taken = self._count = 0
        self._is_ended = self._is_over = False
        self._lines: Iterator[bytes | None] = self._whole_lines()
        self._busy = threading.RLock()
        self._is_reading = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._is_over or not data:
            return
        if self._fed - self._taken > _MOST_WAITING:
            self.catch_up(_HELPED)
        is_first = not self._fed
        self._waiting.append(data)
        self._fed += len(data)
        if self._is_heard:
            self.catch_up()
            return
        if is_first and self._has_lines:  # before anyone else does: nobody is waited for
            self.catch_up(_AT_FIRST)
        if is_first and not self._is_over:
            self._pipeline.behind.add(self)

    def finish(self, shape: Shape, answer: Answer) -> None:
        """Note the end: what stands after the last line's end is a line, too."""
        del shape, answer
        self._is_ended = True
        if self._is_heard and not self._is_over:
            self.catch_up()

    def catch_up(self, most: int | None = None) -> bool:
        """Settle what waits, or so many lines of it; return whether some may be left."""
        with self._busy:
            if self._is_reading:  # this is a signal's handler, in the midst of it
                return False
            self._is_reading = True
            try:
                return self._read(most)
            finally:
                self._is_reading = False

    def give_up(self) -> None:
        """Read nothing more: it is over, no batch's file, or a fork's copy of its parent's."""
        self._is_over = True
        self._waiting.clear()
        self._pipeline.behind.discard(self)

    def _read(self, most: int | None) -> bool:
        guard, left = self._pipeline.guard, most
        while left is None or left > 0:
            line: bytes | None = _OVER
            with guard:
                line = next(self._lines, _OVER)
            if line is _OVER:
                self.give_up()
            if line is None or line is _OVER:
                return False
            with guard:
                self._settle(line)
            left = None if left is None else left - 1
        return True

    def _whole_lines(self) -> Iterator[bytes | None]:
        """Yield each line once it is whole, and None where more has to come first."""
        rest = _Rest()
        while True:
            is_ended = self._is_ended  # asked first: what is fed before the end is not missed
            if self._waiting:
                data = self._waiting.popleft()
                self._taken += len(data)
                data = data if self._decode is None else self._decode(data)
                yield from rest.lines(data, b"\n" if self._has_lines else None)
            elif is_ended:
                yield rest.taken()
                return
            else:
                yield None

    def _settle(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            bodies = self._bodies(line)
        except ValueError:  # cut, or not JSON: nothing is read from it
            bodies = [None]
        for body in bodies:
            flight, self._count = self._file.sibling(), self._count + 1
            flight.answer.place = self._count
            flight.read_answer(body)
            flight.finish("completed")
            if self._count == 1 and not flight.answer.line and not self._is_part:
                self._lines = iter(())

    def _bodies(self, line: bytes) -> list[Any]:
        """Return the answers in a line; where it is thinned, their texts are not counted."""
        is_thin = line.startswith(_THIN)
        body: Any = parsed(line[len(_THIN) :] if is_thin else line)
        shape = self._file.shape
        found = [body] if shape is None or shape.parts is None else shape.parts(body)
        return [{**one, CUT: True} if is_thin and type(one) is TABLE else one for one in found]


class _Rest:
    """What has come of a line that has not ended; of a long one, without its texts."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._thin: Thinner | None = None

    def lines(self, data: bytes, mark: bytes | None) -> Iterator[bytes]:
        """Yield the lines that end in the data; no copy is made but of one line at a time."""
        start = 0
        while mark is not None and (end := data.find(mark, start)) >= 0:
            self._add(data[start:end])
            yield self.taken()
            start = end + 1
        self._add(data[start:])

    def taken(self) -> bytes:
        """Return the line, and begin the next one."""
        line = b"".join(self._parts) if self._thin is None else _THIN + self._thin.finish()
        self._parts, self._size, self._thin = [], 0, None
        return line

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size <= _KEPT:
            self._parts.append(data)
            return
        if self._thin is None:
            from aso.thinning import Thinner  # rarely needed: kept off the import path

            self._thin = Thinner()
            data = b"".join((*self._parts, data))
        self._thin.feed(data)


_OVER = b"\0over"
_THIN = b"\0thin"  # no JSON begins so
