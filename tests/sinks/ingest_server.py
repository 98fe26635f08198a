"""A loopback ingest endpoint: the protocol of docs/ingest.md, with the faults that tests ask for."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "aso_k_abc.s3cret"


class IngestServer:
    """Keeps events once each. ``answers`` are given first, in turn: (status, headers, body).

    A status of 0 drops the connection without an answer.
    """

    def __init__(self, port: int = 0) -> None:
        self.events: dict[tuple[str, int], dict[str, Any]] = {}
        self.batches: list[dict[str, Any]] = []
        self.answers: list[tuple[int, dict[str, str], Any]] = []
        self.max_events: int | None = None
        self.reject: set[str] = set()
        self.connections: set[Any] = set()
        outer = self

        class Handler(_Handler):
            server_state = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> IngestServer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Keep a batch's events, idempotent by id and revision."""
        accepted = duplicates = 0
        rejected = []
        for event in batch["events"]:
            key = event["event_id"], event["revision"]
            if event["event_id"] in self.reject:
                rejected.append({"event_id": event["event_id"], "error": "bad event"})
            elif key in self.events:
                duplicates += 1
            else:
                self.events[key] = event
                accepted += 1
        return {"accepted": accepted, "duplicates": duplicates, "rejected": rejected}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: IngestServer

    def do_POST(self) -> None:
        state = self.server_state
        state.connections.add(self.client_address)
        data = self.rfile.read(int(self.headers["content-length"]))
        batch = json.loads(gzip.decompress(data))
        state.batches.append({"path": self.path, "headers": dict(self.headers), **batch})
        if state.answers:
            status, headers, body = state.answers.pop(0)
            if status == 0:
                self.close_connection = True
                return
            self._answer(status, headers, body)
        elif self.headers["X-ASO-API-Key"] != KEY:
            self._answer(403, {}, {"error": "AISpendOps: Invalid X-ASO-API-Key"})
        elif state.max_events is not None and len(batch["events"]) > state.max_events:
            self._answer(413, {}, {"error": "AISpendOps: too large"})
        else:
            self._answer(202, {}, state.take(batch))

    def _answer(self, status: int, headers: dict[str, str], body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
