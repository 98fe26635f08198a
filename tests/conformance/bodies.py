"""A body that arrives in parts, for either generation of httpx; it counts how often it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache
from typing import Any

EVENTS = {"content-type": "text/event-stream"}


@cache
def body_of(http: Any) -> Any:
    """Return the class for one module; of its parts an exception is raised, None stalls."""

    class Body(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc, name-defined]
        def __init__(self, parts: Sequence[Any]) -> None:
            self.parts = parts
            self.closed = 0

        def __iter__(self) -> Iterator[bytes]:
            for part in self.parts:
                if isinstance(part, BaseException):
                    raise part
                yield part

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in self.parts:
                if isinstance(part, BaseException):
                    raise part
                if part is None:
                    await asyncio.sleep(60)
                yield part

        def close(self) -> None:
            self.closed += 1

        async def aclose(self) -> None:
            self.closed += 1

    return Body
