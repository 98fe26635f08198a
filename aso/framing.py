"""How a body is cut into events: by its content type; and AWS's binary frames made into lines.

The frame is Amazon's event stream encoding: total length, headers' length and a checksum, headers,
payload, a checksum (as recorded from bedrock-runtime, and as anthropic 2.12 decodes it, 2026-11-24).
Checksums are the reader's business, not ours: a frame that cannot be read says nothing.
"""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any, Literal

Framing = Literal["json", "lines", "frames"]

_LINES = ("event-stream", "stream+json", "ndjson", "jsonl")
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")  # of an event stream; : is a comment
_BEGIN_JSON = frozenset({b"{", b"["})
_FRAME_BEGINS = b"\0\0"  # of its length, which never reaches 16 MB
_LONGEST_FIRST = 64 * 1024  # line that is looked at
_PRELUDE = 12
_CHECKSUM = 4
_STRING = 7  # the type of header that carries text; events and their kinds are such


def framing_of(content_type: str) -> Framing:
    """Return how a body of that type is cut: one JSON value, lines of data, or AWS's frames."""
    said = content_type.lower()
    if "vnd.amazon.eventstream" in said:
        return "frames"
    return "lines" if any(kind in said for kind in _LINES) else "json"


def framing_seen(said: Framing, data: bytes) -> Framing:
    """Return how a body is cut, by its first bytes where its type does not say so.

    Gateways stream as text/plain, or without a type; of those that begin as JSON does, an object a
    line is lines, too.
    """
    if said != "json":
        return said
    if data[:1] in _BEGIN_JSON:
        end = data.find(b"\n", 0, _LONGEST_FIRST)
        is_whole = end > 0 and data[:end].rstrip()[-1:] == b"}"
        return "lines" if is_whole and data[end : end + 64].lstrip()[:1] == b"{" else said
    if data[:2] == _FRAME_BEGINS:
        return "frames"
    return "lines" if data.lstrip().startswith(_FIELDS) else said


class Frames:
    """Makes AWS's frames into lines, as an event stream of text would have them."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def lines(self, data: bytes) -> bytes:
        """Return the events of all frames that are whole by now, a line each."""
        data, start = self._rest + data, 0
        found: list[bytes] = []
        while len(data) - start >= _PRELUDE:
            length = int.from_bytes(data[start : start + 4], "big")
            if length < _PRELUDE + _CHECKSUM or len(data) - start < length:
                break
            found.append(b"data: " + _event(data[start : start + length]) + b"\n")
            start += length
        self._rest = data[start:]
        return b"".join(found)


def _event(frame: bytes) -> bytes:
    """Return one event as JSON: the model's own chunk where there is one, else named by its kind."""
    end = _PRELUDE + int.from_bytes(frame[4:8], "big")
    headers = _headers(frame[_PRELUDE:end])
    payload = frame[end:-_CHECKSUM]
    kind = headers.get(b":event-type") or headers.get(b":exception-type") or b"unknown"
    if kind == b"chunk":
        return _chunk(payload)
    if b":exception-type" in headers:
        return b'{"error": {"type": "%s"}}' % kind
    return b'{"%s": %s}' % (kind, payload or b"null")


def _chunk(payload: bytes) -> bytes:
    try:
        said: Any = json.loads(payload)
        return b64decode(said["bytes"])
    except (ValueError, KeyError, TypeError):  # not what it says it is
        return b"{}"


def _headers(data: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    while data:
        named = 1 + data[0]
        if data[named : named + 1] != bytes([_STRING]):
            break
        start = named + 3
        end = start + int.from_bytes(data[named + 1 : start], "big")
        found[data[1:named]] = data[start:end]
        data = data[end:]
    return found
