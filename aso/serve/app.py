"""The endpoints over HTTP: who may come in, how much is read, and what goes wrong → a status."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from aso.errors import AsoError, ConfigError
from aso.guard import say
from aso.ledger import LedgerError
from aso.serve.asking import Answer, Asked, Endpoint, Service
from aso.serve.endpoints import ENDPOINTS
from aso.serve.incoming import Incoming
from aso.serve.page import PAGE_HEADERS, Asset, assets
from aso.serve.refusal import RefusedError
from aso.serve.store import StoredKey

Kind = TypeVar("Kind")

_THREADS = 8  # that check and keep batches, or answer questions, at once
_RETRY_S = "5"
_NOBODY = StoredKey("", "", b"", "all", "", 0)
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_NOTHING_HERE = "There is nothing here: docs/serve.md lists what there is"
_SAID: dict[str, float] = {}


def application(service: Service) -> Starlette:
    """Return the ASGI application of a service; it is the caller's to close the store."""
    threads = CapacityLimiter(_THREADS)
    routes = [
        Route(one.path, _Handler(service, one, threads).handle, methods=[one.method])
        for one in ENDPOINTS
    ]
    routes += [Route(one.path, partial(_shown, one), methods=["GET"]) for one in assets()]
    return Starlette(routes=routes, exception_handlers={HTTPException: _of_no_endpoint})


async def _shown(asset: Asset, request: Request) -> Response:
    """Answer with a file of the page; it is the same for everybody, so no key is needed."""
    headers = {**PAGE_HEADERS, "ETag": asset.etag}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


class _Handler:
    """Serves one endpoint."""

    def __init__(self, service: Service, endpoint: Endpoint, threads: CapacityLimiter) -> None:
        self._service = service
        self._endpoint = endpoint
        self._threads = threads

    async def handle(self, request: Request) -> Response:
        """Answer a request, whatever becomes of it; count it."""
        service, began = self._service, time.perf_counter()
        answer = Answer.refusing(RefusedError(500, "Internal error: the server's log says where"))
        before = service.guard.errors
        with service.guard:
            answer = await self._answered(request)
        if service.guard.errors > before:
            service.metrics.add("aso_serve_internal_errors_total")
        method, path = self._endpoint.method, self._endpoint.path
        status, took = str(answer.status), time.perf_counter() - began
        service.metrics.add("aso_serve_requests_total", method=method, path=path, status=status)
        service.metrics.add("aso_serve_request_seconds_total", took, method=method, path=path)
        return _response(answer)

    async def _answered(self, request: Request) -> Answer:
        incoming = Incoming(request.stream(), self._service.limits)
        try:
            return await self._served(request, incoming)
        except ClientDisconnect:
            return Answer.refusing(RefusedError(400, "The body was cut"))  # nobody reads it
        except (RefusedError, ConfigError, LedgerError) as error:
            refusal = _refusal_of(error)
        with suppress(ClientDisconnect):
            await incoming.drain()
        return Answer.refusing(refusal)

    async def _served(self, request: Request, incoming: Incoming) -> Answer:
        endpoint, service = self._endpoint, self._service
        query = request.query_params.multi_items()
        holder, body = _NOBODY, b""
        if endpoint.scope is not None:
            key = request.headers.get("x-aso-api-key")
            holder = await self._in_thread(partial(service.keyring.holder, key))
            endpoint.expect_scope(holder.scope)
        endpoint.expect_parameters(query)
        if endpoint.asks is not None:
            service.rate.expect(holder.id)
            body = await incoming.read()
            service.metrics.add("aso_serve_body_bytes_total", len(body))
        asked = Asked(holder, query, request.headers, body)
        return await self._in_thread(partial(endpoint.serve, service, asked))

    async def _in_thread(self, work: Callable[[], Kind]) -> Kind:
        return await to_thread.run_sync(work, limiter=self._threads)


def _refusal_of(error: AsoError) -> RefusedError:
    """Return what the client is told: of the store, only that it fails."""
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, LedgerError):
        say("store", f"aso.serve: the store cannot be used: {error}", said=_SAID)
        return RefusedError(503, "The store cannot be used now", {"Retry-After": _RETRY_S})
    return RefusedError(400, str(error))  # of a parameter: it quotes nothing else


def _response(answer: Answer) -> Response:
    headers = {**_HEADERS, **answer.headers}
    if isinstance(answer.body, bytes):
        return Response(answer.body, answer.status, headers, answer.media_type)
    return StreamingResponse(answer.body, answer.status, headers, answer.media_type)


async def _of_no_endpoint(request: Request, error: Exception) -> Response:
    """Answer what the table does not have: 404, or 405 with the methods that it has."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:  # the router names those of one of its routes
        methods = (one.method for one in ENDPOINTS if one.path == request.url.path)
        headers["Allow"] = ", ".join(sorted(methods))
    message = _NOTHING_HERE if status == HTTPStatus.NOT_FOUND else HTTPStatus(status).phrase
    return _response(Answer.refusing(RefusedError(status, message, headers)))
