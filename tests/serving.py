"""A server on this machine that answers as scripted: for SDKs that choose their HTTP client themselves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, TypeVar

Kind = TypeVar("Kind", bound="Script")


class Received(NamedTuple):
    """One request as it came."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


class Script:
    """Answers requests in turn, the last one from then on; ``requests`` keeps what came.

    Each answer is a dict (JSON, 200), bytes, (status, either) or a list of chunks: dicts of an event stream, or
    bytes of ``stream_type``; a None among them stalls until the reader has gone.
    """

    stream_type = "text/event-stream"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Received] = []
        script = self

        class Handler(_Handler):
            owner = script

        self.server = _Server(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        """Return ``address:port``."""
        return f"127.0.0.1:{self.server.server_address[1]}"

    def next(self) -> Any:
        """Return the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Script

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owner.requests.append(Received(self.command, self.path, headers, content))
        found = self.owner.next()
        if isinstance(found, list):
            self._stream(found)
        else:
            status, document = found if isinstance(found, tuple) else (200, found)
            is_text = isinstance(document, bytes)
            self._send(status, document if is_text else json.dumps(document).encode())

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args

    def _send(self, status: int, data: bytes) -> None:
        self.send_response_only(status)  # no date: equal answers are equal
        self.send_header("content-type", "application/json; charset=UTF-8")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, chunks: list[Any]) -> None:
        self.send_response_only(200)
        self.send_header("content-type", self.owner.stream_type)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            if chunk is None:
                self.rfile.read(1)
                return
            data = chunk if isinstance(chunk, bytes) else _event(chunk)
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


def _event(chunk: Any) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n"


@contextmanager
def serving(script: Kind) -> Iterator[Kind]:
    """Run a server for the block."""
    thread = threading.Thread(target=script.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.server.shutdown()
        script.server.server_close()
        thread.join()
