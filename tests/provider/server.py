"""A provider over real HTTP on this machine: real connections that stall, break and come back.

    with Provider() as provider:
        provider.then(RATE_LIMITED, OK)
        OpenAI(base_url=provider.url, api_key="any")

``provider.url_of("groq")`` answers in that host's shape. ``received`` keeps every request, bytes as
they came. Bound to 127.0.0.1; keeps connections alive; streams in chunks.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.provider.answers import HOSTS, ROUTES, STREAMS, encoded, models

_DONE = b"data: [DONE]\n\n"
_RESET = struct.pack("ii", 1, 0)  # close at once, unsent bytes thrown away: the peer sees a reset


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """How one request is answered.

    Attributes:
        status: anything but 200 is answered with an error body.
        headers: besides content-type and the like.
        body: instead of the route's own answer, as it stands.
        events: instead of the route's own stream.
        is_gzip: compress the answer.
        stall_s: seconds until the first byte of the head.
        pause_s: seconds between the chunks of a stream.
        cut_after: reset the connection after so many chunks of a stream, or bytes of an answer.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    events: Sequence[Mapping[str, Any]] | None = None
    is_gzip: bool = False
    stall_s: float = 0.0
    pause_s: float = 0.0
    cut_after: int | None = None


OK = Scene()
RATE_LIMITED = Scene(status=429, headers={"retry-after-ms": "1"})
OVERLOADED = Scene(status=503, headers={"retry-after-ms": "1"})
REFUSED = Scene(status=400)
STALLED = Scene(stall_s=30.0)
MALFORMED = Scene(body=b'{"id": "chatcmpl-1", "usage": {"prompt_tok')
NOT_UTF8 = Scene(body=b'{"id": "chatcmpl-\xff\xfe", "usage": {"prompt_tokens": 100}}')


class Received(NamedTuple):
    """One request as it came: header names in their own case and order."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Provider:
    """An OpenAI-shaped server in a thread. Scenes are taken in turn; the last one stays."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.received: list[Received] = []
        self.connections: set[tuple[str, int]] = set()
        self.is_over = threading.Event()
        self._scenes: deque[Scene] = deque([OK])
        self._server = _Server((address, 0), type("Handler", (_Handler,), {"provider": self}))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def host(self) -> str:
        """Return ``address:port``, as ``instrument(hosts=...)`` takes it."""
        address, port = self._server.server_address[:2]
        return f"{address!s}:{port}"

    @property
    def url(self) -> str:
        """Return what an SDK takes as base_url."""
        return f"http://{self.host}/v1"

    def url_of(self, host: str) -> str:
        """Return the base_url where answers have the shape of one of HOSTS."""
        return f"http://{self.host}/hosts/{host}/v1"

    def then(self, *scenes: Scene) -> None:
        """Answer the next requests so."""
        self._scenes = deque(scenes)

    def next_scene(self) -> Scene:
        return self._scenes.popleft() if len(self._scenes) > 1 else self._scenes[0]

    def __enter__(self) -> Provider:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    provider: Provider

    def do_GET(self) -> None:
        self._log(b"")
        self._whole(OK, encoded(models()))

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._log(data)
        scene = self.provider.next_scene()
        if scene.stall_s and self.provider.is_over.wait(scene.stall_s):
            self.close_connection = True
            return
        self._answer(scene, json.loads(data))

    def _log(self, data: bytes) -> None:
        headers = tuple(self.headers.items())
        self.provider.connections.add(self.client_address)
        self.provider.received.append(Received(self.command, self.path, headers, data))

    def _answer(self, scene: Scene, body: Mapping[str, Any]) -> None:
        prefix, _, route = self.path.partition("?")[0].partition("/v1")
        host = HOSTS[prefix.removeprefix("/hosts/") or "openai"]
        identity = f"loopback-{len(self.provider.received)}"
        if scene.status != 200:
            error = {"message": "as the scene says", "type": "loopback", "code": None}
            self._whole(scene, encoded({"error": {**error, "param": None}}))
        elif scene.body is not None:
            self._whole(scene, scene.body)
        elif scene.events is not None:
            self._stream(scene, scene.events)
        elif body.get("stream") and route in STREAMS:
            self._stream(scene, STREAMS[route](host, body, identity))
        else:
            self._whole(scene, encoded(ROUTES[route](host, body, identity)))

    def _whole(self, scene: Scene, data: bytes) -> None:
        data = gzip.compress(data) if scene.is_gzip else data
        self._head(scene, {"content-type": "application/json", "content-length": str(len(data))})
        self.wfile.write(data[: scene.cut_after])
        self.wfile.flush()
        if scene.cut_after is not None:
            self._reset()

    def _stream(self, scene: Scene, events: Iterable[Mapping[str, Any]]) -> None:
        kind = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
        self._head(scene, kind)
        try:
            for number, event in enumerate(events):
                if number == scene.cut_after:
                    self._reset()
                    return
                self._chunk(_framed(event))
                self.provider.is_over.wait(scene.pause_s)
            if self.path.endswith("/chat/completions"):
                self._chunk(_DONE)
            self._chunk(b"")
        except OSError:  # the reader has gone: a cut stream is what some tests are about
            self.close_connection = True

    def _head(self, scene: Scene, kind: Mapping[str, str]) -> None:
        coding = {"content-encoding": "gzip"} if scene.is_gzip else {}
        self.send_response(scene.status)
        for name, value in {**kind, **coding, **scene.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _reset(self) -> None:
        self.provider.is_over.wait(0.05)  # what was sent arrives before the reset does
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _framed(event: Mapping[str, Any]) -> bytes:
    """Return a server-sent event; those of responses are named by their type."""
    name = f"event: {event['type']}\n".encode() if "type" in event else b""
    return name + b"data: " + encoded(event) + b"\n\n"
