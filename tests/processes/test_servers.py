"""gevent and gunicorn: somebody else's threads, and workers that were forked after instrument()."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from tests.processes.running import MAX_S, ROOT, adopt, ids, run


def needs(package: str) -> pytest.MarkDecorator:
    missing = importlib.util.find_spec(package) is None
    return pytest.mark.skipif(missing, reason=f"{package} is not installed")


@needs("gevent")
def test_greenlets(url: str) -> None:
    lines = run("greenlets", url, program="under_gevent")

    assert len(lines) == 100
    assert ids() == sorted(lines)


@needs("gunicorn")
@pytest.mark.parametrize("worker", ["sync", pytest.param("gevent", marks=needs("gevent"))])
def test_preloaded_workers_deliver_while_they_serve(url: str, worker: str) -> None:
    with gunicorn(url, worker) as address:
        answers = [urlopen(address, timeout=MAX_S).read().decode() for _ in range(8)]
        wait_for(9)
    adopt()

    found = ids()
    assert len(found) == 9  # the master's own one too
    assert not set(answers) - set(found)


def wait_for(count: int) -> None:
    """Wait until the ledger has so many events: workers deliver within a second or so."""
    deadline = time.monotonic() + MAX_S
    while len(ids()) < count and time.monotonic() < deadline:
        time.sleep(0.1)


@contextmanager
def gunicorn(url: str, worker: str) -> Iterator[str]:
    """Serve ``wsgi.app`` by two workers of a preloading master; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        options = [  # gunicorn's own gevent worker takes all of the time it gets
            "--graceful-timeout=1",
            "--preload",
            "-w",
            "2",
            "-k",
            worker,
            "-b",
            f"fd://{number}",
            "--log-level",
            "error",
        ]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, "tests.processes.wsgi:app"],
            pass_fds=[number],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PROVIDER_URL": url},
            stdout=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(MAX_S)
    assert server.returncode == 0
