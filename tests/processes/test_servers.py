"""gevent, gunicorn, uvicorn, Celery: somebody else's threads, and workers that others start."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
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


@needs("uvicorn")
def test_the_workers_of_uvicorn_deliver_what_they_serve(url: str) -> None:
    with uvicorn(url) as address:
        answers = [urlopen(address, timeout=MAX_S).read().decode() for _ in range(8)]
        wait_for(8)
    assert ids() == sorted(answers)


@needs("celery")
def test_the_forked_children_of_celery_deliver_their_tasks(url: str, tmp_path: Path) -> None:
    with celery(tmp_path) as environment:
        send(url, 6, environment)
        wait_for(6)
    adopt()
    assert ids() == sorted((tmp_path / "seen").read_text().split())
    assert len(ids()) == 6


def send(url: str, count: int, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "tests.processes.celery_app", "send", url, str(count)]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=MAX_S)


def wait_for(count: int) -> None:
    """Wait until the ledger has so many events: workers deliver within a second or so."""
    deadline = time.monotonic() + MAX_S
    while len(ids()) < count and time.monotonic() < deadline:
        time.sleep(0.1)


@contextmanager
def celery(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run a worker of two children, replaced after two tasks; yield what reaches their queue."""
    for name in ("queue", "control"):
        (folder / name).mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BROKER_FOLDER": str(folder)}
    options = [
        "-P",
        "prefork",
        "-c",
        "2",
        "--max-tasks-per-child=2",
        "-l",
        "ERROR",
    ]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "tests.processes.celery_app", "worker"]
        + [*options, *quiet],
        cwd=ROOT,
        env={**environment, "C_FORCE_ROOT": "1"},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield environment
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(MAX_S)


@contextmanager
def uvicorn(url: str) -> Iterator[str]:
    """Serve ``asgi.app`` by two workers, each a new interpreter; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        options = ["--workers", "2", "--fd", str(number), "--log-level", "error"]
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", *options, "tests.processes.asgi:app"],
            pass_fds=[number],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PROVIDER_URL": url},
        )
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(MAX_S)


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
