"""An ingest endpoint with a store on the disk, as a process of its own, to be killed and restarted.

    python -m tests.sinks.soak_server STORE PORT

Says nothing until it listens, then its port. A batch is one transaction; the answer comes after it.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_TABLE = """
CREATE TABLE IF NOT EXISTS events (
  event_id TEXT NOT NULL, revision INTEGER NOT NULL, program TEXT, number INTEGER,
  PRIMARY KEY (event_id, revision)
)
"""
_LOCK = threading.Lock()


def opened(path: Path) -> sqlite3.Connection:
    """Open the store; what a process has committed outlives it, not the machine."""
    store = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = OFF")
    store.execute(_TABLE)
    return store


def take(store: sqlite3.Connection, events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Keep events once each, all of them or none."""
    rows = [
        (one["event_id"], one["revision"], one["dims"].get("program"), one["prompt_tokens"])
        for one in events
    ]
    with _LOCK:
        before = store.total_changes
        store.execute("BEGIN IMMEDIATE")
        try:
            store.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", rows)
            store.execute("COMMIT")
        finally:
            if store.in_transaction:  # the disk is full
                store.execute("ROLLBACK")
        accepted = store.total_changes - before
    return {"accepted": accepted, "duplicates": len(rows) - accepted, "rejected": []}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: sqlite3.Connection

    def do_POST(self) -> None:
        size = int(self.headers["content-length"])
        data = self.rfile.read(size)
        if len(data) < size:  # the other side was cut
            self.close_connection = True
            return
        try:
            status, answer = 202, take(self.store, json.loads(gzip.decompress(data))["events"])
        except sqlite3.Error as error:
            status, answer = 503, {"error": f"AISpendOps: {type(error).__name__}"}
        said = json.dumps(answer).encode()
        self.send_response_only(status)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    _Handler.store = opened(Path(sys.argv[1]))
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), _Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
