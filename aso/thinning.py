"""Makes a long JSON text short: its form, names and counts stay, long texts and vectors go.

What a batch or an operation holds at its end can be megabytes of answers, and what is counted stands
between them. The text is taken in pieces and never held whole; JSON without what is long is JSON.
"""

from __future__ import annotations

import re

_LONGEST = 256  # bytes of a string: names, ids, moments and states are shorter
_BLOCK = 32 * 1024
_FEW = 64  # bytes of numbers that begin a list: of counts there are fewer
# A string, whole or as far as it came; the numbers that begin a list. Loops are unrolled: a choice
# for each byte is slow.
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*'
_LONG = re.compile(rb'%s"|\[[-+\d.eE,\s]{%d,}' % (_STRING, _FEW), re.DOTALL)
_OPEN = re.compile(rb'%s(?:(")|\\?\Z)|\[[-+\d.eE,\s]*\Z' % _STRING, re.DOTALL)


class Thinner:
    """Takes the pieces of one JSON text; ``finish`` returns it without what is long."""

    __slots__ = ("_enough", "_kept", "_rest", "_size")

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._rest: list[bytes] = []
        self._size, self._enough = 0, _BLOCK

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._rest.append(data)
        self._size += len(data)
        if self._size >= self._enough:
            self._turn()

    def finish(self) -> bytes:
        """Return the short text; one that was cut is cut where it was."""
        self._turn()
        return b"".join((*self._kept, *self._rest))

    def _turn(self) -> None:
        data = b"".join(self._rest)
        whole = _whole(data)
        self._kept.append(thinned(data[:whole]))
        self._rest = [data[whole:]]
        self._size = len(data) - whole
        self._enough = max(_BLOCK, 2 * self._size)  # a long string is not looked at again and again


def thinned(data: bytes) -> bytes:
    """Return a JSON text without its long strings and vectors."""
    return _LONG.sub(_shortened, data)


def _whole(data: bytes) -> int:
    """Return where a string, or a list of numbers, begins that the next piece may go on with."""
    for found in _OPEN.finditer(data):
        if found[1] is None:
            return found.start()
    return len(data)


def _shortened(found: re.Match[bytes]) -> bytes:
    text = found[0]
    if text[:1] == b'"':
        return text if len(text) <= _LONGEST else b'""'
    numbers = text[1:].strip()
    return b"[" + b"0" * bool(numbers) + b"," * numbers.endswith(b",")
