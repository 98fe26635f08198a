"""requests: every request of every session ends in ``Session.send`` (2.34; read 2026-11-24)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aso.capture.call import strip
from aso.capture.transport import NOTHING, Sent, Transport
from aso.inflight import Inflight
from aso.stream import Reader, Tail, fed, scanned, scanner_of, watch
from aso.watched import Watched


class Requests(Transport):
    """The wrapper of ``Session.send``."""

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return the prepared request's parts."""
        request = kwargs["request"] if "request" in kwargs else args[0]
        if not hasattr(request, "body"):  # nobody prepared it: requests itself will not send it
            return NOTHING
        return Sent(
            request.method or "", request.url or "", request.headers, request.body, instance.headers
        )

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments with a copy of the request: the caller may send its own again."""
        del instance
        request = (kwargs["request"] if "request" in kwargs else args[0]).copy()
        strip(request.headers)
        if "request" in kwargs:
            return args, {**kwargs, "request": request}
        return (request, *args[1:]), kwargs

    def is_read(self, response: Any) -> bool:
        """Return True where the answer's body was read."""
        return bool(response._content_consumed)  # noqa: SLF001 — what requests itself asks

    def answered(self, flight: Inflight, response: Any) -> None:
        """Note an answer; one that was not read yet is watched where its bytes come from."""
        flight.response = response
        flight.http_status = response.status_code
        flight.answered += 1
        flight.read_headers(response.headers)
        if self.is_read(response):
            flight.first_byte_at_ms = flight.now_ms()
            flight.completion_bytes = len(response.content)
            return
        tail = watch(response, flight, self.pipeline.guard)
        response.raw = Raw(response.raw, tail, response.headers)
        self.pipeline.live.add(flight)


class Raw(Watched):
    """The connection's own response of urllib3, watched. ``isinstance`` sees the original."""

    def __init__(self, wrapped: Any, tail: Tail, headers: Any) -> None:
        super().__init__(wrapped)
        self._self_tail = tail
        self._self_headers = headers
        self._self_scanner: Reader | None = None

    def stream(
        self,
        amt: int | None = 65536,
        decode_content: bool | None = None,  # noqa: FBT001 — the original's signature
    ) -> Iterator[bytes]:
        """Yield pieces, as the original does; requests asks for them decoded."""
        tail, scanner = self._self_tail, None
        pieces: Iterator[bytes] = iter(self.__wrapped__.stream(amt, decode_content))
        with tail.guard:
            scanner = scanner_of(tail, self._self_headers, is_decoded=decode_content)
        return pieces if scanner is None else scanned(pieces, tail, scanner)

    def __iter__(self) -> Iterator[bytes]:
        """Yield lines, as the original does: decoded."""
        lines: Iterator[bytes] = iter(self.__wrapped__)
        scanner = self._reader(is_decoded=True)
        return lines if scanner is None else scanned(lines, self._self_tail, scanner)

    def read(self, *args: Any, **kwargs: Any) -> bytes:
        """Read as the original does; so do the others."""
        scanner = self._reader(is_decoded=kwargs.get("decode_content"))
        data: bytes = self._read("read", *args, **kwargs)
        asked = args[0] if args else kwargs.get("amt")  # None: all there is
        self._saw(scanner, data, is_last=not data or asked is None)
        return data

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer: how ``io.BufferedReader`` reads."""
        scanner = self._reader()
        count: int = self._read("readinto", buffer)
        self._saw(scanner, bytes(memoryview(buffer)[:count]), is_last=not count)
        return count

    def readline(self, size: int | None = -1) -> bytes:
        """Read a line."""
        scanner = self._reader()
        line: bytes = self._read("readline", size)
        self._saw(scanner, line, is_last=not line)
        return line

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Read lines, all where no hint says how many bytes are enough."""
        scanner = self._reader()
        lines: list[bytes] = self._read("readlines", hint)
        self._saw(scanner, b"".join(lines), is_last=not lines or not hint or hint < 0)
        return lines

    def _read(self, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(self.__wrapped__, name)(*args, **kwargs)
        except BaseException as error:
            self._self_tail.failed(error)
            raise

    def _reader(self, *, is_decoded: bool | None = None) -> Reader | None:
        """Return who reads along, one for all reads; None where a fault was noted."""
        tail: Tail = self._self_tail
        if self._self_scanner is None:
            with tail.guard:
                headers = self._self_headers
                self._self_scanner = scanner_of(tail, headers, is_decoded=is_decoded)
        found: Reader | None = self._self_scanner
        return found

    def _saw(self, scanner: Reader | None, data: bytes, *, is_last: bool) -> None:
        if scanner is not None:
            fed(self._self_tail, scanner, data, is_last=is_last)

    def close(self) -> None:
        """Close as the original does, then note the end."""
        try:
            self.__wrapped__.close()
        finally:
            self._self_tail.closed()
