"""Bytes of a segment ↔ header and records. Pure: no files, no clock.

A segment is ``[8 magic][u32 ordinal][u32 length][u32 crc32][header JSON]`` and then records
``[u32 length][u32 crc32][payload]``, little endian, up to a length of 0 (docs/adr/0004).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from aso.facts import Origin

MAGIC = b"ASOJRNL\x01"  # the last byte is the format's version
ORDINAL = slice(8, 12)
_FIXED = struct.Struct("<8sIII")
_HEAD = struct.Struct("<II")
_WORD = struct.Struct("<I")
RECORD_HEAD_BYTES = _HEAD.size
LARGEST_RECORD = 8 << 20  # bytes; a record of facts has about 500
CRC_CHUNK = 4096

pack_head: Callable[[int, int], bytes] = _HEAD.pack


class View(Protocol):
    """Bytes that can be sliced: ``bytes`` or a mapping."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...


class Header(NamedTuple):
    """What is the same for all records of a segment. ``ordinal`` 0: a spare, never used."""

    origin: Origin
    pid: int
    created_ms: int
    ordinal: int
    start: int


def checksum(payload: bytes) -> int:
    """Return the CRC-32, without ever letting go of the GIL.

    zlib does so above 5 KiB, and a thread that computes would then keep it for milliseconds.
    """
    view, value = memoryview(payload), 0
    for at in range(0, len(payload), CRC_CHUNK):
        value = crc32(view[at : at + CRC_CHUNK], value)
    return value


def encode_header(origin: Origin, pid: int, created_ms: int) -> bytes:
    """Return the header of a spare: its ordinal is 0 until it is used."""
    body = json.dumps({"origin": origin, "pid": pid, "created_ms": created_ms}).encode()
    return _FIXED.pack(MAGIC, 0, len(body), crc32(body)) + body


def encode_ordinal(ordinal: int) -> bytes:
    """Return the bytes of ``ORDINAL``."""
    return _WORD.pack(ordinal)


def decode_header(data: View) -> Header | None:
    """Return the header; None when it is torn or of another version."""
    if len(data) < _FIXED.size:
        return None
    magic, ordinal, length, crc = _FIXED.unpack(data[: _FIXED.size])
    body = data[_FIXED.size : _FIXED.size + length]
    if magic != MAGIC or len(body) != length or crc32(body) != crc:
        return None
    try:
        origin, pid, created_ms = _said(json.loads(body))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Header(origin, pid, created_ms, ordinal, _FIXED.size + length)


def _said(header: dict[str, Any]) -> tuple[Origin, int, int]:
    """Return what a header says; raises where it is not one of ours."""
    texts, numbers = header["origin"], (header["pid"], header["created_ms"])
    if any(type(one) is not int for one in numbers):
        raise TypeError("pid and created_ms are whole numbers")
    if any(not isinstance(one, (str, type(None))) for one in texts):
        raise TypeError("what is the same for all records is text")
    return Origin(*texts), *numbers


def read_records(data: View, offset: int, limit: int) -> tuple[list[bytes], int, bool]:
    """Return the payloads at ``offset``, where they end, and whether something torn follows."""
    found: list[bytes] = []
    size = len(data)
    while len(found) < limit and offset + RECORD_HEAD_BYTES <= size:
        length, crc = _HEAD.unpack(data[offset : offset + RECORD_HEAD_BYTES])
        if length == 0:
            break
        start = offset + RECORD_HEAD_BYTES
        payload = data[start : start + length]
        if len(payload) != length or crc32(payload) != crc:
            return found, offset, True
        found.append(payload)
        offset = start + length
    return found, offset, False
