"""A request's body as it arrives: bounded in bytes and in time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio

from aso.serve.limits import Limits
from aso.serve.refusal import RefusedError

_DRAINED = 64 << 20  # bytes that are read of a request that is refused


class Incoming:
    """One request's body.

    What is refused is still read, as far as it is no attack: a server that answers and closes while
    the client is writing has its answer lost (RFC 9112, 9.6), and the client would try for ever.
    """

    def __init__(self, chunks: AsyncIterator[bytes], limits: Limits) -> None:
        self._chunks = chunks
        self._limits = limits

    async def read(self) -> bytes:
        """Return all of it.

        Raises:
            RefusedError: 413 where it is too large, 408 where it takes too long.
        """
        most, found = self._limits.max_body_bytes, bytearray()
        with anyio.move_on_after(self._limits.body_timeout_s):
            async for chunk in self._chunks:
                found += chunk
                if len(found) > most:
                    message = f"The body is larger than {most:,} bytes: send the batch in parts"
                    raise RefusedError(413, message)
            return bytes(found)
        raise RefusedError(
            408, f"The body did not arrive within {self._limits.body_timeout_s} seconds"
        )

    async def drain(self) -> None:
        """Read what is left, and forget it."""
        left = _DRAINED
        with anyio.move_on_after(self._limits.body_timeout_s):
            async for chunk in self._chunks:
                left -= len(chunk)
                if left < 0:
                    return
