"""urllib3, used as it is: ``PoolManager.urlopen`` and ``HTTPConnectionPool.urlopen`` (1.26, 2.8; 2026-11-26).

Retries and redirects are attempts of one call, as its own ``Retry`` counts them; of requests and
botocore, too, which send by it. What is preloaded is read at once, else where http.client reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aso.capture.call import strip
from aso.capture.http_client import follow
from aso.capture.seam import CURRENT
from aso.capture.transport import Sent, Transport
from aso.codings import decoder
from aso.inflight import Inflight

_BODY, _HEADERS = 2, 3  # the places of the arguments of a pool's urlopen
_NOTED = (("response", 2), ("error", 3), ("_pool", 4))  # and of increment's
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Preloaded(NamedTuple):
    """An answer that is read: its bytes, decoded."""

    headers: Mapping[str, str]
    content: bytes


class Urllib3(Transport):
    """The wrappers of both ``urlopen``, the outer of which owns the call, and of its retries."""

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return the arguments of a request; a pool has a path, a manager the whole URL."""
        method, url = (*args, kwargs.get("method"), kwargs.get("url"))[:2]
        if not args:
            method, url = kwargs.get("method"), kwargs.get("url")
        body = kwargs["body"] if "body" in kwargs else _placed(args, _BODY)
        headers = _headers_in(args, kwargs)
        own = instance.headers
        address = str(url) if "://" in str(url) else _origin_of(instance) + str(url)
        return Sent(str(method), address, own if headers is None else headers, body, own)

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments with a copy of the headers; the client's own, where it gives none."""
        given = _headers_in(args, kwargs)
        headers = (instance.headers if given is None else given).copy()
        strip(headers)
        if len(args) > _HEADERS:
            return (*args[:_HEADERS], headers, *args[_HEADERS + 1 :]), kwargs
        return args, {**kwargs, "headers": headers}

    def status_of(self, response: Any) -> int:
        """Return the HTTP status of an answer."""
        status: int = response.status
        return status

    def answered(self, flight: Inflight, response: Any) -> None:
        """Note an answer; one that was not read yet is watched where its bytes come from."""
        flight.http_status = response.status
        flight.answered += 1
        flight.read_headers(response.headers)
        # None where nothing was read (1.26, 2.8); what came by HTTP/2 always was (2.8).
        content = response._body if hasattr(response, "_body") else response.data  # noqa: SLF001
        if isinstance(content, bytes):
            flight.first_byte_at_ms = flight.now_ms()
            flight.completion_bytes = len(content)
            flight.response = Preloaded(response.headers, _decoded(response, content))
        elif follow(getattr(response, "_fp", None), response, flight, self.pipeline.guard):
            self.pipeline.live.add(flight)

    def retry(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Count one more attempt: ``increment`` returns where there is one, else it raises."""
        flight = CURRENT.get()
        if flight is None:
            return wrapped(*args, **kwargs)
        response, error, pool = (kwargs.get(name, _placed(args, place)) for name, place in _NOTED)
        try:
            again = wrapped(*args, **kwargs)
        except BaseException:
            with self.pipeline.guard:
                if response is not None and _raises(instance, response):
                    flight.answered += 1
                    flight.http_status = response.status
            raise
        with self.pipeline.guard:
            if getattr(pool, "host", None) == flight.host:  # else it is no request of this call's
                flight.attempts += 1
                flight.attempt_failed(error, answered=response is not None)
        return again


def _headers_in(args: Any, kwargs: Any) -> Any:
    return kwargs["headers"] if "headers" in kwargs else _placed(args, _HEADERS)


def _placed(args: Any, place: int) -> Any:
    return args[place] if len(args) > place else None


def _origin_of(pool: Any) -> str:
    """Return scheme, host and port of a pool, whichever proxy is on the way."""
    name = f"[{pool.host}]" if ":" in str(pool.host).strip("[]") else pool.host
    default = pool.port in {None, _DEFAULT_PORTS.get(pool.scheme)}
    return f"{pool.scheme}://{name}" + ("" if default else f":{pool.port}")


def _decoded(response: Any, content: bytes) -> bytes:
    """Return a body as text, which the caller may have asked for as it came over the wire."""
    coding = "" if response.decode_content else response.headers.get("content-encoding", "")
    decode = decoder(coding)
    return content if decode is None else decode(content)


def _raises(retries: Any, response: Any) -> bool:
    """Return whether the caller gets an error where there are no retries left, not the answer."""
    is_redirect = bool(response.get_redirect_location())
    return bool(retries.raise_on_redirect if is_redirect else retries.raise_on_status)
