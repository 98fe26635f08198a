"""One kept HTTP connection to one endpoint, by the standard library alone: no hook sees it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from aso.sinks.ingest_proxy import expect_certificates, proxy_for

if TYPE_CHECKING:
    from http.client import HTTPConnection

_MAX_ANSWER_BYTES = 1 << 20
_MAX_PAUSE_S = 3600.0


class Answer(NamedTuple):
    """What the endpoint said. ``body`` is empty where it was no JSON object."""

    status: int
    body: Mapping[str, Any]
    retry_after_s: float | None


class Connection:
    """Opened when first needed, used again, never shared with a forked child.

    TLS is verified by the system's trust store, or SSL_CERT_FILE; a proxy of the network tunnels it, and
    sees host and port alone. Redirects are answers like any other: a key goes to the endpoint that
    was named, and to no other.

    Raises:
        ConfigError: HTTPS_PROXY or SSL_CERT_FILE cannot be used.
    """

    def __init__(self, endpoint: str, *, timeout_s: float) -> None:
        scheme, _, rest = endpoint.partition("://")
        self._is_secure = scheme.lower() == "https"
        self._host, _, path = rest.partition("/")
        self._base = f"/{path}" if path else ""
        self._timeout_s = timeout_s
        self._proxy = proxy_for(self._host) if self._is_secure else None
        if self._is_secure:
            expect_certificates()
        self._open: HTTPConnection | None = None
        self._pid = 0

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Return the answer to a POST.

        A connection that was kept may have been closed by the other side meanwhile: then once
        anew, which is safe as an event counts once however often it comes.

        Raises:
            OSError, http.client.HTTPException: there was no answer.
        """
        if self._open is not None and self._pid == os.getpid():
            try:
                return self._exchange(self._open, path, body, headers)
            except ConnectionError:
                self.close()
        return self._exchange(self._connect(), path, body, headers)

    def close(self) -> None:
        """Close it; one that a forked child inherited is the parent's to close."""
        if self._open is not None and self._pid == os.getpid():
            self._open.close()
        self._open = None

    def _connect(self) -> HTTPConnection:
        from http.client import HTTPConnection  # 15 ms: not at import

        found = (
            self._secured()
            if self._is_secure
            else HTTPConnection(self._host, timeout=self._timeout_s)
        )
        found.set_debuglevel(0)  # whatever the program's is: it prints headers
        self._open, self._pid = found, os.getpid()
        return found

    def _secured(self) -> HTTPConnection:
        from http.client import HTTPSConnection
        from ssl import create_default_context

        context, proxy = create_default_context(), self._proxy
        if proxy is None:
            return HTTPSConnection(self._host, timeout=self._timeout_s, context=context)
        found = HTTPSConnection(proxy.host, proxy.port, timeout=self._timeout_s, context=context)
        found.set_tunnel(self._host, headers=proxy.headers)
        return found

    def _exchange(
        self, connection: HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        is_whole = False
        try:
            connection.request("POST", self._base + path, body, dict(headers))
            response = connection.getresponse()
            data = response.read(_MAX_ANSWER_BYTES)
            if response.length and len(data) < _MAX_ANSWER_BYTES:
                raise ConnectionError("the answer was cut: what it says of the batch is not known")
            is_whole = response.isclosed()
        finally:
            if not is_whole:  # whatever is left of the answer would be taken for the next one
                self.close()
        told = response.headers
        pause_s = _pause(told.get("Retry-After"), told.get("Date"))
        return Answer(response.status, _object(data), pause_s)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(data or b"{}")
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _pause(text: str | None, date: str | None) -> float | None:
    """Return the seconds that a Retry-After header says, a number or a date (RFC 9110, 10.2.3).

    A date is compared with the answer's own, where it has one: our clock may be wrong.
    """
    if text is None:
        return None
    if text.strip().isdecimal():
        return min(float(text), _MAX_PAUSE_S)
    if (until := _instant(text)) is None:
        return None
    now = _instant(date or "")
    return min(max(until - (time.time() if now is None else now), 0.0), _MAX_PAUSE_S)


def _instant(text: str) -> float | None:
    from email.utils import parsedate_to_datetime  # http.client has imported it

    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):  # TypeError before Python 3.10's repair
        return None
