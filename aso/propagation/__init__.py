"""``aso.propagate()``: dimensions across processes, by W3C baggage. The table of what can carry them."""

from __future__ import annotations

from typing import Any

from aso.config import is_disabled
from aso.errors import ConfigError
from aso.propagation import applications, celery, headers, httpx, requests
from aso.propagation.carrier import Carrier
from aso.propagation.options import checked

CARRIERS = (
    httpx.CARRIER,
    requests.CARRIER,
    celery.CARRIER,
    headers.SENT,
    headers.RECEIVED,
    applications.ASGI,
    applications.WSGI,
)


def propagate(carrier: Any, **options: Any) -> Any:
    """Carry dimensions of listed keys between processes, by the ``baggage`` header.

    ``aso.propagate(client, keys=["team"])``: with each request of a client of httpx or httpx2, of a
    session of requests, or each task of a Celery app, the dimensions in force go along; never to a
    provider's host, nor to a mapped one. Returns the client, session or app.

    ``aso.propagate(headers, keys=["team"])``: writes them into a mutable mapping; returns it.

    ``app = aso.propagate(app, keys=["team"], trust=True)``: an ASGI or WSGI application answers each
    request under what came in with it; so do the tasks of a Celery app. With the headers that were
    received: ``with aso.propagate(headers, keys=["team"], trust=True)``.

    Args:
        carrier: what carries.
        options: ``keys``: the keys that may cross, out or in; needed. ``trust``: believe what comes
            in; False: it is not looked at. For a mapping, ``trust`` given says that it was received.

    Raises:
        ConfigError: an option is wrong; nothing knows how to carry by that object; or it does
            already, by other options.
    """
    row = _row_of(carrier, is_received="trust" in options)
    if is_disabled():
        return row.idle(carrier)
    return row.carry(carrier, checked(options))


def _row_of(carrier: Any, *, is_received: bool) -> Carrier:
    for row in CARRIERS:
        if row.knows(carrier) and not (row is headers.SENT and is_received):
            return row
    raise ConfigError(
        f"propagate() got {carrier.__class__.__module__}.{carrier.__class__.__name__}: pass one of "
        f"{', '.join(row.name for row in CARRIERS)}; of another, its headers"
    )


__all__ = ["CARRIERS", "propagate"]
