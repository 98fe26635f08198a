"""The real OpenAI SDK on a transport that answers at once: no network, no key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import openai
import openai._base_client as base

http: Any = getattr(base, "httpx2", None) or base.httpx  # type: ignore[attr-defined]

PIECE = 16 * 1024  # bytes that one read of a connection brings


class Body(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc]
    """A body that is to be read, in pieces; for a stream, one piece per line."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def sync_client(body: bytes) -> openai.OpenAI:
    """Return a client whose every call gets this body."""
    transport = http.MockTransport(_answering(body))
    return openai.OpenAI(api_key="none", http_client=http.Client(transport=transport))


def async_client(body: bytes) -> openai.AsyncOpenAI:
    """Return the same for asyncio."""
    transport = http.MockTransport(_answering(body))
    return openai.AsyncOpenAI(api_key="none", http_client=http.AsyncClient(transport=transport))


def _answering(body: bytes) -> Callable[[Any], Any]:
    is_stream = body.startswith(b"data:")
    kind = "text/event-stream" if is_stream else "application/json"
    pieces = [body[at : at + PIECE] for at in range(0, len(body), PIECE)]
    if is_stream:
        pieces = [line + b"\n\n" for line in body.split(b"\n\n") if line]

    def answer(request: Any) -> Any:
        del request
        return http.Response(200, headers={"content-type": kind}, stream=Body(pieces))

    return answer
