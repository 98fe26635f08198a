"""A loopback ingest endpoint: the protocol of docs/ingest.md, with the faults that tests ask for."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "aso_k_abc.s3cret"


# What may go wrong on the way, beside what an endpoint answers.
FAULTS = ("refuse", "drop", "lose", "cut", "hang", "503", "429")


class IngestServer:
    """Keeps events once each. ``answers`` are given first, in turn: (status, headers, body).

    A status of 0 drops the connection without an answer. ``faults`` come before that, one a
    request, None where all is well: ``refuse`` (closed while the request is read), ``drop`` (read, and closed),
    ``lose`` (taken, and closed), ``cut`` (taken, and closed in the middle of the answer), ``hang``
    (silent until the client has gone, or ``patience_s``), or a status. An event in ``poison``
    gets its whole batch a 400.
    """

    patience_s = 1.0

    def __init__(self, port: int = 0) -> None:
        self.events: dict[tuple[str, int], dict[str, Any]] = {}
        self.batches: list[dict[str, Any]] = []
        self.is_remembering = True  # the batches; the events always
        self.answers: list[tuple[int, dict[str, str], Any]] = []
        self.key = KEY
        self.max_events: int | None = None
        self.reject: set[str] = set()
        self.poison: set[str] = set()
        self.is_poison: Callable[[dict[str, Any]], bool] = self._is_listed
        self.faults: Iterator[str | None] = iter(())
        self.lock = threading.Lock()
        self.connections: set[Any] = set()
        outer = self

        class Handler(_Handler):
            server_state = outer

        self._server = _Server(("127.0.0.1", port), Handler)
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

    def _is_listed(self, event: dict[str, Any]) -> bool:
        return event["event_id"] in self.poison

    def take(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Keep a batch's events, idempotent by id and revision."""
        with self.lock:
            return self._take(batch)

    def _take(self, batch: dict[str, Any]) -> dict[str, Any]:
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: IngestServer

    def do_POST(self) -> None:
        state = self.server_state
        state.connections.add(self.client_address)
        with state.lock:
            fault = next(state.faults, None)
        if fault == "refuse":
            self.close_connection = True
            return
        data = self.rfile.read(int(self.headers["content-length"]))
        batch = json.loads(gzip.decompress(data))
        if state.is_remembering:
            state.batches.append({"path": self.path, "headers": dict(self.headers), **batch})
        if fault is not None:
            self._fail(fault, batch)
        elif state.answers:
            status, headers, body = state.answers.pop(0)
            if status == 0:
                self.close_connection = True
                return
            self._answer(status, headers, body)
        else:
            self._judge(batch)

    def _judge(self, batch: dict[str, Any]) -> None:
        """Answer as an endpoint does that is well."""
        state = self.server_state
        if self.headers["X-ASO-API-Key"] != state.key:
            self._answer(403, {}, {"error": "AISpendOps: Invalid X-ASO-API-Key"})
        elif state.max_events is not None and len(batch["events"]) > state.max_events:
            self._answer(413, {}, {"error": "AISpendOps: too large"})
        elif any(map(state.is_poison, batch["events"])):
            self._answer(400, {}, {"error": "AISpendOps: an event cannot be read"})
        else:
            self._answer(202, {}, state.take(batch))

    def _fail(self, fault: str, batch: dict[str, Any]) -> None:
        if fault.isdecimal():
            headers = {"Retry-After": "0"} if fault == "429" else {}
            self._answer(int(fault), headers, {"error": "AISpendOps: not now"})
            return
        self.close_connection = True
        if fault == "hang":
            self.connection.settimeout(self.server_state.patience_s)
            with suppress(OSError):  # until the client gives up
                self.connection.recv(1)
        is_poisoned = any(map(self.server_state.is_poison, batch["events"]))
        if fault in {"lose", "cut"} and not is_poisoned:
            taken = json.dumps(self.server_state.take(batch)).encode()
            if fault == "cut":
                self.send_response(202)
                self.send_header("content-length", str(len(taken)))
                self.end_headers()
                self.wfile.write(taken[: len(taken) // 2])

    def _answer(self, status: int, headers: dict[str, str], body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
