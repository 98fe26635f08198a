"""http.client, and what is built on it: urllib.request, httplib2, your own (3.11; read 2026-11-26).

``request`` begins a call, ``getresponse`` has its answer; what is put on the wire by ``putrequest`` is
not seen. The caller gets the answer itself: only the file that it reads from is a proxy, so every way
to read it is seen, as it came over the wire. Everything else of a program passes here, too: it costs
a look into a table, and no more.
"""

from __future__ import annotations

import weakref
from typing import Any

from aso.capture.call import Begun, strip
from aso.capture.frame import FRAME
from aso.capture.transport import Sent, Transport
from aso.guard import Guard
from aso.hook import Integration
from aso.inflight import Inflight
from aso.pipeline import Pipeline
from aso.providers import is_providers
from aso.stream import Tail, fed, scanner_of, watch
from aso.watched import Watched

_HEADERS = 3  # the place of that argument
_MOST_PLACES = 1024
_HTTPS = 443
_Place = tuple[object, object, object, object]


class HttpClient(Transport):
    """The wrappers of ``HTTPConnection.request`` and ``getresponse``."""

    def __init__(
        self, pipeline: Pipeline, integration: Integration, *, only_below: bool = False
    ) -> None:
        super().__init__(pipeline, integration, only_below=only_below)
        self._places: dict[_Place, bool] = {}
        self._waiting: weakref.WeakKeyDictionary[Any, _Asked] = weakref.WeakKeyDictionary()

    def request(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Send a request, watched where it goes to a provider."""
        if FRAME.get() is None and not self._is_providers(instance):
            return wrapped(*args, **kwargs)
        return super().request(wrapped, instance, args, kwargs)

    def response(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Wait for the answer to what was sent."""
        asked = self._waiting.pop(instance, None) if self._waiting else None
        if asked is None or (flight := asked.taken()).is_finished:
            return wrapped(*args, **kwargs)
        try:
            response = wrapped(*args, **kwargs)
        except BaseException as error:
            self.failed(flight, error)
            raise
        self.returned(flight, response)
        return response

    def begin(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Start a call; until its answer is asked for, it is its connection's."""
        flight, args, kwargs = super().begin(instance, args, kwargs)
        if flight is not None:
            with self.pipeline.guard:
                self._waiting[instance] = _Asked(flight)
        return flight, args, kwargs

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return the arguments of a request: ``request(method, url, body=None, headers={})``."""
        method, url, body, headers = (*args, *(None,) * 4)[:4]
        headers = kwargs.get("headers", headers)
        path = str(kwargs.get("url", url))
        return Sent(
            str(kwargs.get("method", method)),
            path if "://" in path else _origin_of(instance) + path,
            headers,
            kwargs.get("body", body),
            None,
        )

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments with a copy of the headers."""
        del instance
        is_named = "headers" in kwargs
        headers = (kwargs["headers"] if is_named else args[_HEADERS]).copy()
        strip(headers)
        if is_named:
            return args, {**kwargs, "headers": headers}
        return (*args[:_HEADERS], headers, *args[_HEADERS + 1 :]), kwargs

    def status_of(self, response: Any) -> int:
        """Return the HTTP status of an answer."""
        status: int = response.status
        return status

    def answered(self, flight: Inflight, response: Any) -> None:
        """Note an answer; its body is always still to be read."""
        flight.http_status = response.status
        flight.answered += 1
        flight.read_headers(response.headers)
        if follow(response, response, flight, self.pipeline.guard):
            self.pipeline.live.add(flight)

    def returned(self, flight: Inflight, result: Any) -> None:
        """Read an answer; ``request`` returns none."""
        if result is not None:
            super().returned(flight, result)

    def _is_providers(self, instance: Any) -> bool:
        """Return whether a connection may lead to a provider; looked up once for each place."""
        place = _place_of(instance)
        if (found := self._places.get(place)) is not None:
            return found
        with self.pipeline.guard:
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            found = is_providers(_origin_of(instance), self.pipeline.hosts)
            self._places[place] = found
            return found
        return False


class _Asked:
    """A call until its answer is asked for; where its connection is collected, it never is."""

    __slots__ = ("_flight", "_is_taken")

    def __init__(self, flight: Inflight) -> None:
        self._flight = flight
        self._is_taken = False

    def taken(self) -> Inflight:
        self._is_taken = True
        return self._flight

    def __del__(self) -> None:
        """Hand over only: this runs anywhere, at any allocation, on any thread."""
        if not self._is_taken:
            self._flight.abandon()


def follow(response: Any, held: Any, flight: Inflight, guard: Guard) -> bool:
    """Watch the file that an answer of http.client reads from; False where it is read already.

    Args:
        response: the answer itself.
        held: what the caller holds of it: its end is a finalizer's where that is being collected.
        flight: the call.
        guard: takes faults of ours.
    """
    file = getattr(response, "fp", None)
    if file is None:
        return False
    tail = watch(held, flight, guard)
    response.fp = File(file, tail, response, held)
    return True


class File(Watched):
    """What an answer reads from: the connection's own bytes, chunks' sizes among them.

    The answer closes it where the body is over, and where it is closed itself.
    """

    def __init__(self, wrapped: Any, tail: Tail, response: Any, held: Any) -> None:
        super().__init__(wrapped)
        self._self_tail = tail
        is_chunked = bool(response.chunked)
        self._self_scanner = scanner_of(tail, held.headers, is_chunked=is_chunked)
        self._self_response = weakref.ref(response)
        self._self_held = weakref.ref(held)

    def read(self, *size: Any) -> bytes:
        """Read as the original does; so do the others."""
        return self._self_read("read", *size)

    def read1(self, *size: Any) -> bytes:
        """Read what one look at the connection gives."""
        return self._self_read("read1", *size)

    def readline(self, *size: Any) -> bytes:
        """Read a line."""
        return self._self_read("readline", *size)

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        count: int = self._self_done("readinto", buffer)
        fed(self._self_tail, self._self_scanner, bytes(memoryview(buffer)[:count]), is_last=False)
        return count

    def _self_read(self, name: str, *size: Any) -> bytes:
        data: bytes = self._self_done(name, *size)
        fed(self._self_tail, self._self_scanner, data, is_last=False)
        return data

    def _self_done(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(self.__wrapped__, name)(*arguments)
        except BaseException as error:
            self._self_tail.failed(error)
            raise

    def close(self) -> None:
        """Close as the original does, then note the end."""
        try:
            self.__wrapped__.close()
        finally:
            self._self_ended()

    def _self_ended(self) -> None:
        """End the call: the body is over, was left by its reader, or nobody held it any more."""
        tail: Tail = self._self_tail
        with tail.guard:
            response, held = self._self_response(), self._self_held()
            if response is None or held is None or _is_collected(response) or _is_collected(held):
                tail.flight.abandon()  # a finalizer runs anywhere: it may do nothing else
            elif response.closed:  # so it is by its own close() before its file is
                tail.closed()
            else:
                tail.exhausted()


def _is_collected(response: Any) -> bool:
    """Return whether a finalizer of io's is what closes it (CPython's Modules/_io/iobase.c)."""
    return getattr(response, "_finalizing", False) is True


def _place_of(instance: Any) -> _Place:
    tunnel = getattr(instance, "_tunnel_host", None)
    return instance.host, instance.port, tunnel, getattr(instance, "_tunnel_port", None)


def _origin_of(instance: Any) -> str:
    """Return scheme, host and port, where a tunnel leads if there is one."""
    host, port, tunnel, tunnel_port = _place_of(instance)
    if tunnel:
        host, port = tunnel, tunnel_port
    default = getattr(instance, "default_port", None)
    scheme = "https" if default == _HTTPS or tunnel else "http"
    name = f"[{host}]" if ":" in str(host) else host
    return f"{scheme}://{name}" + ("" if port in {None, default} else f":{port}")
