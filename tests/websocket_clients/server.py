"""A websocket server on this machine that speaks as scripted: for SDKs, and for websockets itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

import aso
from aso.testing import capture_events

_ASKS = ("response.create", '"setup"', "session.start", '"ask"')
BREAK = None  # among the messages of an answer: the connection breaks there


class Talk:
    """Greets, then gives the next answer to each message that asks; the last one from then on.

    An answer is a list of messages: dicts (JSON), or text as it is. ``status`` refuses the handshake.
    """

    def __init__(
        self,
        *answers: Sequence[Any],
        greeting: Sequence[Any] = (),
        status: HTTPStatus | None = None,
    ) -> None:
        self.answers = list(answers)
        self.greeting = greeting
        self.status = status
        self.received: list[Any] = []
        self.handshakes: list[Any] = []
        self.server = serve(self._speak, "127.0.0.1", 0, process_request=self._shake)
        self.host = f"127.0.0.1:{self.server.socket.getsockname()[1]}"

    def _shake(self, connection: ServerConnection, request: Any) -> Any:
        self.handshakes.append(request)
        return None if self.status is None else connection.respond(self.status, "No.")

    def _speak(self, connection: ServerConnection) -> None:
        if not self._say(connection, self.greeting):
            return
        try:
            for message in connection:
                text = message if isinstance(message, str) else message.decode()
                self.received.append(json.loads(text))
                if any(asks in text for asks in _ASKS) and not self._answer(connection):
                    return
        except ConnectionClosed:
            return

    def _answer(self, connection: ServerConnection) -> bool:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return self._say(connection, answer)

    def _say(self, connection: ServerConnection, messages: Sequence[Any]) -> bool:
        for message in messages:
            if message is BREAK:
                connection.close_socket()
                return False
            connection.send(message if isinstance(message, str) else json.dumps(message))
        return True


@contextmanager
def speaking(talk: Talk, provider: str = "openai", **options: Any) -> Iterator[list[Any]]:
    """Run the server for the block, known as the provider's; give the block's events."""
    thread = threading.Thread(target=talk.server.serve_forever, daemon=True)
    thread.start()
    try:
        aso.instrument(sinks=[], hosts={talk.host: provider}, **options)
        with capture_events() as events:
            yield events
    finally:
        talk.server.shutdown()
        thread.join()
