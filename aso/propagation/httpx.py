"""Clients of httpx and httpx2: each request on its way into the transport (0.28, 2.16; read 2026-11-26).

There, a redirect is a request of its own, and the caller's own request is not the one that is written.
"""

from __future__ import annotations

from typing import Any

from aso.propagation.carrier import Carrier, Carrying, StandIn, instance_of, stand_in
from aso.propagation.crossing import written
from aso.propagation.options import Options


def _carry(client: Any, options: Options) -> Any:
    stand_in(client, "_transport_for_url", _Transports, options)
    return client


class _Transports(StandIn):
    """``Client._transport_for_url``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _Transport(self.original(*args, **kwargs), self.options)


class _Transport(Carrying):
    """A transport whose requests carry."""

    def handle_request(self, request: Any) -> Any:
        """Send a request; the caller's own is not changed."""
        sent, beside = written(request, _copy, self._self_options)
        with beside:
            return self.__wrapped__.handle_request(sent)

    async def handle_async_request(self, request: Any) -> Any:
        """The same, awaited."""
        sent, beside = written(request, _copy, self._self_options)
        with beside:
            return await self.__wrapped__.handle_async_request(sent)


def _copy(request: Any) -> Any:
    """Return a request whose headers are its own; its body is the same."""
    sent = request.__class__.__new__(request.__class__)
    sent.__dict__.update(request.__dict__)
    sent.headers = request.headers.copy()
    return sent


CARRIER = Carrier(
    "a client of httpx or httpx2",
    instance_of("httpx.Client", "httpx.AsyncClient", "httpx2.Client", "httpx2.AsyncClient"),
    _carry,
)
