"""Other clients of websockets: aiohttp's ``ws_connect`` and the package websocket-client.

Read 2026-11-26: aiohttp 3.14 (``client.py``, ``client_ws.py``), websocket-client 1.9 (``_core.py``; its
``WebSocketApp`` and ``create_connection`` work by that class). What is opened, asked and answered is
told apart as for the package websockets; these two differ in what their methods take and give.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aso.capture.aiohttp import address_of
from aso.capture.call import strip
from aso.capture.overheard import Overheard, OverheardAsync
from aso.capture.seam import CURRENT
from aso.capture.websockets import Handshake, Websockets
from aso.wire.access import is_a

_TEXT_OR_BINARY = (1, 2)  # opcodes of RFC 6455, which both packages use
_CLOSE, _CLOSED, _ERROR = 8, 257, 258  # the last two are aiohttp's own
_BROKEN = 1006  # the connection went without a word (RFC 6455, section 7.4.1)
_AGENT = "user-agent"


class ConnectionClosedError(Exception):
    """The name under which a connection that broke is told, as the package websockets has it."""


class OfAiohttp(OverheardAsync):
    """The methods of aiohttp's ``ClientWebSocketResponse``; all others end in these."""

    methods: Mapping[str, str] = {
        "receive": "recv",
        "send_str": "send",
        "send_bytes": "send",
        "close": "close",
    }
    sent_as = "data"

    def read(self, received: Any, connection: Any) -> None:
        """Read a message; what tells of the connection's end is one, too."""
        if received.type in _TEXT_OR_BINARY:
            self._session.hears(received.data)
        elif received.type == _ERROR:
            self.closed(received.data)
        elif received.type == _CLOSED and connection.close_code == _BROKEN:
            self.closed(ConnectionClosedError())
        elif received.type in {_CLOSE, _CLOSED}:
            self.closed()


class OfWebsocketClient(Overheard):
    """The methods of websocket-client's ``WebSocket``; all others end in these."""

    methods: Mapping[str, str] = {"recv_data_frame": "recv", "send": "send", "close": "close"}
    sent_as = "payload"

    def read(self, received: Any, connection: Any) -> None:
        """Read a message: an opcode and its frame."""
        del connection
        opcode, frame = received
        if opcode in _TEXT_OR_BINARY:
            self._session.hears(frame.data)
        elif opcode == _CLOSE:
            self.closed()

    def closed_by(self, error: Exception) -> None:
        """Note that the connection went without a word."""
        if type(error).__name__ == "WebSocketConnectionClosedException":
            self.closed(error)


class Aiohttp(Websockets):
    """The wrapper of ``ClientSession._ws_connect``."""

    overheard_async = OfAiohttp

    async def opened_async(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Open a connection; the session's request below belongs to it."""
        flight, args, kwargs = self.begin(instance, args, kwargs)
        if flight is None:
            return await wrapped(*args, **kwargs)
        CURRENT.set(flight)
        try:
            connection = await wrapped(*args, **kwargs)
        except BaseException as error:
            self.failed(flight, error)
            raise
        finally:
            CURRENT.set(None)
        self.follow(flight, connection, self.overheard_async)
        return connection

    def handshake(self, instance: Any, args: Any, kwargs: Any) -> Handshake:
        """Return the address as the session completes it, and both their headers."""
        url = address_of(instance, args[0] if args else kwargs["url"])
        if params := kwargs.get("params"):
            query = params if isinstance(params, str) else urlencode(dict(params))
            url += ("&" if "?" in url else "?") + query
        headers = {**instance.headers, **dict(kwargs.get("headers") or {})}
        return Handshake(url, headers, _agent(headers))

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments as they are: the session's hook takes out what is meant for aso."""
        del instance
        return args, kwargs


class WebsocketClient(Websockets):
    """The wrapper of ``WebSocket.connect``, after which the object is the connection."""

    overheard = OfWebsocketClient

    def handshake(self, instance: Any, args: Any, kwargs: Any) -> Handshake:
        """Return address and headers, which are a table or lines."""
        del instance
        given: Any = kwargs.get("header") or ()
        headers: dict[str, str] = dict(given if is_a(given, Mapping) else map(_parted, given))
        return Handshake(str(args[0] if args else kwargs["url"]), headers, _agent(headers))

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments with a copy of the headers."""
        del instance
        given: Any = kwargs["header"]
        if is_a(given, Mapping):
            header: Any = {**given}
            strip(header)
        else:
            header = [line for line in given if not str(line).lower().startswith("x-aso-")]
        return args, {**kwargs, "header": header}


def _parted(line: Any) -> tuple[str, str]:
    name, _, value = str(line).partition(":")
    return name.strip(), value.strip()


def _agent(headers: Mapping[str, str]) -> str:
    return next((headers[name] for name in headers if name.lower() == _AGENT), "")
