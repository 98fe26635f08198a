"""Plain HTTP to a provider: known and mapped hosts only, and only where nothing above owns it.

Each send is a call (design 3). Policy is checked before it; nothing is asked for on the caller's
behalf, for the caller would see it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from aso import routes
from aso.capture.call import CURRENT, Begun, Capture, dims_in
from aso.inflight import FIRST_ERROR_STATUS, Inflight
from aso.providers import PROXY, UNKNOWN, resolve
from aso.wire.access import TABLE, is_a

_MAX_PARSED = 64 * 1024
_FIELD = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')
_FORM_FIELD = re.compile(rb'name="model"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]{1,200})\r\n')


class Sent(NamedTuple):
    """What is sent: ``body`` is what the client holds of it; ``client_headers`` its own for all."""

    method: str
    url: str
    headers: Any
    body: Any
    client_headers: Any


class Transport(Capture):
    """The wrappers of an HTTP client; a file each says what is sent and how an answer is read."""

    def begin(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Start a call, unless it belongs to an SDK's."""
        if CURRENT.get() is not None:
            return None, args, kwargs
        return super().begin(instance, args, kwargs)

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return what is about to be sent."""
        raise NotImplementedError

    def without_ours(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments without the headers that are meant for aso; copies, not changed."""
        return args, kwargs

    def read_call(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Return the call that a request is, where a provider gets it."""
        sent = self.sent(instance, args, kwargs)
        host, provider = resolve(sent.url, self.pipeline.hosts)
        if provider is UNKNOWN:
            return None, args, kwargs
        route, settles = routes.asked(sent.method.lower(), sent.url)
        if route is None or (provider.is_shared and route.operation == "other"):
            return None, args, kwargs
        dims, ours = dims_in(sent.headers, self.pipeline)
        is_clients = dims is not None and dims_in(sent.client_headers, self.pipeline)[0] == dims
        flight = self.pipeline.begin(
            provider=provider,
            host=host,
            route=route,
            body=request_body(sent.body, routes.model_in(sent.url)),
            stream=False,
            sdk=self.sdk(),
            client_dims=dims if is_clients else None,
            call_dims=None if is_clients else dims,
            settles=settles,
        )
        flight.attempts = 1
        flight.strip_headers = ours and self.pipeline.hosts.get(host) != PROXY
        if flight.strip_headers:
            args, kwargs = self.without_ours(args, kwargs)
        return flight, args, kwargs

    def returned(self, flight: Inflight, result: Any) -> None:
        """Read an answer that is whole; watch one that is still to be read."""
        with self.pipeline.guard:
            self.answered(flight, result)
            if flight.http_status is not None and flight.http_status >= FIRST_ERROR_STATUS:
                flight.error_type = str(flight.http_status)  # as OpenTelemetry's error.type
                self.pipeline.live.discard(flight)
                flight.finish("error")
                return
        super().returned(flight, result)


def request_body(sent: Any, model: str | None) -> Mapping[str, Any]:
    """Return a JSON body's fields; of another, or one too long to parse again, its model."""
    body: dict[str, Any] = {}
    if isinstance(sent, str):
        sent = sent.encode("utf-8", "replace")
    if is_a(sent, Mapping):
        body = {**sent}
    elif isinstance(sent, (bytes, bytearray)):
        body = _fields_of(bytes(sent))
    if model is not None:
        body.setdefault("model", model)
    return body


def _fields_of(sent: bytes) -> dict[str, Any]:
    if len(sent) <= _MAX_PARSED and sent[:1] == b"{":
        try:
            found: Any = json.loads(sent)
        except ValueError:  # not what it looks like; the provider will say so
            return {}
        return found if type(found) is TABLE else {}
    pattern = _FIELD if sent[:1] == b"{" else _FORM_FIELD
    found = pattern.search(sent[:_MAX_PARSED]) or pattern.search(sent[-_MAX_PARSED:])
    return {"model": found[1].decode("utf-8", "replace")} if found else {}
