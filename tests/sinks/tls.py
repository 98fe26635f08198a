"""An endpoint behind TLS, and a proxy on the way to it, on this machine."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.sinks.ingest_server import IngestServer

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="needs openssl to make a certificate"
)


def certificate(folder: Path, *names: str) -> Path:
    """Return a file with a key and a certificate that it signed itself, for these names."""
    pem = folder / "self-signed.pem"
    make = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=aso"
    )
    alternatives = "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)
    command = [*make.split(), "-addext", alternatives, "-keyout", str(pem), "-out", str(pem)]
    subprocess.run(command, check=True, capture_output=True)
    return pem


@contextmanager
def behind_tls(pem: Path) -> Generator[IngestServer, None, None]:
    """Serve the ingest protocol with this certificate; ``port`` is the server's."""
    server = IngestServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = server._server.socket
    server._server.socket = context.wrap_socket(
        listener, server_side=True, do_handshake_on_connect=False
    )
    with server:
        yield server


class Proxy:
    """Tunnels every CONNECT to one port of this machine; ``heard`` is what it was told."""

    def __init__(self, port: int, *, answer: str = "200 Connection established") -> None:
        self.heard: list[str] = []
        self._port, self._answer = port, answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._tunnel, args=(near,), daemon=True).start()

    def _tunnel(self, near: socket.socket) -> None:
        said = b""
        while b"\r\n\r\n" not in said:
            said += near.recv(65536)
        self.heard.append(said.decode())
        near.sendall(f"HTTP/1.1 {self._answer}\r\n\r\n".encode())
        if not self._answer.startswith("200"):
            near.close()
            return
        far = socket.create_connection(("127.0.0.1", self._port))
        threading.Thread(target=_pump, args=(far, near), daemon=True).start()
        _pump(near, far)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
