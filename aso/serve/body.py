"""The bytes of a request → JSON text, bounded: a bomb is refused before it is unpacked."""

from __future__ import annotations

import zlib

from aso.serve.refusal import RefusedError

_GZIP = 16 + zlib.MAX_WBITS
_ENCODINGS = ("", "identity", "gzip")


def decoded(body: bytes, encoding: str, *, max_bytes: int) -> bytes:
    """Return the body without its Content-Encoding.

    Raises:
        RefusedError: 415 for an encoding other than gzip, 400 for one that is broken, 413 where more
            than ``max_bytes`` come out.
    """
    name = encoding.strip().lower()
    if name not in _ENCODINGS:
        raise RefusedError(415, "Content-Encoding must be gzip, or not be there")
    if name != "gzip":
        return body if len(body) <= max_bytes else _too_large(max_bytes)
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        found = unpacker.decompress(body, max_bytes + 1)
    except zlib.error:
        raise RefusedError(400, "The body is not gzip, which its Content-Encoding says") from None
    if len(found) > max_bytes:
        return _too_large(max_bytes)
    if not unpacker.eof or unpacker.unused_data:
        raise RefusedError(400, "The body is cut, or more than one gzip stream: send one, whole")
    return found


def _too_large(max_bytes: int) -> bytes:
    raise RefusedError(413, f"The batch is larger than {max_bytes:,} bytes: send it in parts")
