"""The way to an ingest endpoint, and what goes wrong on it: a reverse proxy on a loopback port.

It stands before any endpoint, scripted or real, that is a process of its own and may be killed.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

# One a request: ``refuse`` and ``drop`` (closed before and after it is read), ``halve`` (its first
# half goes on, then both ends are cut), ``lose`` and ``cut`` (taken; the answer is lost, or cut in
# its middle), ``hang`` (silent), ``kill`` (the endpoint dies while it is at it), or a status, with
# the seconds of its Retry-After after a colon.
FAULTS = ("refuse", "drop", "halve", "lose", "cut", "hang", "kill", "503", "429:0")
POISON = b'"app":"poison"'


class _Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


_POISONED = _Answer(400, {}, b'{"error": "AISpendOps: an event cannot be read"}')
_HEADERS = ("X-ASO-API-Key", "Content-Type", "Content-Encoding", "User-Agent")


class FaultyWay:
    """Hands requests on to ``port``, but for what ``faults`` says of each; None: nothing.

    ``kill`` is called, from the request's thread, to end the endpoint while it has the request.
    """

    patience_s = 0.5

    def __init__(self, port: int, faults: Iterator[str | None], kill: Callable[[], None]) -> None:
        self.port = port
        self.faults = faults
        self.kill = kill
        self.lock = threading.Lock()
        self._listening: _Listening | None = None
        self._port = 0
        self.listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def listen(self) -> None:
        """Take connections, on the same port as before."""
        if self._listening is None:
            self._listening = _Listening(self._port, self)
            self._port = self._listening.server_address[1]
            threading.Thread(target=self._listening.serve_forever, args=(0.01,)).start()

    def deafen(self) -> None:
        """Take no connections: the operating system refuses them."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.shutdown()
            listening.server_close()

    def next_fault(self) -> str | None:
        with self.lock:
            return next(self.faults, None)

    def __enter__(self) -> FaultyWay:
        return self

    def __exit__(self, *exc: object) -> None:
        self.deafen()


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, way: FaultyWay) -> None:
        self.way = way
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listening

    def do_POST(self) -> None:
        fault = self.server.way.next_fault()
        if fault != "refuse":
            size = int(self.headers["content-length"])
            body = self.rfile.read(size)
            if len(body) == size:  # else the client died in the middle
                self._pass(body, fault)
                return
        self.close_connection = True

    def _pass(self, body: bytes, fault: str | None) -> None:
        status, _, pause = (fault or "").partition(":")
        answer: _Answer | None = None
        if POISON in gzip.decompress(body):
            answer = _POISONED
        elif fault is None:
            answer = self._asked(body)
        elif status.isdecimal():
            headers = {"Retry-After": pause} if pause else {}
            answer = _Answer(int(status), headers, b'{"error": "AISpendOps: not now"}')
        else:
            self._fail(fault, body)
        if answer is None:
            self.close_connection = True
        else:
            self._say(answer)

    def _fail(self, fault: str, body: bytes) -> None:
        way = self.server.way
        if fault == "hang":
            self.connection.settimeout(way.patience_s)
            with suppress(OSError):  # until the client gives up
                self.connection.recv(1)
        elif fault == "halve":
            self._hand_on_half(body)
        elif fault == "kill":
            asking = threading.Thread(target=self._asked, args=(body,))
            asking.start()
            way.kill()
            asking.join()
        elif fault != "drop" and (answer := self._asked(body)) is not None and fault == "cut":
            self._say(answer, answer.body[: len(answer.body) // 2])

    def _asked(self, body: bytes) -> _Answer | None:
        """Return what the endpoint answers; None: it is not there, or went away."""
        headers = {name: self.headers[name] for name in _HEADERS if self.headers[name]}
        connection = HTTPConnection("127.0.0.1", self.server.way.port, timeout=20)
        try:
            connection.request("POST", self.path, body, headers)
            response = connection.getresponse()
            pause = response.headers.get("Retry-After")
            said = {} if pause is None else {"Retry-After": pause}
            return _Answer(response.status, said, response.read())
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def _hand_on_half(self, body: bytes) -> None:
        connection = HTTPConnection("127.0.0.1", self.server.way.port, timeout=20)
        with suppress(OSError):
            connection.putrequest("POST", self.path)
            for name in _HEADERS:
                connection.putheader(name, self.headers[name])
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[: len(body) // 2])
        connection.close()

    def _say(self, answer: _Answer, body: bytes | None = None) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body if body is None else body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
