"""Sessions of requests: each request on its way into the adapter (2.34; read 2026-11-26).

There, a redirect is a request of its own, and the caller's own request is not the one that is written.
"""

from __future__ import annotations

from typing import Any

from aso.propagation.carrier import Carrier, StandIn, instance_of, stand_in
from aso.propagation.crossing import Beside, guard, outgoing, write
from aso.propagation.options import Options
from aso.watched import Watched


def _carry(session: Any, options: Options) -> Any:
    stand_in(session, "get_adapter", _Adapters, options)
    return session


class _Adapters(StandIn):
    """``Session.get_adapter``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _Adapter(self.original(*args, **kwargs), self.options)


class _Adapter(Watched):
    """An adapter whose requests carry."""

    def __init__(self, wrapped: Any, options: Options) -> None:
        super().__init__(wrapped)
        self._self_options = options

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send a request; the caller's own is not changed, and is the response's."""
        sent, beside = _written(request, self._self_options)
        with beside:
            response = self.__wrapped__.send(sent, *args, **kwargs)
        if response.request is sent:
            response.request = request
        return response


def _written(request: Any, options: Options) -> tuple[Any, Beside]:
    with guard():
        if dims := outgoing(options, request.url):
            sent = request.copy()
            write(sent.headers, dims)
            return sent, Beside(dims)
    return request, Beside({})


CARRIER = Carrier("a session of requests", instance_of("requests.Session"), _carry)
