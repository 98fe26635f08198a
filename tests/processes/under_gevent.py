"""A program on gevent: everything is patched before anything else is imported."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

import gevent  # noqa: E402

from tests.processes import calls  # noqa: E402


def greenlets(url: str) -> None:
    """Call from 50 greenlets, all with one client."""
    calls.instrumented()
    client = calls.client_of(url)
    running = [gevent.spawn(both, client) for _ in range(50)]
    gevent.joinall(running, raise_error=True)


def both(client: object) -> None:
    calls.call(client)
    calls.stream(client)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
