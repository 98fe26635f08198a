"""Undoes what a body was coded with on its way, piece by piece: content codings, and HTTP's chunks.

Codings are named in the order in which they were applied (RFC 9110, section 8.4); chunks are the last
(RFC 9112, section 7.1). What decodes is loaded where a body needs it: zstd by the interpreter from
3.14 on, else by a package that is there, as HTTP clients themselves take it (urllib3 2.8, httpx 0.28;
read 2026-11-26). A body that cannot be decoded is not read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

Decode = Callable[[bytes], bytes]

_FAULTS = frozenset(
    {"zlib", "brotli", "_brotli", "brotlicffi", "compression", "_zstd", "backports", "zstandard"}
)
_SIZE = re.compile(rb"[0-9a-fA-F]{1,15}")
_AT_SIZE, _IN_DATA, _AT_END, _OVER = "size", "data", "end", "over"


def decoder(coding: str) -> Decode | None:
    """Return what undoes codings, piece by piece; None: nothing needs to be undone."""
    names = [name for one in coding.split(",") if (name := one.strip().lower()) not in _NONE]
    if not names:
        return None
    steps = [_CODINGS.get(name, _unreadable)() for name in reversed(names)]
    return _Steps(steps)


class _Steps:
    """Codings, one over the other; of a body that is not what they say, nothing more is read."""

    def __init__(self, steps: list[Decode]) -> None:
        self._steps = steps

    def __call__(self, data: bytes) -> bytes:
        try:
            for step in self._steps:
                data = step(data)
        except Exception as error:
            if type(error).__module__.partition(".")[0] in _FAULTS:
                self._steps = [_unread]
                return b""
            raise
        return data


class _Members:
    """A coding whose body may be several, one after the other; each has a decompressor of its own."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._one = make()

    def __call__(self, data: bytes) -> bytes:
        found: list[bytes] = []
        while data:
            if self._one.eof:
                self._one = self._make()
            found.append(self._one.decompress(data))
            data = self._one.unused_data
        return b"".join(found)


class Chunks:
    """Takes the sizes of chunks out of a body (RFC 9112, section 7.1)."""

    def __init__(self) -> None:
        self._state = _AT_SIZE
        self._left = 0
        self._line = b""

    def __call__(self, data: bytes) -> bytes:
        """Return what the chunks hold."""
        found: list[bytes] = []
        while data and self._state != _OVER:
            if self._state == _IN_DATA:
                found.append(data[: self._left])
                data = self._taken(data, len(found[-1]))
            else:
                data = self._read_line(data)
        return b"".join(found)

    def _taken(self, data: bytes, length: int) -> bytes:
        self._left -= length
        if not self._left:
            self._state = _AT_END
        return data[length:]

    def _read_line(self, data: bytes) -> bytes:
        line, end, rest = data.partition(b"\n")
        self._line += line
        if not end:
            return b""
        line, self._line = self._line, b""
        if self._state == _AT_END:
            self._state = _AT_SIZE
        else:
            self._begin(line.partition(b";")[0].strip())
        return rest

    def _begin(self, size: bytes) -> None:
        self._left = int(size, 16) if _SIZE.fullmatch(size) else 0  # what is no size ends it, too
        self._state = _IN_DATA if self._left else _OVER


class _Deflate:
    """A zlib stream; or a raw one, which clients take, too: it does not begin as the other does."""

    _decode: Decode | None = None

    def __call__(self, data: bytes) -> bytes:
        if self._decode is None and data:
            bits = zlib.MAX_WBITS if data[0] & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS
            self._decode = _Members(lambda: zlib.decompressobj(bits))
        return b"" if self._decode is None else self._decode(data)


def _zstd() -> Decode:
    if (module := _first("compression.zstd", "backports.zstd")) is not None:
        return _Members(module.ZstdDecompressor)
    if (package := _first("zstandard")) is not None:
        return _Members(lambda: package.ZstdDecompressor().decompressobj())
    return _unread


def _brotli() -> Decode:
    module = _first("brotli", "brotlicffi")
    process: Decode = _unread if module is None else module.Decompressor().process
    return process


def _first(*names: str) -> Any:
    """Return the first of modules that is there; None: the caller could not decode it either."""
    return next((import_module(name) for name in names if _is_there(name)), None)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # nor is the package that it would be in
        return False


def _gzip() -> Decode:
    return _Members(lambda: zlib.decompressobj(16 + zlib.MAX_WBITS))


def _unreadable() -> Decode:
    return _unread


def _unread(data: bytes) -> bytes:
    del data
    return b""


_NONE = frozenset({"", "identity"})
_CODINGS: dict[str, Callable[[], Decode]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _Deflate,
    "br": _brotli,
    "zstd": _zstd,
    "chunked": Chunks,
}
