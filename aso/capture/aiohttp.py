"""aiohttp: every request of every session ends in ``ClientSession._request`` (3.14; 2026-11-24)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any

from aso.capture.call import strip
from aso.capture.seam import CURRENT
from aso.capture.transport import NOTHING, Sent, Transport
from aso.inflight import Inflight
from aso.stream import Tail, fed, scanner_of, watch
from aso.watched import Watched
from aso.wire.access import TUPLE


class Aiohttp(Transport):
    """The wrappers of a session's requests and of the headers that it makes for them."""

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return the arguments of a request, as the session will send them."""
        method, url = (*args, kwargs.get("method"), kwargs.get("str_or_url"))[:2]
        if not args:
            method, url = kwargs.get("method"), kwargs.get("str_or_url")
        address = address_of(instance, url)
        if not address:
            return NOTHING
        body = kwargs.get("json")
        if body is None:
            body = _sent_data(kwargs.get("data"))
        own = instance.headers
        headers = {**own, **dict(kwargs.get("headers") or {})}
        return Sent(str(method), address, headers, body, own)

    def attempt(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """The session's headers and the call's are one now; those meant for aso stay here."""
        del instance
        headers = wrapped(*args, **kwargs)
        flight = CURRENT.get()
        if flight is not None and flight.strip_headers:
            with self.pipeline.guard:
                strip(headers)
        return headers

    def status_of(self, response: Any) -> int:
        """Return the HTTP status of an answer."""
        status: int = response.status
        return status

    def answered(self, flight: Inflight, response: Any) -> None:
        """Note an answer; its body is always still to be read."""
        flight.http_status = response.status
        flight.answered += 1
        flight.read_headers(response.headers)
        tail = watch(response, flight, self.pipeline.guard)
        response.content = Content(response.content, tail, response.headers)
        self.pipeline.live.add(flight)


def address_of(session: Any, url: Any) -> str:
    """Return an address as the session completes it; empty: the session itself will refuse it."""
    try:
        return str(session._build_url(url))  # noqa: SLF001 — verified with the hooks
    except (TypeError, ValueError):
        return ""


class Content(Watched):
    """The body of an answer, watched. ``isinstance`` sees the original."""

    def __init__(self, wrapped: Any, tail: Tail, headers: Any) -> None:
        super().__init__(wrapped)
        self._self_tail = tail
        self._self_scanner = scanner_of(tail, headers, is_decoded=True)

    async def _seen(self, reading: Awaitable[Any]) -> Any:
        try:
            found = await reading
        except BaseException as error:
            self._self_tail.failed(error)
            raise
        data: bytes = found[0] if type(found) is TUPLE else found
        fed(self._self_tail, self._self_scanner, data, is_last=self.__wrapped__.at_eof())
        return found

    async def read(self, n: int = -1) -> bytes:
        """Read as the original does; so do the others."""
        return await self._seen(self.__wrapped__.read(n))  # type: ignore[no-any-return]

    async def readany(self) -> bytes:
        """Read what is there."""
        return await self._seen(self.__wrapped__.readany())  # type: ignore[no-any-return]

    async def readline(self, **limits: Any) -> bytes:
        """Read a line."""
        return await self._seen(self.__wrapped__.readline(**limits))  # type: ignore[no-any-return]

    async def readuntil(self, separator: bytes = b"\n", **limits: Any) -> bytes:
        """Read up to a separator."""
        reading = self.__wrapped__.readuntil(separator, **limits)
        return await self._seen(reading)  # type: ignore[no-any-return]

    async def readexactly(self, n: int) -> bytes:
        """Read just so much."""
        return await self._seen(self.__wrapped__.readexactly(n))  # type: ignore[no-any-return]

    async def readchunk(self) -> tuple[bytes, bool]:
        """Read a chunk of the wire."""
        return await self._seen(self.__wrapped__.readchunk())  # type: ignore[no-any-return]

    def read_nowait(self, n: int = -1) -> bytes:
        """Take what is there."""
        data: bytes = self.__wrapped__.read_nowait(n)
        fed(self._self_tail, self._self_scanner, data, is_last=self.__wrapped__.at_eof())
        return data

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces(self.__wrapped__.__aiter__(), self.readline)

    def iter_chunked(self, n: int) -> AsyncIterator[bytes]:
        """Iterate by size, in the original's own iterator."""
        return self._pieces(self.__wrapped__.iter_chunked(n), lambda: self.read(n))

    def iter_any(self) -> AsyncIterator[bytes]:
        """Iterate by what is there."""
        return self._pieces(self.__wrapped__.iter_any(), self.readany)

    def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        """Iterate by chunks of the wire."""
        found = self.__wrapped__.iter_chunks()
        found._stream = self  # noqa: SLF001 — what it reads from
        return found  # type: ignore[no-any-return]

    def set_exception(self, *args: Any, **kwargs: Any) -> None:
        """The answer is released or closed: what was not read by now never is."""
        self.__wrapped__.set_exception(*args, **kwargs)
        self._self_tail.closed()

    @staticmethod
    def _pieces(iterator: Any, read: Any) -> AsyncIterator[bytes]:
        iterator.read_func = read
        return iterator  # type: ignore[no-any-return]


def _sent_data(data: Any) -> Any:
    """Return the text fields of a form, or the data itself."""
    fields = getattr(data, "_fields", None)
    if fields is None:
        return data
    return {
        options.get("name", ""): value for options, _, value in fields if isinstance(value, str)
    }
