"""Sessions of requests: each request on its way into the adapter (2.34; read 2026-11-26).

There, a redirect is a request of its own, and the caller's own request is not the one that is written.
"""

from __future__ import annotations

from operator import methodcaller
from typing import Any

from aso.propagation.carrier import Carrier, Carrying, StandIn, instance_of, stand_in
from aso.propagation.crossing import written
from aso.propagation.options import Options

_COPY = methodcaller("copy")


def _carry(session: Any, options: Options) -> Any:
    stand_in(session, "get_adapter", _Adapters, options)
    return session


class _Adapters(StandIn):
    """``Session.get_adapter``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _Adapter(self.original(*args, **kwargs), self.options)


class _Adapter(Carrying):
    """An adapter whose requests carry."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Send a request; the caller's own is not changed, and is the response's."""
        sent, beside = written(request, _COPY, self._self_options)
        with beside:
            response = self.__wrapped__.send(sent, *args, **kwargs)
        if getattr(response, "request", None) is sent:
            response.request = request
        return response


CARRIER = Carrier("a session of requests", instance_of("requests.Session"), _carry)
