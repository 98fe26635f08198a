"""websockets: every connection is opened by ``connect``, and read and written by its own methods.

Read: websockets 13.1, 15.0, 17.4 (``asyncio/client.py``, ``sync/client.py``, 2026-11-26). What SDKs
speak over it, and what you speak yourself, is in its address; who speaks is in its headers. Only a
connection to a provider is watched, on the object itself: all others stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from wrapt import ObjectProxy

from aso import routes, wire
from aso.capture.call import Begun, Capture, dims_in
from aso.capture.frame import FRAME, Frame
from aso.capture.overheard import Overheard, OverheardAsync
from aso.capture.seam import CURRENT, Seam
from aso.capture.session import SWITCHED, Session
from aso.inflight import Inflight
from aso.providers import PROXY, UNKNOWN, Provider, resolve
from aso.wire.dialogue import Unmetered

if TYPE_CHECKING:
    _Proxy = ObjectProxy[Any]
else:  # not every version of wrapt that we take can be subscripted
    _Proxy = ObjectProxy

_HEADERS, _ASIDE = "additional_headers", "handshake_args"
_AGENT = "user-agent"
# The product in a User-Agent → the distribution: openai 3.57, google-genai 3.6, mistralai 3.7.
_AGENTS = (
    (re.compile(r"\w*OpenAI/Python (\S+)"), "openai"),
    (re.compile(r"google-genai-sdk/(\S+)"), "google-genai"),
    (re.compile(r"speakeasy-sdk/python (\S+) .*\bmistralai\b"), "mistralai"),
)


class Handshake(NamedTuple):
    """What a connection is opened with."""

    url: str
    headers: Mapping[str, str]
    agent: str


class Websockets(Capture):
    """The wrappers of what opens a connection; each answer over it is a call.

    Attributes:
        overheard: the wrappers of a connection's own methods.
        overheard_async: the same where they are awaited.
    """

    overheard: type[Overheard] = Overheard
    overheard_async: type[Overheard] = OverheardAsync

    def opened(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Open a connection; the caller's own, but that its messages are seen."""
        del instance
        if kwargs.get("legacy") is False:  # websockets 17: opened later, by what this returns
            return wrapped(*args, **kwargs)
        flight, args, kwargs = self.begin(None, args, kwargs)
        if flight is None:
            return wrapped(*args, **kwargs)
        CURRENT.set(flight)
        try:
            connection = wrapped(*args, **kwargs)
        except BaseException as error:
            self.failed(flight, error)
            raise
        finally:
            CURRENT.set(None)
        self.follow(flight, connection, self.overheard)
        return connection

    def request(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Shake hands for whoever got hold of ``connect`` before it was hooked."""
        flight, args, kwargs = self.begin(instance, args, kwargs)
        if flight is None:
            return wrapped(*args, **kwargs)
        try:
            result = wrapped(*args, **kwargs)
        except BaseException as error:
            self.failed(flight, error)
            raise
        self.follow(flight, instance, self.overheard)
        return result

    def opened_async(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """The same, awaited: this is what ``__await__`` returns."""
        return self._awaited(wrapped, instance, args, kwargs)

    def _awaited(
        self, wrapped: Any, instance: Any, args: Any, kwargs: Any
    ) -> Generator[Any, Any, Any]:
        flight, _, _ = self.begin(instance, args, kwargs)
        inner: Generator[Any, Any, Any] = wrapped(*args, **kwargs)
        if flight is None:
            return (yield from inner)
        try:
            connection = yield from inner
        except BaseException as error:
            self.failed(flight, error)
            raise
        self.follow(flight, connection, self.overheard_async)
        return connection

    def read_call(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Return the connection's own call, where it leads to a provider."""
        shaken, frame = self.handshake(instance, args, kwargs), FRAME.get()
        sdk = _sdk_of(shaken.agent)
        if CURRENT.get() is not None or (self.only_below and sdk is None and frame is None):
            return None, args, kwargs
        host, provider = resolve(shaken.url, self.pipeline.hosts)
        route = routes.connected(shaken.url, "" if frame is None else frame.speaker)
        if not _is_asked(provider, route, is_sdk=sdk is not None or frame is not None):
            return None, args, kwargs
        dims, ours = dims_in(shaken.headers, self.pipeline)
        model = routes.model_asked(shaken.url)
        flight = self.pipeline.begin(
            provider=provider,
            host=host,
            route=route,
            body={"model": model} if frame is None else {"model": model, **(frame.body or {})},
            stream=True,
            sdk=sdk or (self.sdk() if frame is None else frame.sdk),
            client_dims=dims,
        )
        flight.attempts = 1
        _note_others(flight, shaken.url)
        self.pipeline.live.add(flight)
        if ours and self.pipeline.hosts.get(host) != PROXY:
            flight.strip_headers = True
            args, kwargs = self.without_ours(instance, args, kwargs)
        return flight, args, kwargs

    def handshake(self, instance: Any, args: Any, kwargs: Any) -> Handshake:
        """Return what a connection is about to be opened with."""
        return _handshake(instance, args, kwargs)

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments to go on with: what is meant for aso stays here."""
        headers = _handshake(instance, args, kwargs).headers
        return _without_ours(instance, args, kwargs, headers)

    def follow(self, flight: Inflight, connection: Any, kind: type[Overheard]) -> None:
        """Watch the connection's messages; of what is not metered, only how long it is open."""
        with self.pipeline.guard:
            flight.http_status, flight.answered = SWITCHED, 1
            shape = flight.shape
            spoken = Unmetered() if shape is None else wire.dialogue(shape.name)
            session = Session(self.pipeline, flight, spoken)
            kind(self.pipeline, session).over(connection)

    def failed(self, flight: Inflight, error: BaseException) -> None:
        """End a call whose connection could not be opened: an answer, or nothing was reached."""
        with self.pipeline.guard:
            flight.attempt_failed(error)
            flight.unsent = int(flight.http_status is None)
            flight.ended_by(error)


class Naming(Seam):
    """An SDK that names the model in its first message, not in the address: its own hook knows it."""

    def session(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Return the SDK's context manager; while it opens the connection, the model is known."""
        del instance
        opening = wrapped(*args, **kwargs)
        with self.pipeline.guard:
            asked = {"model": kwargs.get("model")}
            frame = Frame(self.sdk(), UNKNOWN, asked, self.integration.extends or "")
            opening.gen = _Opening(opening.gen, frame)
        return opening


class _Opening(_Proxy):
    """The generator below an ``asynccontextmanager``, with a frame while it is entered."""

    def __init__(self, wrapped: Any, frame: Frame) -> None:
        super().__init__(wrapped)
        self._self_frame = frame

    async def __anext__(self) -> Any:
        FRAME.set(self._self_frame)
        try:
            return await self.__wrapped__.__anext__()
        finally:
            FRAME.set(None)


def _handshake(instance: Any, args: Any, kwargs: Any) -> Handshake:
    """Return what is asked of ``connect``: a function, an awaited object; or of a connection."""
    agent = None
    if instance is None:
        url, given = (args[0] if args else kwargs["uri"]), kwargs.get(_HEADERS)
        agent = kwargs.get("user_agent_header")
    elif (protocol := getattr(instance, "protocol", None)) is not None:
        url = _written(getattr(protocol, "uri", None) or protocol.wsuri)
        given, agent = (*args, None, None)[:2]
    elif hasattr(instance, _ASIDE):  # up to websockets 14
        url, (given, agent) = instance.uri, instance.handshake_args
    else:
        url, given, agent = instance.uri, instance.additional_headers, instance.user_agent_header
    pairs: Any = getattr(given, "raw_items", None)
    headers: dict[str, str] = dict(pairs() if pairs is not None else given or ())
    own = next((headers[name] for name in headers if name.lower() == _AGENT), agent)
    return Handshake(str(url), headers, str(own or ""))


def _written(parsed: Any) -> str:
    return f"ws://{parsed.host}:{parsed.port}{parsed.resource_name}"


def _without_ours(
    instance: Any, args: Any, kwargs: Any, headers: Mapping[str, str]
) -> tuple[Any, Any]:
    """Return the arguments to go on with: what is meant for aso stays here."""
    kept = {name: value for name, value in headers.items() if not name.lower().startswith("x-aso-")}
    if instance is None:
        return args, {**kwargs, _HEADERS: kept}
    if hasattr(instance, "protocol"):
        return (kept, *args[1:]), kwargs
    if hasattr(instance, _ASIDE):
        instance.handshake_args = (kept, *instance.handshake_args[1:])
    else:
        instance.additional_headers = kept
    return args, kwargs


def _note_others(flight: Inflight, url: str) -> None:
    """Note that others may hear the same answers: their events are the same, too."""
    if flight.route.endpoint in routes.GOES_ON:
        flight.settles, flight.answer.later = True, "pending"
    elif routes.joins(url):
        flight.answer.later = "settled"  # each of its answers is whole


def _sdk_of(agent: str) -> tuple[str, str] | None:
    for pattern, name in _AGENTS:
        if (found := pattern.match(agent)) is not None:
            return name, found[1]
    return None


def _is_asked(provider: Provider, route: routes.Route, *, is_sdk: bool) -> bool:
    """Return True for a provider's address, and for an SDK's own request to a gateway."""
    if provider is UNKNOWN:
        return is_sdk and route.shape is not None
    return route.operation != "other" or not provider.is_shared
