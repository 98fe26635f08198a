"""The messages of one connection of websockets, on their way: read as they come, asked for as they go.

The wrappers are on the connection itself, not on its class: servers and other clients pay nothing, and
a session that is open goes on to be seen after ``uninstrument()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wrapt import FunctionWrapper

from aso.capture.session import Session
from aso.inflight import Inflight
from aso.pipeline import Pipeline

_CLOSED = "ConnectionClosed"
_BROKEN = "ConnectionClosedError"
_NOTICE = "maybe_raise_legacy_warning"  # of websockets 17: it names the caller's caller


class Overheard:
    """The wrappers of one connection's methods, as the package websockets names them.

    Attributes:
        methods: those of the connection, each with its wrapper here.
        sent_as: the name of the argument that is the message.
    """

    methods: Mapping[str, str] = {"recv": "recv", "send": "send", "close": "close"}
    sent_as = "message"

    def __init__(self, pipeline: Pipeline, session: Session) -> None:
        self._pipeline = pipeline
        self._session = session

    def over(self, connection: Any) -> None:
        """Put the wrappers over the connection's own methods."""
        for name, wrapper in self.methods.items():
            original = getattr(connection, name)
            setattr(connection, name, FunctionWrapper(original, getattr(self, wrapper)))

    def recv(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Receive the next message."""
        if (notice := getattr(instance, _NOTICE, None)) is not None:
            notice()
        try:
            message = wrapped(*args, **kwargs)
        except Exception as error:
            self.closed_by(error)
            raise
        self.heard(message, instance)
        return message

    def send(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Send a message; a refused one is not sent."""
        if (notice := getattr(instance, _NOTICE, None)) is not None:
            notice()
        flight = self.asked(args, kwargs)
        if flight is None:
            return wrapped(*args, **kwargs)
        try:
            if self._pipeline.gates is not None:
                with self._pipeline.guard:
                    flight.reserve(self._pipeline.gates)
            return wrapped(*args, **kwargs)
        except BaseException as error:
            self.unsent(flight, error)
            raise

    def close(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Close the connection."""
        if (notice := getattr(instance, _NOTICE, None)) is not None:
            notice()
        try:
            return wrapped(*args, **kwargs)
        finally:
            self.closed()

    def heard(self, received: Any, connection: Any) -> None:
        """Read what was received."""
        if not self._pipeline.guard.passive:
            with self._pipeline.guard:
                self.read(received, connection)

    def read(self, received: Any, connection: Any) -> None:
        """Read the message in what a client receives; here it is the message itself."""
        del connection
        self._session.hears(received)

    def asked(self, args: Any, kwargs: Any) -> Inflight | None:
        """Return the call that a message begins; a refusal is raised from here."""
        if self._pipeline.guard.passive or not self._pipeline.active:
            return None
        with self._pipeline.guard:
            return self._session.asks(args[0] if args else kwargs.get(self.sent_as))
        return None

    def unsent(self, flight: Inflight, error: BaseException) -> None:
        """Note that a message could not be sent."""
        with self._pipeline.guard:
            self._session.unsent(flight, error)

    def closed_by(self, error: Exception) -> None:
        """Note an error that ends a connection; others leave it open, as a timeout does."""
        name = type(error).__name__
        if name.startswith(_CLOSED):
            self.closed(error if name == _BROKEN else None)

    def closed(self, error: Exception | None = None) -> None:
        """Note the end."""
        with self._pipeline.guard:
            self._session.ended(error)


class OverheardAsync(Overheard):
    """The same, awaited."""

    async def recv(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Receive the next message."""
        try:
            message = await wrapped(*args, **kwargs)
        except Exception as error:
            self.closed_by(error)
            raise
        self.heard(message, instance)
        return message

    async def send(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Send a message; a refused one is not sent."""
        del instance
        flight = self.asked(args, kwargs)
        if flight is None:
            return await wrapped(*args, **kwargs)
        try:
            if self._pipeline.gates is not None:
                with self._pipeline.guard:
                    await flight.areserve(self._pipeline.gates)
            return await wrapped(*args, **kwargs)
        except BaseException as error:
            self.unsent(flight, error)
            raise

    async def close(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Close the connection."""
        del instance
        try:
            return await wrapped(*args, **kwargs)
        finally:
            self.closed()
