"""Plain HTTP to a provider: known and mapped hosts only, and only where nothing above owns it.

Each send is a call (design 3). Policy is checked before it; nothing is asked for on the caller's
behalf, for the caller would see it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from aso import routes
from aso.capture.call import Begun, Capture, dims_in
from aso.capture.frame import FRAME, Frame
from aso.capture.seam import CURRENT
from aso.context import IS_OURS
from aso.hook import Integration
from aso.inflight import FIRST_ERROR_STATUS, Inflight
from aso.parsing import parsed
from aso.pipeline import Pipeline
from aso.providers import PROXY, UNKNOWN, Provider, resolve
from aso.wire.access import TABLE, is_a

_MAX_PARSED = 64 * 1024
_MOST_KNOWN = 256
_FIELD = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')
_FORM_FIELD = re.compile(rb'name="model"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]{1,200})\r\n')


class Sent(NamedTuple):
    """What is sent: ``body`` is what the client holds of it; ``client_headers`` its own for all."""

    method: str
    url: str
    headers: Any
    body: Any
    client_headers: Any


NOTHING = Sent("", "", {}, None, {})  # what the client itself will refuse to send


class Asked(NamedTuple):
    """Whom a request asks, and what.

    Attributes:
        model: as the path names it.
        settles: the id of an earlier call.
    """

    host: str
    provider: Provider
    route: routes.Route
    model: str | None
    settles: str | None


class Transport(Capture):
    """The wrappers of an HTTP client; a file each says what is sent and how an answer is read."""

    def __init__(
        self, pipeline: Pipeline, integration: Integration, *, only_below: bool = False
    ) -> None:
        super().__init__(pipeline, integration, only_below=only_below)
        self._known: dict[tuple[object, ...], Asked] = {}

    def begin(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Start a call, unless it belongs to an SDK's, or is one more attempt at one."""
        if CURRENT.get() is not None:
            return None, args, kwargs
        frame = FRAME.get()
        if frame is None:
            return (
                (None, args, kwargs) if self.only_below else super().begin(instance, args, kwargs)
            )
        frame.is_seen = True
        flight = frame.again()
        if flight is None:
            return super().begin(instance, args, kwargs)
        with self.pipeline.guard:
            return self._again(flight, instance, args, kwargs)
        return None, args, kwargs

    def _again(self, flight: Inflight, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Return the call that one more request is an attempt at; a token's issuer is elsewhere."""
        host, _ = resolve(self.sent(instance, args, kwargs).url, self.pipeline.hosts)
        if host != flight.host:
            return None, args, kwargs
        flight.attempts += 1
        if flight.strip_headers:
            args, kwargs = self.without_ours(instance, args, kwargs)
        return flight, args, kwargs

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return what is about to be sent."""
        raise NotImplementedError

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments without the headers that are meant for aso; copies, not changed."""
        del instance
        return args, kwargs

    def read_call(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Return the call that a request is, where a provider gets it."""
        sent, frame = self.sent(instance, args, kwargs), FRAME.get()
        asked = self._asked(sent, frame)
        if asked is None or IS_OURS.get():
            return None, args, kwargs
        dims, ours = dims_in(sent.headers, self.pipeline)
        is_clients = dims is not None and dims_in(sent.client_headers, self.pipeline)[0] == dims
        flight = self.pipeline.begin(
            provider=asked.provider,
            host=asked.host,
            route=asked.route,
            body=_body_of(sent, frame, asked.model),
            stream=False,
            sdk=self.sdk() if frame is None else frame.sdk,
            client_dims=dims if is_clients else None,
            call_dims=None if is_clients else dims,
            settles=asked.settles,
        )
        flight.attempts = 1
        if frame is not None:
            frame.flight, flight.is_framed = flight, True
        flight.strip_headers = ours and self.pipeline.hosts.get(asked.host) != PROXY
        if flight.strip_headers:
            args, kwargs = self.without_ours(instance, args, kwargs)
        return flight, args, kwargs

    def _asked(self, sent: Sent, frame: Frame | None) -> Asked | None:
        """Return whom and what a request asks; None: it is none of a provider's that can bill."""
        about = None if frame is None else (frame.speaker, frame.provider.name, frame.is_sure)
        key = (sent.method, sent.url, about)
        found = self._known.get(key) or self._found(sent, frame)
        # What only settles has an id in its path, and a query may hold a key.
        is_kept = found is not None and found.settles is None and "?" not in sent.url
        if found is not None and is_kept and len(self._known) < _MOST_KNOWN:
            self._known[key] = found
        return found

    def _found(self, sent: Sent, frame: Frame | None) -> Asked | None:
        host, provider = resolve(sent.url, self.pipeline.hosts)
        speaker = provider.name
        # Where hosts serve much else, or nobody knows what (a token's issuer), the path must be known.
        is_vague = provider.is_shared and frame is None
        if provider is UNKNOWN:
            if frame is None:
                return None
            is_vague, provider = not frame.is_sure, frame.provider
            speaker = frame.speaker if provider is UNKNOWN else provider.name
        route, settles = routes.asked(sent.method.lower(), sent.url, speaker)
        if route is None or (is_vague and route.operation == "other"):
            return None
        return Asked(host, provider, route, routes.model_in(sent.url), settles)

    def returned(self, flight: Inflight, result: Any) -> None:
        """Read an answer that is whole; watch one that is still to be read."""
        if flight.is_framed:
            with self.pipeline.guard:
                self._attempted(flight, result)
            return
        with self.pipeline.guard:
            self.answered(flight, result)
            if flight.errored():
                return
        super().returned(flight, result)

    def failed(self, flight: Inflight, error: BaseException) -> None:
        """End the call with the error; the SDK above may try again, and ends its own."""
        if not flight.is_framed:
            super().failed(flight, error)
            return
        with self.pipeline.guard:
            flight.attempt_failed(error)

    def status_of(self, response: Any) -> int:
        """Return the HTTP status of an answer."""
        status: int = response.status_code
        return status

    def _attempted(self, flight: Inflight, result: Any) -> None:
        """Read an answer for the SDK above; an error's it reads itself."""
        status = self.status_of(result)
        if status >= FIRST_ERROR_STATUS:
            flight.answered += 1
            flight.http_status = status
            return
        self.answered(flight, result)
        response, flight.response = flight.response, None
        if response is not None and flight.shape is not None and flight not in self.pipeline.live:
            flight.read_answer(self.body_of(flight, result, response))


def _body_of(sent: Sent, frame: Frame | None, model: str | None) -> Mapping[str, Any]:
    """Return the fields of what is sent, from before it was written where an SDK shows that."""
    body = frame.body if frame is not None else None
    return request_body(sent.body if body is None else body, model)


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
            found: Any = parsed(sent)
        except ValueError:  # not what it looks like; the provider will say so
            return {}
        return found if type(found) is TABLE else {}
    pattern = _FIELD if sent[:1] == b"{" else _FORM_FIELD
    found = pattern.search(sent[:_MAX_PARSED]) or pattern.search(sent[-_MAX_PARSED:])
    return {"model": found[1].decode("utf-8", "replace")} if found else {}
