"""A provider on this machine: replays recordings over real HTTP, for the demo, tests and benchmarks.

    with LoopbackProvider() as provider:
        OpenAI(base_url=provider.url, api_key="any")

Recordings are JSON files in ``recordings/``: our own, written by hand. A request's model picks the
recording; what no recording knows is answered by a generic one. Bound to 127.0.0.1.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_RECORDINGS = Path(__file__).parent / "recordings"
_USAGE_ALWAYS = "usage_always"  # a recording of a host that reports usage unasked


class LoopbackProvider:
    """An OpenAI-shaped server in a thread; ``requests`` keeps (path, body) of each call, ``headers`` its headers."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.requests: list[tuple[str, Mapping[str, Any]]] = []
        self.headers: list[Mapping[str, str]] = []
        self.recordings = {
            path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(_RECORDINGS.glob("*.json"))
        }
        provider = self

        class Handler(_Handler):
            owner = provider

        self._server = _Server((address, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def host(self) -> str:
        """Return ``address:port``."""
        address, port = self._server.server_address[:2]
        return f"{address!s}:{port}"

    @property
    def url(self) -> str:
        """Return what an SDK takes as base_url."""
        return f"http://{self.host}/v1"

    def __enter__(self) -> LoopbackProvider:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def recording(self, model: str) -> dict[str, Any]:
        """Return what is replayed for a model; an unknown one is answered under its own name."""
        known = self.recordings.get(model.replace("/", "_"))
        if known is not None:
            return dict(known)
        generic = json.loads(json.dumps(self.recordings["gpt-4o-mini"]))
        generic["answer"]["model"] = model
        return dict(generic)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # as many may knock at once

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away: cut streams are part of the job."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: LoopbackProvider

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length) or b"{}")
        self.owner.requests.append((self.path, body))
        self.owner.headers.append(dict(self.headers))
        recording = self.owner.recording(str(body.get("model")))
        if "error" in recording:
            self._json(recording["status"], {"error": recording["error"]})
        elif body.get("stream"):
            self._stream(recording, body)
        else:
            self._json(200, recording["answer"])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args

    def _json(self, status: int, document: object) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, recording: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            for event in _events(recording, body):
                data = f"data: {event}\n\n".encode()
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        except OSError:  # the reader has gone: a cut stream is part of the demo
            self.close_connection = True


def _events(recording: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the recorded answer word by word, and its usage where it is asked for."""
    answer = recording["answer"]
    head = {name: answer[name] for name in ("id", "created", "model")}
    head["object"] = "chat.completion.chunk"
    words = answer["choices"][0]["message"]["content"].split(" ")
    for number, word in enumerate(words):
        delta = {"content": word if number == 0 else f" {word}"}
        yield json.dumps({**head, "choices": [_choice(delta, None)]})
    is_asked = (body.get("stream_options") or {}).get("include_usage")
    last = {"usage": answer["usage"]} if recording.get(_USAGE_ALWAYS) else {}
    yield json.dumps({**head, "choices": [_choice({}, "stop")], **last})
    if is_asked and not last:
        yield json.dumps({**head, "choices": [], "usage": answer["usage"]})
    yield "[DONE]"


def _choice(delta: Mapping[str, str], finish_reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}
