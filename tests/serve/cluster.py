"""A real PostgreSQL of the tests' own: a folder, a socket in it, a password; and a port of 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PASSWORD = "s3cret-of-the-database"
_ADMIN = "postgres"
_DEADLINE_S = 60


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None: it is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    return max(installed, key=lambda folder: float(folder.parent.name), default=None)


class Cluster:
    """A server that can be killed and started again; its durability is that of a fresh install."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._user = _somebody()
        if self._user is not None:
            shutil.chown(folder, self._user)
        (folder / "password").write_text(PASSWORD)
        self._run("initdb", "-D", "data", "-U", _ADMIN, "-A", "scram-sha-256", "-E", "UTF8")
        self.start()

    @property
    def pid(self) -> int:
        """Return the process that all others of it are children of."""
        return self._process.pid

    def url(self, name: str = "postgres", *, user: str = _ADMIN, password: str = PASSWORD) -> str:
        """Return a database's URL."""
        return f"postgresql://{user}:{password}@:{self.port}/{name}?host={self.folder}"

    @contextmanager
    def connected(self, name: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
        """Give a connection of the test's own, to look behind the store."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            yield connection

    def start(self) -> None:
        """Start it, and wait until it answers."""
        deadline = time.monotonic() + _DEADLINE_S
        while True:
            self._process = self._started()
            while self._process.poll() is None:
                if self._answers():
                    return
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)  # children of the one that was killed are still going

    def kill(self) -> None:
        """Kill it as a crash does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def use_tls(self, pem: Path) -> None:
        """Have a certificate, from now on."""
        own = self.folder / "server.pem"
        shutil.copy(pem, own)
        own.chmod(0o600)
        if self._user is not None:
            shutil.chown(own, self._user)
        with self.connected() as connection:
            for name, value in (("ssl_cert_file", own), ("ssl_key_file", own), ("ssl", "on")):
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        self.kill()
        self.start()

    def stop(self) -> None:
        """Stop it, whoever is connected; what it has is not needed any more."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder)}
        settings = [f"--{name}={value}" for name, value in options.items()]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", "data", f"--port={self.port}", *settings],
                cwd=self.folder,
                user=self._user,
                stdout=log,
                stderr=log,
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments, "--no-sync", "--pwfile=password"],
            cwd=self.folder,
            user=self._user,
            check=True,
            capture_output=True,
        )


@contextmanager
def cluster_of(programs: Path) -> Iterator[Cluster]:
    """Run a server for the block."""
    with tempfile.TemporaryDirectory(prefix="aso-postgres-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(programs, Path(folder))
        try:
            yield cluster
        finally:
            cluster.stop()


def _somebody() -> str | None:
    """Return a user without rights where we are root, whom PostgreSQL does not serve."""
    import pwd  # not on every system

    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
