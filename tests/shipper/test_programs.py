"""Programs that end, fork, serve and are killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import aso
from tests.journal.processes import drain
from tests.shipper.delivery import until

PROGRAM = """
import atexit, os, sys, threading, time
from pathlib import Path
from aso.guard import Guard
from aso.journal import open_journal
from aso.shipper import Shipper
from tests.journal.processes import DESTINATION, ORIGIN, FileSink, as_event

home = Path(sys.argv[1])
journal = open_journal(home, DESTINATION, ORIGIN)
shipper = Shipper(journal, [FileSink(home / "delivered")], as_event, guard=Guard("test"))

@atexit.register
def close():
    print(shipper.close(2.0))
    journal.close()

def work(name):
    journal.append(str(name).encode())
"""


def run(home: Path, body: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(aso.__file__).parents[1])}
    path = home / "program.py"
    path.write_text(options.pop("before", "") + PROGRAM + body)
    command = [sys.executable, str(path), str(home)]
    return subprocess.run(command, env=environment, capture_output=True, check=False, **options)


def delivered(home: Path) -> list[bytes]:
    path = home / "delivered"
    return sorted(path.read_bytes().split()) if path.exists() else []


def test_a_program_that_just_ends_delivers_at_exit(tmp_path: Path) -> None:
    ended = run(tmp_path, "work(1); work(2)\n")
    assert (ended.stdout, ended.stderr) == (b"True\n", b"")
    assert delivered(tmp_path) == [b"1", b"2"]


def test_a_first_record_during_exit_is_delivered_too(tmp_path: Path) -> None:
    ended = run(tmp_path, "atexit.register(work, 1)\n")
    assert (ended.stdout, ended.stderr) == (b"True\n", b"")
    assert delivered(tmp_path) == [b"1"]


def test_a_record_after_everything_is_kept_for_the_next_process(tmp_path: Path) -> None:
    before = "import atexit\natexit.register(lambda: work('late'))\n"
    ended = run(tmp_path, "work(1)\n", before=before)
    assert (ended.stdout, ended.stderr) == (b"True\n", b"")
    assert (delivered(tmp_path), drain(tmp_path)) == ([b"1"], [b"late"])


def test_sigterm_leaves_everything_to_the_next_process(tmp_path: Path) -> None:
    ended = run(tmp_path, "work(1); os.kill(os.getpid(), 15); time.sleep(5)\n")
    assert ended.returncode == -signal.SIGTERM
    assert sorted([*delivered(tmp_path), *drain(tmp_path)]) == [b"1"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools_of_processes_deliver_or_leave_everything(tmp_path: Path, method: str) -> None:
    body = f"""
if __name__ == "__main__":
    import multiprocessing
    work("parent")
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        pool.map(work, range(20), chunksize=1)
        pool.close(); pool.join()
"""
    # A spawned child imports this file anew; only the main process has the argument.
    ended = run(tmp_path, body, before="import warnings; warnings.simplefilter('ignore')\n")
    found = sorted([*delivered(tmp_path), *drain(tmp_path)])
    assert found == sorted([b"parent", *(b"%d" % number for number in range(20))])
    assert ended.stderr == b""


def test_a_server_that_forks_after_instrumenting_delivers_from_its_workers(
    tmp_path: Path,
) -> None:
    body = """
children = []
for name in range(3):
    child = os.fork()
    if child == 0:
        work(name)
        deadline = time.monotonic() + 5
        while shipper.pending() and time.monotonic() < deadline: time.sleep(0.01)
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
"""
    assert run(tmp_path, body).stderr == b""
    assert delivered(tmp_path) == [b"0", b"1", b"2"]


def test_under_gevent_everything_is_delivered(tmp_path: Path) -> None:
    pytest.importorskip("gevent")
    body = """
import gevent
gevent.joinall([gevent.spawn(work, name) for name in range(50)])
gevent.sleep(0.6)
print(len((home / "delivered").read_bytes().split()))
"""
    ended = run(tmp_path, body, before="from gevent import monkey; monkey.patch_all()\n")
    assert (ended.stdout, ended.stderr) == (b"50\nTrue\n", b"")


def test_gunicorn_with_preload_delivers_from_its_workers(tmp_path: Path) -> None:
    pytest.importorskip("gunicorn")
    body = """
def app(environ, start_response):
    work(f"{environ['PATH_INFO'][1:]}-{os.getpid()}")
    start_response("200 OK", [])
    return [b"done"]
"""
    (tmp_path / "program.py").write_text(PROGRAM.replace("sys.argv[1]", repr(str(tmp_path))) + body)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{Path(aso.__file__).parents[1]}{os.pathsep}{tmp_path}",
        }
        bind = f"fd://{listener.fileno()}"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--preload",
            "-w",
            "2",
            "-b",
            bind,
            "program:app",
        ]
        server = subprocess.Popen(
            command, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL
        )
        port = listener.getsockname()[1]
        for number in range(20):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{number}", timeout=10) as answer:
                assert answer.read() == b"done"
        until(lambda: len(delivered(tmp_path)) == 20)
        server.terminate()
        server.wait(10)
    assert sorted(int(name.split(b"-")[0]) for name in delivered(tmp_path)) == list(range(20))
    assert f"-{server.pid}".encode() not in b" ".join(delivered(tmp_path))
