"""A real `aso serve` in a process of its own, on a free port."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from aso.records import Event
from aso.serve.keys import Keyring, secret_of
from aso.serve.opening import open_store
from aso.serve.store import Scope


class Served:
    """A server, and a client of it."""

    def __init__(self, store: str, secret: Path, process: subprocess.Popen[str], url: str) -> None:
        self.options = ["--store", store, "--secret-file", str(secret)]
        self.store = store
        self.secret = secret
        self.process = process
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def key(self, tenant: str, scope: Scope = "all") -> str:
        """Return a new key, made as the command makes it."""
        now_ms = time.time_ns() // 1_000_000
        with closing(open_store(self.store)) as store:
            keyring = Keyring(store.registry, secret_of(self.secret))
            return keyring.create(tenant, scope=scope, name="", at_ms=now_ms).text

    def post(self, key: str, document: Any, **headers: str) -> httpx.Response:
        """Post a document, or bytes as they are."""
        body = document if isinstance(document, bytes) else gzip.compress(as_json(document))
        told = {"X-ASO-API-Key": key, "Content-Encoding": "gzip", **headers}
        return self.client.post("/v1/events", content=body, headers=told)

    def get(self, key: str, path: str, **headers: str) -> httpx.Response:
        """Ask something."""
        return self.client.get(path, headers={"X-ASO-API-Key": key, **headers})

    def events(self, key: str) -> list[dict[str, Any]]:
        """Return every event that counts."""
        return [json.loads(line) for line in self.get(key, "/v1/events").iter_lines()]


def batch(events: Sequence[Event | dict[str, Any]]) -> dict[str, Any]:
    """Return a batch of events, or of what stands for them."""
    documents = [one.to_dict() if isinstance(one, Event) else one for one in events]
    return {"schema": "aso.batch/1", "batch_id": "1", "events": documents}


def as_json(document: Any) -> bytes:
    """Return JSON as it is sent."""
    return json.dumps(document).encode()


@contextmanager
def serving(store: Path | str, secret: Path, *options: str) -> Iterator[Served]:
    """Run a server for the block."""
    command = [sys.executable, "-m", "aso", "serve", "--port", "0", "--store", str(store)]
    command += ["--secret-file", str(secret), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().rpartition(" ")[2].strip()
        served = Served(str(store), secret, process, url)
        try:
            yield served
        finally:
            served.client.close()
            process.terminate()
            process.wait()
