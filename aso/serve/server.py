"""One server process: the application on uvicorn, until a signal ends it."""

from __future__ import annotations

import socket
from typing import NamedTuple

import uvicorn

from aso.errors import ConfigError
from aso.serve.app import application
from aso.serve.asking import Service

_IN_FLIGHT = 256  # requests; more are answered with 503
_BACKLOG = 512
_LAST_S = 20  # how long requests that are being served may take, after a signal


class Place(NamedTuple):
    """Where to listen, and with which certificate: files, or None for plain HTTP."""

    host: str
    port: int
    certificate: str | None = None
    private_key: str | None = None


def listening(place: Place) -> socket.socket:
    """Return the socket; port 0 is any that is free.

    Raises:
        ConfigError: somebody else listens there, or nobody can.
    """
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((place.host, place.port))
        found.listen(_BACKLOG)  # who comes before the application runs waits for it
    except (OSError, OverflowError) as error:
        found.close()
        raise ConfigError(
            f"nothing can listen at {place.host}:{place.port} ({error}): choose another --port, or "
            "a --host of this machine"
        ) from error
    return found


def run(service: Service, place: Place, found: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM; what is being served then is finished, and the store closed."""
    config = uvicorn.Config(
        application(service),
        log_config=None,
        access_log=False,
        lifespan="off",
        backlog=_BACKLOG,
        limit_concurrency=_IN_FLIGHT,
        timeout_graceful_shutdown=_LAST_S,
        server_header=False,
        ssl_certfile=place.certificate,
        ssl_keyfile=place.private_key,
    )
    try:
        uvicorn.Server(config).run(sockets=[found])
    finally:
        service.store.close()
