"""ASGI and WSGI applications: what came in with a request is in force while it is answered.

By the call's own form: ASGI 3 (asgi.readthedocs.io), PEP 3333. The returned application is a stand-in
that has the attributes and the class of the one that was given.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from aso.guard import say
from aso.propagation.baggage import HEADER, text_of
from aso.propagation.carrier import Carrier, Carrying, expect_same
from aso.propagation.crossing import Arrival
from aso.propagation.options import Options
from aso.scoped import Steps
from aso.watched import Watched

_NAME = HEADER.encode()
_REQUESTS = frozenset({"http", "websocket"})
_WHOLE: tuple[Any, ...] = (list, tuple)
_SAID: dict[str, float] = {}


def _carry(app: Any, options: Options, *, kind: type[Carrying]) -> Any:
    if isinstance(app, kind):
        expect_same(object.__getattribute__(app, "_self_options"), options)
        return app
    if not options.trust:
        say(
            "trust",
            "aso: propagate() was given an application without trust=True: nothing that comes in is "
            "believed; pass it where every caller is yours",
            said=_SAID,
        )
        return app
    return kind(app, options)


class _Asgi(Carrying):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        with Arrival(scope, _asgi_header, self._self_options):
            return await self.__wrapped__(scope, receive, send)


class _Wsgi(Carrying):
    def __call__(self, environ: Any, start_response: Any) -> Any:
        arrival = Arrival(environ, _wsgi_header, self._self_options)
        with arrival:
            body = self.__wrapped__(environ, start_response)
        file_kind = environ.get("wsgi.file_wrapper")
        is_file = isinstance(file_kind, type) and isinstance(
            body, file_kind
        )  # a server may know it
        if arrival.block is None or is_file or isinstance(body, _WHOLE):
            return body
        return _Body(body, Steps(arrival.block))


class _Body(Watched):
    """A body that is made while it is sent: in force at each step, never in the server between them."""

    def __init__(self, wrapped: Any, steps: Steps) -> None:
        super().__init__(wrapped)
        self._self_steps = steps
        self._self_parts: Any = None

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        with self._self_steps:
            if self._self_parts is None:
                self._self_parts = iter(self.__wrapped__)
            return next(self._self_parts)

    def close(self) -> None:
        """Close the body, where it can be."""
        if (close := getattr(self.__wrapped__, "close", None)) is not None:
            with self._self_steps:
                close()


def _asgi_header(scope: Any) -> str:
    if scope["type"] not in _REQUESTS:
        return ""
    return text_of([value for name, value in scope["headers"] if name == _NAME])


def _wsgi_header(environ: Any) -> str:
    return text_of(environ.get("HTTP_BAGGAGE"))


def _is_asgi(app: Any) -> bool:
    return _takes(app, 3) and (inspect.iscoroutinefunction(_called(app)) or not _takes(app, 2))


def _is_wsgi(app: Any) -> bool:
    return _takes(app, 2) and not _takes(app, 3) and not inspect.iscoroutinefunction(_called(app))


def _takes(app: Any, count: int) -> bool:
    """Return whether it can be called with so many arguments; a class makes one, and is none."""
    if not callable(app) or isinstance(app, type):
        return False
    try:
        inspect.signature(app).bind(*range(count))
    except (TypeError, ValueError):  # it does not take them; or nobody knows
        return False
    return True


def _called(app: Any) -> Any:
    while isinstance(app, partial):
        app = app.func
    return app if inspect.isroutine(app) else type(app).__call__


ASGI = Carrier("an ASGI application", _is_asgi, partial(_carry, kind=_Asgi))
WSGI = Carrier("a WSGI application", _is_wsgi, partial(_carry, kind=_Wsgi))
