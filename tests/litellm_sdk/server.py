"""A server on this machine that answers as it is told, whatever it is asked.

Answers are taken in turn, the last one stays; a list is a stream, its parts sent one by one.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """One answer; ``body`` is JSON, bytes, or the parts of a stream."""

    body: Any
    status: int = 200
    kind: str = ""


class Received(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Server:
    """``received`` keeps what came.

    Until the next ``then``: ``pause_s`` after each part of a stream, ``stall_s`` before an answer,
    ``cut_after`` so many parts the connection is closed.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.is_over = threading.Event()
        self.pause_s = 0.0
        self.stall_s = 0.0
        self.cut_after: int | None = None
        self._answers: deque[Answer] = deque()
        handler = type("Handler", (_Handler,), {"server_told": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def then(self, *answers: Any) -> None:
        """Answer the next requests so."""
        self.received.clear()
        self.pause_s, self.stall_s, self.cut_after = 0.0, 0.0, None
        self._answers = deque(one if isinstance(one, Answer) else Answer(one) for one in answers)

    def next_answer(self) -> Answer:
        return self._answers.popleft() if len(self._answers) > 1 else self._answers[0]

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_told: Server

    def do_POST(self) -> None:
        told = self.server_told
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        told.received.append(Received(self.command, self.path, dict(self.headers), body))
        told.is_over.wait(told.stall_s)
        answer = told.next_answer()
        if isinstance(answer.body, list):
            self._stream(answer, answer.body)
        else:
            self._whole(answer)

    do_GET = do_POST

    def _whole(self, answer: Answer) -> None:
        body = answer.body
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._head(answer.status, answer.kind or "application/json", len(data))
        self.wfile.write(data)

    def _stream(self, answer: Answer, parts: Sequence[bytes]) -> None:
        self._head(answer.status, answer.kind or "text/event-stream", None)
        try:
            for number, part in enumerate(parts):
                if number == self.server_told.cut_after:
                    self.close_connection = True
                    return
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
                self.wfile.flush()
                self.server_told.is_over.wait(self.server_told.pause_s)
            self.wfile.write(b"0\r\n\r\n")
        except OSError:  # the reader has gone
            self.close_connection = True

    def _head(self, status: int, kind: str, length: int | None) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        if length is None:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(length))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""
