"""Reads a body of JSON lines, each of them an answer of its own that settles a line of a batch."""

from __future__ import annotations

import json
from collections.abc import Callable

from aso.codings import decoder
from aso.ends import ends
from aso.inflight import Inflight
from aso.parsing import parsed
from aso.wire import Answer, Shape

_KEPT = 64 * 1024  # nothing longer than this is parsed a second time


class Lines:
    """Takes bytes as a Scanner does; every line that is whole becomes an event at once."""

    def __init__(self, flight: Inflight, *, encoding: str = "") -> None:
        self._sibling: Callable[[], Inflight] = flight.sibling
        self._decode = decoder(encoding)
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._decode is not None:
            data = self._decode(data)
        first, *others = data.split(b"\n")
        self._rest.append(first)
        for line in others:
            self._settle(b"".join(self._rest))
            self._rest = [line]

    def finish(self, shape: Shape, answer: Answer) -> None:
        """Settle what stands after the last line's end."""
        del shape, answer
        rest, self._rest = self._rest, []
        self._settle(b"".join(rest))

    def _settle(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            body = _long(line) if len(line) > _KEPT else parsed(line)
        except ValueError:  # cut, or not JSON: nothing is read from it
            return
        flight = self._sibling()
        flight.read_answer(body)
        flight.finish("completed")


def _long(line: bytes) -> object:
    """Return what head and tail say of a long line; its name stands first."""
    name = line[: line.find(b",")].partition(b":")[2]
    return {"custom_id": json.loads(name), "result": {"message": ends(line)}}
