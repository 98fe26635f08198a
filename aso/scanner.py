"""Reads usage from the bytes that a caller reads itself: event streams and JSON bodies.

Feeding keeps references and counts bytes; the work is done in blocks. Memory is bounded: an event
stream is read block by block, of a long JSON body only the head and the tail are kept.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from typing import Any, cast

from aso.wire import Answer, Shape

_BLOCK = 32 * 1024
_KEPT = 64 * 1024  # nothing longer than this is parsed a second time
_INTERESTING = re.compile(
    rb'"usage"\s*:\s*\{|"x_groq"|"finish_reason"\s*:\s*"|"type"\s*:\s*"response\.(?:completed'
    rb'|incomplete|failed|created)"'
)
_TEXT = re.compile(
    rb'"(?:content|text|delta|arguments|reasoning|reasoning_content|refusal)"\s*:\s*'
    rb'"((?:[^"\\]|\\.)*)"'
)
_NAMES = re.compile(rb'"(type|id|model|service_tier)"\s*:\s*"([^"\\]{1,200})"')
_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")
_CONTINUATION = re.compile(rb"[\x80-\xbf]")


class Scanner:
    """Collects one body. ``feed`` gets the bytes as they came over the wire."""

    __slots__ = ("_blocks", "_decode", "_head", "_is_event_stream", "_rest", "_size", "chars")

    def __init__(self, *, is_event_stream: bool, encoding: str = "") -> None:
        self._is_event_stream = is_event_stream
        self._decode = _decoder(encoding)
        self._blocks: list[bytes] = []
        self._size = 0
        self._rest = b""
        self._head: list[bytes] = []
        self.chars = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self._blocks.append(data)
        self._size += len(data)
        if self._size >= _BLOCK:
            self._turn()

    def finish(self, shape: Shape, answer: Answer) -> None:
        """Fill the answer from what was kept."""
        self._turn()
        if not self._is_event_stream:
            body = _json(self._rest)
            if isinstance(body, dict):
                shape.read(body, answer)
            return
        observe = shape.observer(answer)
        for line in self._head:
            event = _json(line)
            if isinstance(event, dict):
                observe(event)
        answer.chars = max(self.chars, answer.chars or 0)

    def _turn(self) -> None:
        data = b"".join(self._blocks)
        self._blocks.clear()
        self._size = 0
        if self._decode is not None:
            data = self._decode(data)
        if self._is_event_stream:
            self._read_lines(self._rest + data)
        else:
            self._rest = _bounded(self._rest + data)

    def _read_lines(self, data: bytes) -> None:
        whole, newline, self._rest = data.rpartition(b"\n")
        for line in whole.splitlines() if newline else ():
            if not line.startswith(b"data:"):
                continue
            self.chars += sum(_length(found) for found in _TEXT.findall(line))
            if _INTERESTING.search(line) or not self._head:
                self._keep(line[5:].strip())

    def _keep(self, line: bytes) -> None:
        if sum(map(len, self._head)) + len(line) <= 4 * _KEPT:
            self._head.append(line)


def _bounded(data: bytes) -> bytes:
    """Return a long body's head and tail, joined where nothing is looked for."""
    return data if len(data) <= 4 * _KEPT else data[: 2 * _KEPT] + data[-2 * _KEPT :]


def _json(data: bytes) -> Any:
    if len(data) > _KEPT:
        return ends(data)
    try:
        return json.loads(data)
    except ValueError:  # cut, or not JSON: nothing is read from it
        return None


def ends(data: bytes) -> dict[str, Any] | None:
    """Return the head's and the tail's fields of a long answer, without parsing its middle.

    Braces prove where the usage object stands: from it on, the text closes what is open there.
    """
    start = data.rfind(b'"usage"')
    if start < 0 or len(data) - start > _KEPT:
        return None
    try:
        tail, end = _DECODER.raw_decode("{" + data[start:].decode("utf-8", "replace"))
    except ValueError:
        return None
    near = data[:_KEPT] + data[max(start - _NEAR, 0) : start]
    found: dict[str, str] = {}
    for name, value in _NAMES.findall(near):
        found.setdefault(name.decode(), value.decode())
    fields = {**found, **tail}
    if len(data) - start + 1 > end and found.get("type", "").startswith("response."):
        return {"type": found["type"], "response": {**fields, "id": found.get("id")}}
    return fields


_DECODER = json.JSONDecoder()
_NEAR = 512  # embeddings name their model between the vectors and the usage


def _length(found: bytes) -> int:
    short = _ESCAPE.sub(b"x", found) if b"\\" in found else found
    return len(_CONTINUATION.sub(b"", short))


def _decoder(encoding: str) -> Callable[[bytes], bytes] | None:
    if encoding == "gzip":
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress
    if encoding == "deflate":
        return zlib.decompressobj().decompress
    if encoding == "br":
        import brotli  # type: ignore[import-not-found]  # only where the HTTP client offered it

        return cast(Callable[[bytes], bytes], brotli.Decompressor().process)
    return None if encoding in {"", "identity"} else _unreadable


def _unreadable(data: bytes) -> bytes:
    del data
    return b""
