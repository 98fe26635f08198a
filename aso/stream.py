"""Every way a stream can end, and what is read of it on the way; sync and async.

Two readers, one owner (docs/adr/0001): where the SDK itself parses the stream, a generator around
the SDK's own sees parsed chunks; where the caller reads bytes, a proxy around the response's byte
stream scans them. Both keep every type; the proxy also sees ``close()``, and its end by garbage
collection tells of streams that were simply dropped.
"""

from __future__ import annotations

import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from typing import Any

from aso.framing import framing_of
from aso.guard import Guard
from aso.inflight import Inflight
from aso.lines import Lines
from aso.scanner import Scanner
from aso.watched import Watched

Reader = Scanner | Lines
_OPEN: weakref.WeakKeyDictionary[Any, Tail] = weakref.WeakKeyDictionary()
_CONCEALED: weakref.WeakSet[Any] = weakref.WeakSet()


class Tail:
    """Watches one unfinished answer. When it is collected, the call was abandoned."""

    __slots__ = ("__weakref__", "flight", "generator", "guard")

    def __init__(self, flight: Inflight, guard: Guard) -> None:
        self.flight = flight
        self.guard = guard
        self.generator: Callable[[], Any] | None = None

    def __del__(self) -> None:
        """Hand over only: this runs anywhere, at any allocation, on any thread."""
        self.flight.abandon()

    def closed(self) -> None:
        """The response was closed; by the reader itself, which then decides, or by the caller."""
        generator = self.generator and self.generator()
        if generator is not None and _is_running(generator):
            return
        with self.guard:
            self.flight.ended()

    def exhausted(self) -> None:
        """The bytes or chunks came to their own end."""
        with self.guard:
            self.flight.scan()
            if not self.flight.stream and not self.flight.answer.complete:
                self.flight.read_answer(None)  # what is no JSON has come to its end, too
            self.flight.exhausted()

    def failed(self, error: BaseException) -> None:
        """Reading raised: the caller sees the same error."""
        with self.guard:
            self.flight.failed(error)

    def first_byte(self) -> None:
        """Note when the answer began to arrive."""
        if self.flight.first_byte_at_ms is None:
            self.flight.first_byte_at_ms = self.flight.now_ms()


def attach(response: Any, flight: Inflight, guard: Guard) -> None:
    """Watch a response whose body is not read yet."""
    tail = _OPEN[response] = watch(response, flight, guard)
    response.stream = ByteStream(response.stream, tail, response.headers)


def watch(response: Any, flight: Inflight, guard: Guard) -> Tail:
    """Return what is told of the answer's end, and tells when nobody holds it any more."""
    framing = framing_of(response.headers.get("content-type", ""))
    flight.stream = framing != "json" or flight.route.endpoint.startswith("stream")
    return Tail(flight, guard)


def conceal(response: Any) -> None:
    """Remember that usage was asked for on the caller's behalf: its chunk is not the caller's."""
    _CONCEALED.add(response)


def parsed(inner: Any, response: Any, *, is_async: bool) -> Any:
    """Return a generator around the SDK's own of parsed chunks, of the same type; None: unwatched."""
    tail = _OPEN.get(response)
    if tail is None or tail.flight.shape is None or tail.flight.is_finished:
        return None
    tail.flight.scanner = None
    tail.flight.stream = True
    observe = tail.flight.shape.observer(tail.flight.answer)
    reader: Callable[..., Any] = _read_async if is_async else _read
    generator = reader(inner, tail, observe, conceals=response in _CONCEALED)
    tail.generator = weakref.ref(generator)
    return generator


def unwatched(inner: Any, response: Any, *, is_async: bool) -> Any:
    """Return what the caller would see had nothing been asked for, where nothing is read."""
    if response not in _CONCEALED:
        return inner
    return _conceal_async(inner) if is_async else _conceal(inner)


class ByteStream(Watched):
    """The response's byte stream, watched. ``isinstance`` sees the original."""

    def __init__(self, wrapped: Any, tail: Tail, headers: Any) -> None:
        super().__init__(wrapped)
        self._self_tail = tail
        self._self_headers = headers

    def __iter__(self) -> Iterator[bytes]:
        scanner, pieces = self._reader(), iter(self.__wrapped__)
        return pieces if scanner is None else scanned(pieces, self._self_tail, scanner)

    def __aiter__(self) -> AsyncIterator[bytes]:
        scanner, pieces = self._reader(), self.__wrapped__.__aiter__()
        return pieces if scanner is None else scanned_async(pieces, self._self_tail, scanner)

    def _reader(self) -> Reader | None:
        """Return who reads along; None where parsed chunks are looked at, or a fault was noted."""
        tail: Tail = self._self_tail
        with tail.guard:
            return None if tail.generator is not None else scanner_of(tail, self._self_headers)
        return None

    def close(self) -> None:
        """Close as the original does, then note the end."""
        try:
            self.__wrapped__.close()
        finally:
            self._self_tail.closed()

    async def aclose(self) -> None:
        """Close as the original does, then note the end."""
        try:
            await self.__wrapped__.aclose()
        finally:
            self._self_tail.closed()


def _read(
    inner: Generator[Any, None, None], tail: Tail, observe: Callable[[Any], None], *, conceals: bool
) -> Generator[Any, None, None]:
    is_first = True
    try:
        for chunk in inner:
            if is_first:
                is_first = False
                tail.first_byte()
            try:
                observe(chunk)
            except Exception as error:  # noqa: BLE001 — a guard here would cost more than the look
                tail.guard.note(error)
            if not conceals or not _is_extra(chunk):
                yield chunk
    except GeneratorExit:
        tail.flight.abandon()
        raise
    except BaseException as error:
        tail.failed(error)
        raise
    else:
        tail.exhausted()
    finally:
        inner.close()


async def _read_async(
    inner: AsyncGenerator[Any, None], tail: Tail, observe: Callable[[Any], None], *, conceals: bool
) -> AsyncGenerator[Any, None]:
    is_first = True
    try:
        async for chunk in inner:
            if is_first:
                is_first = False
                tail.first_byte()
            try:
                observe(chunk)
            except Exception as error:  # noqa: BLE001 — a guard here would cost more than the look
                tail.guard.note(error)
            if not conceals or not _is_extra(chunk):
                yield chunk
    except GeneratorExit:
        tail.flight.abandon()
        raise
    except BaseException as error:
        tail.failed(error)
        raise
    else:
        tail.exhausted()
    finally:
        await inner.aclose()


def scanned(inner: Iterator[bytes], tail: Tail, scanner: Reader) -> Iterator[bytes]:
    """Yield the bytes that a caller reads, seen on their way."""
    feed, is_first = scanner.feed, True
    try:
        for data in inner:
            if is_first:
                is_first = False
                tail.first_byte()
            try:
                feed(data)
            except Exception as error:  # noqa: BLE001 — a guard here would cost more than the look
                tail.guard.note(error)
            yield data
    except GeneratorExit:
        raise
    except BaseException as error:
        tail.failed(error)
        raise
    else:
        tail.exhausted()


async def scanned_async(
    inner: AsyncIterator[bytes], tail: Tail, scanner: Reader
) -> AsyncIterator[bytes]:
    """The same for bytes that are awaited."""
    feed, is_first = scanner.feed, True
    try:
        async for data in inner:
            if is_first:
                is_first = False
                tail.first_byte()
            try:
                feed(data)
            except Exception as error:  # noqa: BLE001 — a guard here would cost more than the look
                tail.guard.note(error)
            yield data
    except GeneratorExit:
        raise
    except BaseException as error:
        tail.failed(error)
        raise
    else:
        tail.exhausted()


def scanner_of(
    tail: Tail, headers: Any, *, is_decoded: bool | None = False, is_chunked: bool = False
) -> Reader:
    """Return the reader of a body whose bytes a caller reads itself, decoded or as they came."""
    encoding = "" if is_decoded else headers.get("content-encoding", "")
    encoding = f"{encoding}, chunked" if is_chunked else encoding
    shape = tail.flight.shape
    scanner: Reader
    if shape is not None and (shape.settles_apart or shape.is_thinned) and tail.flight.settles:
        scanner = Lines(tail.flight, encoding=encoding)
    else:
        scanner = Scanner(framing_of(headers.get("content-type", "")), encoding)
    tail.flight.scanner = scanner
    return scanner


def fed(tail: Tail, scanner: Reader, data: bytes, *, is_last: bool) -> None:
    """Note what one read of the caller's gave."""
    with tail.guard:
        tail.first_byte()
        scanner.feed(data)
    if is_last:
        tail.exhausted()


def _is_running(generator: Any) -> bool:
    return bool(getattr(generator, "gi_running", False) or getattr(generator, "ag_running", False))


def _conceal(inner: Generator[Any, None, None]) -> Generator[Any, None, None]:
    try:
        for chunk in inner:
            if not _is_extra(chunk):
                yield chunk
    finally:
        inner.close()


async def _conceal_async(inner: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    try:
        async for chunk in inner:
            if not _is_extra(chunk):
                yield chunk
    finally:
        await inner.aclose()


def _is_extra(chunk: Any) -> bool:
    """Return True for the chunk with nothing but usage; undo ``"usage": null`` on all others."""
    try:
        fields = chunk.__dict__  # of a pydantic model: several times cheaper than its attributes
        if fields["usage"] is not None:
            return not fields["choices"]
        chunk.__pydantic_fields_set__.discard("usage")
    except (AttributeError, KeyError, TypeError):  # no chunk of a chat: the caller's, as it is
        return False
    return False
