"""Reads usage from the bytes that a caller reads itself: event streams and JSON bodies.

Feeding keeps references and counts bytes; the work is done in blocks. Memory is bounded: of an event
stream the first event and the last two blocks are kept (what ends a stream and its usage stand
there), of a long JSON body the head and the tail. Read are the first event, the last, and of those
near the end what looks like an end or a usage of a format that goes on after it.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator
from typing import Any

from aso.codings import decoder
from aso.ends import bounded, ends, is_closed
from aso.framing import Frames, Framing, framing_seen
from aso.parsing import parsed
from aso.wire import Answer, Shape
from aso.wire.access import items

_BLOCK = 32 * 1024
_KEPT = 64 * 1024  # nothing longer than this is parsed a second time
_LAST = 8  # lines: comments and empty ones may follow the end mark
_INTERESTING = re.compile(
    rb'"usage(?:Metadata)?"\s*:\s*\{|"webSearchQueries"|"x_groq"|"finish_reason"\s*:\s*"|"type"\s*:\s*"(?:response\.(?:completed'
    rb'|incomplete|failed|created)|message_(?:start|delta|stop)|message-end|conversation\.response\.error|error)"'
    rb'|"event_type"\s*:\s*"(?:error|interaction\.completed)"'
    rb'|"stream-end"|"messageStop"|"stop_?[rR]eason"\s*:\s*"|"amazon-bedrock-invocationMetrics"'
)
# Apart: a pattern that may start with anything takes ten times as long.
_ERROR = re.compile(rb'data:\s*\{\s*"error"').match
_DONE = re.compile(rb"data:\s*\[DONE\]").match
# Key → its text. A search for a literal, and a pattern that starts with one, are several times
# faster than one pattern for all.
_TEXTS = {
    key: re.compile(rb'%s"\s*:\s*"([^"\\\n]*(?:\\.[^"\\\n]*)*)"' % pattern)
    for key, pattern in (
        (b'"content"', rb'"content'),
        (b'"text"', rb'"text'),
        (b'"arguments"', rb'"arguments'),
        (b'"reasoning', rb'"reasoning(?:_content)?'),
        (b'"refusal"', rb'"refusal'),
        (b'"thinking"', rb'"thinking'),
        (b'"partial_json"', rb'"partial_json'),
    )
}
_ELSEWHERE = frozenset({b'"thinking"', b'"partial_json"'})  # never beside choices
_DELTA = re.compile(rb'"delta"\s*:\s*"([^"\\\n]*(?:\\.[^"\\\n]*)*)"')
_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")
_CONTINUATION = re.compile(rb"[\x80-\xbf]")


class Scanner:
    """Collects one body. ``feed`` gets the bytes as they came over the wire."""

    __slots__ = (
        "_blocks",
        "_decode",
        "_ends",
        "_first",
        "_is_begun",
        "_is_json",
        "_lines",
        "_rest",
        "_size",
        "chars",
    )

    def __init__(self, framing: Framing, encoding: str = "") -> None:
        self._cut_by(framing)
        self._decode = decoder(encoding)
        self._blocks: list[bytes] = []
        self._size = 0
        self._rest = b""
        self._is_begun = False
        self._first: bytes | None = None
        self._ends: deque[bytes] = deque(maxlen=2)  # the last may hold as little as the end mark
        self.chars = 0

    def _cut_by(self, framing: Framing) -> None:
        self._is_json = framing == "json"
        self._lines = Frames().lines if framing == "frames" else None

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._blocks.append(data)
        self._size += len(data)
        if self._size >= _BLOCK:
            self._turn()

    def finish(self, shape: Shape, answer: Answer) -> None:
        """Fill the answer from what was kept."""
        self._turn()
        if self._is_json:
            body = _json(self._rest)
            answer.is_cut = body is None and _is_cut(self._rest)
            read_whole(body, shape, answer)
            return
        answer.streamed = True
        if self._rest:  # an end without an end of line: whole, or no JSON
            self._read_lines(self._rest + b"\n")
        observe = shape.observer(answer)
        for line in self._events():
            event = _json(line)
            if isinstance(event, dict):
                observe(event)
        answer.chars = max(self.chars, answer.chars or 0)
        if answer.failure is None and any(map(_DONE, b"\n".join(self._ends).splitlines()[-_LAST:])):
            answer.complete = True

    def _turn(self) -> None:
        data = b"".join(self._blocks)
        self._blocks.clear()
        self._size = 0
        if self._decode is not None:
            data = self._decode(data)
        if not self._is_begun and data:
            self._is_begun, data = True, data.removeprefix(BOM_UTF8)
            if self._is_json:
                self._cut_by(framing_seen("json", data))
        if self._is_json:
            self._rest = bounded(self._rest + data)
        else:
            self._read_lines(self._rest + (self._lines(data) if self._lines else data))

    def _read_lines(self, data: bytes) -> None:
        whole, _, self._rest = data.rpartition(b"\n")
        if b"data" not in whole and b"{" not in whole:  # comments that keep a connection alive
            return
        self.chars += _text_length(whole)
        if self._first is None:
            self._first = next(_data(whole), None)
        self._ends.append(whole)

    def _events(self) -> Iterator[bytes]:
        """Yield the first event, the interesting ones near the end, and the last; each once."""
        lines = list(_data(b"\n".join(self._ends)))
        found = [line for line in lines if _INTERESTING.search(line) or _ERROR(line)]
        if self._first is not None and self._first not in found[:1]:
            found.insert(0, self._first)
        last = next((line for line in reversed(lines) if not _DONE(line)), None)
        if last is not None and last not in found[-1:]:
            found.append(last)
        return (line.removeprefix(b"data:").strip() for line in found)


def read_whole(body: Any, shape: Shape, answer: Answer) -> None:
    """Read one answer; or a list of chunks, as Google streams where no event stream is asked for."""
    if isinstance(body, dict):
        shape.fill(body, answer)
    elif isinstance(body, list):
        observe = shape.observer(answer)
        for chunk in items(body):
            observe(chunk)


def _data(whole: bytes) -> Iterator[bytes]:
    """Yield the lines of data; one event of several lines as one."""
    begun: list[bytes] = []
    for line in whole.splitlines():
        is_data = line.startswith(b"data:")
        if begun and is_data:
            begun.append(line[5:])
            continue
        if begun:
            yield b"\n".join(begun)
            begun = []
        if is_data and line[5:].lstrip()[:1] == b"{" and not line.rstrip().endswith(b"}"):
            begun = [line]
        elif is_data or line.startswith(b"{"):
            yield line
    if begun:
        yield b"\n".join(begun)


def _text_length(lines: bytes) -> int:
    """Return the characters of all text in the events; of many at once, for that is cheaper."""
    is_chat = b'"choices"' in lines
    if not is_chat and (deltas := _DELTA.findall(lines)):  # of the Responses API
        return _length(b"".join(deltas))
    keys = _TEXTS.keys() - _ELSEWHERE if is_chat else _TEXTS.keys()
    found = [_TEXTS[key].findall(lines) for key in keys if key in lines]
    return sum(_length(b"".join(texts)) for texts in found)


def _is_cut(data: bytes) -> bool:
    return data.lstrip()[:1] in {b"{", b"["} and not is_closed(data)


def _json(data: bytes) -> Any:
    if len(data) > _KEPT:
        return ends(data)
    try:
        return parsed(data)
    except ValueError:  # cut, or not JSON: nothing is read from it
        return None


def _length(found: bytes) -> int:
    short = _ESCAPE.sub(b"x", found) if b"\\" in found else found
    return len(short) if short.isascii() else len(_CONTINUATION.sub(b"", short))
