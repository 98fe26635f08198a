"""A loopback provider that answers every route of the installed SDK with a valid answer.

usage: python -m tools.sdk_suite.mock_server PACKAGE [PORT]

The SDK's own tests expect such a server at 127.0.0.1:4010. What is no route, or one whose answer
depends on the request (transcriptions), is answered with a text.
"""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tools.sdk_suite.samples import page, sample
from tools.sdk_suite.sdk_routes import Route, routes_of

PORT = 4010
_STREAMS = re.compile(rb'"stream": ?true|name="stream"\r\n\r\ntrue')


class Handler(BaseHTTPRequestHandler):
    """One connection of the SDK under test."""

    protocol_version = "HTTP/1.1"
    routes: list[Route]

    def answer(self) -> None:
        """Answer by route: JSON, a stream of one chunk, or nothing at all."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        route = self._route()
        if route is not None and route.chunk is not None and _STREAMS.search(body):
            self._send("text/event-stream", _events(route))
        elif route is not None and route.answer is type(None):
            self._send("application/json", b"", 204)
        else:
            self._send("application/json", json.dumps(_value(route)).encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 — the base's names

    def _route(self) -> Route | None:
        path = urlsplit(self.path).path
        for route in self.routes:
            if route.method == self.command and route.path.fullmatch(path):
                return route
        return None

    def _send(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the base's name
        """Say nothing."""


def _value(route: Route | None) -> Any:
    if route is None or route.answer is None:
        return {"text": "string"}
    return sample(route.answer) if route.item is None else page(route.answer, route.item)


def _events(route: Route) -> bytes:
    return f"data: {json.dumps(sample(route.chunk))}\n\ndata: [DONE]\n\n".encode()


def serve(package: str, port: int = PORT) -> None:
    """Answer until the process ends."""
    Handler.routes = routes_of(package)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    print(f"127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else PORT)
