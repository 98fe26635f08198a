"""The calls of one connection that stays open: each answer is one, as its dialogue tells them apart.

The connection has a call of its own from the moment it is opened: what policy decides on, and the one
event of a session in which nothing was answered. With the first answer, or the first request for one,
it is no longer needed. An answer that the caller asks for begins there, in the caller's scope; one that
the provider begins by itself (it heard someone stop speaking) has the scope of the connection.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from aso.ends import ends
from aso.errors import PolicyError
from aso.inflight import Inflight
from aso.parsing import parsed
from aso.pipeline import Pipeline
from aso.routes import Route
from aso.wire import Dialogue
from aso.wire.access import TABLE
from aso.wire.dialogue import Turn

SWITCHED = 101  # the HTTP status of a connection that was opened
_MAX_PARSED = 64 * 1024
_HEAD = 120  # bytes in which a message says what it is, where it is told by that alone
_NAMED = re.compile(rb'"(model|stream_id)"\s*:\s*"([^"\\]{1,256})"')

Message = str | bytes


class Session:
    """One connection, as long as somebody holds it; when it is collected, its calls were abandoned."""

    __slots__ = ("__weakref__", "_asked", "_dialogue", "_is_over", "_open", "_own", "_pipeline")

    def __init__(self, pipeline: Pipeline, own: Inflight, dialogue: Dialogue) -> None:
        self._pipeline = pipeline
        self._own = own
        self._dialogue = dialogue
        self._asked: dict[str, deque[Inflight]] = {}
        self._open: dict[str, tuple[Inflight, Callable[[Any], None]]] = {}
        self._is_over = False

    def asks(self, message: Any) -> Inflight | None:
        """Return the call that a message of the caller's begins; None: it begins none.

        Raises:
            PolicyError: the call is refused; its event is written, the message is not sent.
        """
        sent = _asking(message, self._dialogue.asking)
        ask = None if sent is None else self._dialogue.asked(sent)
        if ask is None:
            return None
        if not ask.is_call:
            self._asks_of(ask.body["model"])
            return None
        own = self._own
        self._is_taken_over()  # by a refusal, too: it says what became of the session
        flight = self._pipeline.begin(
            provider=own.provider,
            host=own.host,
            route=own.route,
            body={"model": own.request_model, **ask.body},
            stream=True,
            sdk=own.sdk,
            client_dims=own.dims,
        )
        flight.attempts = 1
        self._asked.setdefault(ask.lane, deque()).append(flight)
        self._pipeline.live.add(flight)
        return flight

    def unsent(self, flight: Inflight, error: BaseException) -> None:
        """End a call whose message could not be sent."""
        for waiting in list(self._asked.values()):
            if flight in waiting:
                waiting.remove(flight)
        flight.unsent = 1
        flight.ended_by(error)

    def hears(self, message: Message) -> None:
        """Read a message of the provider's on its way to the caller."""
        if self._is_over or _is_any(self._dialogue.silent, message):
            return
        said = _parsed(message)
        turn = None if said is None else self._dialogue.told(said)
        if turn is not None:
            self._take(turn)

    def ended(self, error: BaseException | None = None) -> None:
        """End what is left: the connection is closed, or was broken by an error."""
        if self._is_over:
            return
        self._is_over = True
        for flight in self._left():
            if error is not None:
                flight.ended_by(error)
            elif flight is self._own:
                flight.finish("completed")
            else:
                flight.ended()

    def __del__(self) -> None:
        """Hand over only: this runs anywhere, at any allocation, on any thread."""
        for flight in self._left():
            flight.abandon()

    def _left(self) -> list[Inflight]:
        waiting = [flight for queue in list(self._asked.values()) for flight in queue]
        return [self._own, *waiting, *(flight for flight, _ in list(self._open.values()))]

    def _asks_of(self, model: str) -> None:
        """Note whom the whole session asks, where its address does not say; this may be refused."""
        own = self._own
        if own.request_model is not None:
            return
        own.request_model = model
        if self._pipeline.policy is None:
            return
        try:
            self._pipeline.forbid(
                provider=own.provider,
                host=own.host,
                route=own.route,
                models=[model],
                stream=True,
                sdk=own.sdk,
                client_dims=own.dims,
            )
        except PolicyError:
            self._is_taken_over()
            raise

    def _take(self, turn: Turn) -> None:
        if turn.key not in self._open and not self._begins(turn):
            return
        flight, observe = self._open[turn.key]
        observe(turn.said)
        answer = flight.answer
        answer.model = answer.model or turn.model
        answer.failure = turn.failure or answer.failure
        if turn.ended is not None:
            del self._open[turn.key]
            flight.finish(turn.ended)

    def _begins(self, turn: Turn) -> bool:
        """Begin an answer with its first message; False where it is none's."""
        waiting = self._asked.get(turn.lane) if turn.lane is not None else None
        if not waiting and (turn.failure is not None or not turn.begins):
            return False
        flight = waiting.popleft() if waiting else self._unasked(turn)
        if waiting is not None and not waiting:
            del self._asked[turn.lane or ""]
        assert flight.shape is not None  # noqa: S101 — for the type checker
        flight.stream, flight.http_status, flight.answered = True, SWITCHED, 1
        flight.settles, flight.answer.later = self._own.settles, self._own.answer.later
        flight.first_byte_at_ms = flight.now_ms()
        self._open[turn.key] = (flight, flight.shape.observer(flight.answer))
        return True

    def _unasked(self, turn: Turn) -> Inflight:
        own, is_own = self._own, turn.shape is None
        route = own.route if is_own else Route(own.route.endpoint, turn.operation, turn.shape)
        flight = Inflight(self._pipeline, own.provider, own.host, route, own.sdk, own.scope)
        flight.dims, flight.attempts = own.dims, 1
        flight.request_model = own.request_model if is_own else None
        self._is_taken_over()
        self._pipeline.live.add(flight)
        return flight

    def _is_taken_over(self) -> None:
        self._own.disown()
        self._pipeline.live.discard(self._own)


def _asking(message: Any, mark: str) -> Mapping[str, Any] | None:
    """Return the fields of a message that may ask; of a long one, what calls are told apart by."""
    if not mark or not isinstance(message, (str, bytes)):
        return None
    if not (mark in message if isinstance(message, str) else mark.encode() in message):
        return None
    if len(message) <= _MAX_PARSED:
        return _parsed(message)
    return _named(_bytes(message))


def _bytes(message: Message) -> bytes:
    return message.encode("utf-8", "replace") if isinstance(message, str) else message


def _named(data: bytes) -> dict[str, Any]:
    """Return the names that stand at the ends of a long message, the first of each."""
    found = _NAMED.findall(data[:_MAX_PARSED] + data[-_MAX_PARSED:])
    return {name.decode(): value.decode("utf-8", "replace") for name, value in reversed(found)}


def _is_any(marks: tuple[str, ...], message: Message) -> bool:
    """Return True where a message's head has one of the marks."""
    head = message[:_HEAD]
    text = head if isinstance(head, str) else head.decode("latin-1")
    return any(mark in text for mark in marks)


def _parsed(message: Message) -> Mapping[str, Any] | None:
    """Return a message's fields; of a long one, those at its ends."""
    if len(message) > _MAX_PARSED:
        data = _bytes(message)
        at_ends = ends(data)
        return None if at_ends is None else {**_named(data), **at_ends}
    try:
        found: Any = parsed(message)
    except ValueError:  # not JSON: a protocol that is not known
        return None
    return found if type(found) is TABLE else None
