"""gRPC: every method of every stub ends in a call of its own kind of callable (grpcio 1.85).

Read 2026-11-26: xai-sdk's channels have interceptors, so its synchronous calls pass
``grpc._interceptor``, its awaited ones ``grpc.aio._channel``; on the classes, so clients made before
are seen, too. What the SDK gets is a proxy where the answer is still to come; what its caller gets is
the SDK's own. The channel retries by itself, which nothing here sees.
"""

from __future__ import annotations

import copy
import re
import weakref
from collections.abc import AsyncGenerator, Generator
from types import MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from aso.capture.call import Begun, Capture
from aso.capture.seam import CURRENT
from aso.guard import Guard
from aso.inflight import Inflight
from aso.providers import PROVIDERS, Provider, resolve
from aso.routes import Route
from aso.stream import Tail
from aso.watched import Watched

if TYPE_CHECKING:  # only a name: gates are handed in
    from aso.policy import Gates


class Rpc(NamedTuple):
    """What a method is; ``settles`` names the request's field with the id of an earlier call."""

    route: Route
    settles: str | None = None


_CHAT, _DEFERRED, _BATCHES = "xai_chat", "xai_deferred", "xai_batches"
_SAMPLES = "xai_samples"
# What can bill, or says what was billed: proto/v6 of xai-sdk 1.21 (read 2026-11-26).
RPCS = {
    f"/{service}/{name}": Rpc(Route(name, operation, shape), settles)
    for service, name, operation, shape, settles in (
        ("xai_api.Chat", "GetCompletion", "chat", _CHAT, None),
        ("xai_api.Chat", "GetCompletionChunk", "chat", _CHAT, None),
        ("xai_api.Chat", "CompactContext", "chat", _CHAT, None),
        ("xai_api.Chat", "StartDeferredCompletion", "chat", _DEFERRED, None),
        ("xai_api.Chat", "GetDeferredCompletion", "chat", _DEFERRED, "request_id"),
        ("xai_api.Image", "GenerateImage", "image", "xai_images", None),
        ("xai_api.Video", "GenerateVideo", "video", _DEFERRED, None),
        ("xai_api.Video", "ExtendVideo", "video", _DEFERRED, None),
        ("xai_api.Video", "GetDeferredVideo", "video", _DEFERRED, "request_id"),
        ("xai_api.Embedder", "Embed", "embeddings", "xai_embeddings", None),
        ("xai_api.BatchMgmt", "CreateBatch", "batch", _BATCHES, None),
        ("xai_api.BatchMgmt", "GetBatch", "batch", _BATCHES, "batch_id"),
        ("xai_api.Documents", "Search", "search", None, None),
        ("xai_api.Sample", "SampleText", "completion", _SAMPLES, None),
        ("xai_api.Sample", "SampleTextStreaming", "completion", _SAMPLES, None),
        ("collections.Collections", "AddDocumentToCollection", "other", None, None),
        ("collections.Collections", "UpdateDocument", "other", None, None),
        ("collections.Collections", "ReIndexDocument", "other", None, None),
        ("collections.Collections", "GenerateCollectionDescription", "other", None, None),
    )
}
# What manages, lists, reads or deletes. Any other method of xAI's may bill: it is not silent.
_OWN = "/xai_api."
_FREE = re.compile(
    r".*/(?:(?:get|list|delete|cancel|retrieve|revoke)\w*|UploadFile|CreatePublicUrl|AddBatchRequests"
    r"|Tokenize\w*)",
    re.IGNORECASE,
)


def rpc_of(name: str) -> Rpc | None:
    """Return what a method is, by its full name; None where it is nobody's that bills, or free."""
    found = RPCS.get(name)
    if found is not None or not name.startswith(_OWN) or _FREE.fullmatch(name):
        return found
    return Rpc(Route(name.rpartition("/")[2], "other", None))


# The HTTP status that says the same: google/rpc/code.proto.
_STATUSES = {
    "CANCELLED": 499,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_OK = 200
_OUR_OWN = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})  # said by this side, too
_NOT_CONNECTED = "failed to connect"


class Grpc(Capture):
    """The wrappers of gRPC's callables."""

    def read_call(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Return the call that a method is, where it is one of xAI's that can bill."""
        rpc = rpc_of(_text(instance._method))  # noqa: SLF001
        if rpc is None or CURRENT.get() is not None:
            return None, args, kwargs
        request = kwargs["request"] if "request" in kwargs else args[0]
        host, provider = self._billed(instance)
        flight = self.pipeline.begin(
            provider=provider,
            host=host,
            route=rpc.route,
            body=_body_of(request),
            stream=False,
            sdk=self.sdk(),
            settles=getattr(request, rpc.settles) if rpc.settles is not None else None,
        )
        flight.attempts = 1
        return flight, args, kwargs

    def _billed(self, instance: Any) -> tuple[str | None, Provider]:
        """Return host and provider; xAI's own where the channel does not tell where it leads."""
        target = _target_of(instance)
        if not target:
            return None, PROVIDERS["xai"]
        return resolve(f"grpc://{target.rpartition('/')[2]}", self.pipeline.hosts)

    def request_async(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Return what is awaited for the answer."""
        flight, args, kwargs = self.begin(instance, args, kwargs)
        if flight is None:
            return wrapped(*args, **kwargs)
        wrapped = self._reserving(flight, wrapped)
        return self._watched(Awaited, self._started(flight, wrapped, args, kwargs), flight)

    def stream(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Return what is iterated for the chunks."""
        flight, args, kwargs = self.begin(instance, args, kwargs)
        if flight is None:
            return wrapped(*args, **kwargs)
        if self.pipeline.gates is not None:
            with self.pipeline.guard:
                flight.reserve(self.pipeline.gates)
        return self._streamed(flight, wrapped, args, kwargs)

    def stream_async(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Return what is iterated for the chunks, awaited."""
        flight, args, kwargs = self.begin(instance, args, kwargs)
        if flight is None:
            return wrapped(*args, **kwargs)
        return self._streamed(flight, self._reserving(flight, wrapped), args, kwargs)

    def _streamed(self, flight: Inflight, wrapped: Any, args: Any, kwargs: Any) -> Any:
        call = self._started(flight, wrapped, args, kwargs)
        flight.stream = True
        if flight.shape is None:
            flight.finish("completed")
            return call
        self.pipeline.live.add(flight)
        return self._watched(Chunks, call, flight)

    def _watched(self, kind: type[Awaited | Chunks], call: Any, flight: Inflight) -> Any:
        """Return what stands in for a call; where that fails the call itself, and its event now."""
        with self.pipeline.guard:
            return kind(call, self, flight)
        flight.finish("completed")
        return call

    def opened(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Remember where a channel of grpc.aio leads: it keeps that to itself."""
        with self.pipeline.guard:
            _TARGETS[instance] = _text(kwargs["target"] if "target" in kwargs else args[0])
        return wrapped(*args, **kwargs)

    def _reserving(self, flight: Inflight, wrapped: Any) -> Any:
        """Return a method that starts its call at once, and reserves in the call's own task.

        An interceptor of ours does, the first of a copy of the callable's: it is awaited before the
        request is sent, and what the caller gets back has all that a call of gRPC's has.
        """
        gates = self.pipeline.gates
        if gates is None:
            return wrapped
        with self.pipeline.guard:
            callable_ = copy.copy(wrapped.__self__)
            reserving = Reserving(flight, gates, self.pipeline.guard)
            callable_._interceptors = [reserving, *(callable_._interceptors or ())]  # noqa: SLF001
            return MethodType(wrapped.__func__, callable_)
        return wrapped

    def _started(self, flight: Inflight, wrapped: Any, args: Any, kwargs: Any) -> Any:
        CURRENT.set(flight)
        try:
            return wrapped(*args, **kwargs)
        except BaseException as error:
            self.failed(flight, error)
            raise
        finally:
            CURRENT.set(None)

    def returned(self, flight: Inflight, result: Any) -> None:
        """Read an answer that came whole."""
        with self.pipeline.guard:
            flight.http_status, flight.answered = _OK, 1
            flight.read_answer(result)
        flight.finish("completed")

    def failed(self, flight: Inflight, error: BaseException) -> None:
        """End a call with the error that the caller is about to see, under its status's name."""
        with self.pipeline.guard:
            code = _code_of(error)
            if code is None:
                flight.failed(error)
                return
            flight.error_type, flight.http_status = code, _STATUSES.get(code)
            flight.unsent = int(_NOT_CONNECTED in str(error))
            flight.answered = int(code not in _OUR_OWN)
            flight.finish("cancelled" if code == "CANCELLED" else "error")

    def exhausted(self, flight: Inflight) -> None:
        """End a stream that the other side has ended: gRPC says so with a status."""
        with self.pipeline.guard:
            flight.answer.complete = True
        flight.finish("completed")


class Reserving:
    """An interceptor of grpc.aio's: holds room in every budget, then lets the request go."""

    def __init__(self, flight: Inflight, gates: Gates, guard: Guard) -> None:
        self._flight = flight
        self._gates = gates
        self._guard = guard

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Reserve; a refusal is raised where the call is awaited."""
        with self._guard:
            await self._flight.areserve(self._gates)
        return await continuation(details, request)

    intercept_unary_stream = intercept_unary_unary


class Awaited(Watched):
    """An awaited call of grpc.aio, watched. ``isinstance`` sees the original."""

    def __init__(self, wrapped: Any, kind: Grpc, flight: Inflight) -> None:
        super().__init__(wrapped)
        self._self_kind = kind
        self._self_tail = Tail(flight, kind.pipeline.guard)

    def __await__(self) -> Generator[Any, None, Any]:
        return self._self_answer().__await__()

    async def _self_answer(self) -> Any:
        kind, flight = self._self_kind, self._self_tail.flight
        try:
            answer = await self.__wrapped__
        except BaseException as error:
            kind.failed(flight, error)
            raise
        kind.returned(flight, answer)
        return answer


class Chunks(Watched):
    """A stream of gRPC's, watched. ``isinstance`` sees the original."""

    def __init__(self, wrapped: Any, kind: Grpc, flight: Inflight) -> None:
        super().__init__(wrapped)
        assert flight.shape is not None  # noqa: S101 — for the type checker
        self._self_kind = kind
        self._self_tail = Tail(flight, kind.pipeline.guard)
        self._self_observe = flight.shape.observer(flight.answer)

    def __iter__(self) -> Chunks:
        return self

    def __next__(self) -> Any:
        kind, flight = self._self_kind, self._self_tail.flight
        try:
            chunk = next(self.__wrapped__)
        except StopIteration:
            kind.exhausted(flight)
            raise
        except BaseException as error:
            kind.failed(flight, error)
            raise
        self._self_saw(chunk)
        return chunk

    async def __aiter__(self) -> AsyncGenerator[Any, None]:
        kind, flight = self._self_kind, self._self_tail.flight
        try:
            async for chunk in self.__wrapped__:
                self._self_saw(chunk)
                yield chunk
        except GeneratorExit:
            raise
        except BaseException as error:
            kind.failed(flight, error)
            raise
        kind.exhausted(flight)

    def _self_saw(self, chunk: Any) -> None:
        with self._self_tail.guard:
            flight = self._self_tail.flight
            flight.http_status, flight.answered = _OK, 1
            self._self_tail.first_byte()
            self._self_observe(chunk)


_TARGETS: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()


def _target_of(instance: Any) -> str:
    """Return where a callable's channel leads; empty where that cannot be told."""
    if (channel := getattr(instance, "_python_channel", None)) is not None:
        return _TARGETS.get(channel, "")
    if (known := _TARGETS.get(instance)) is not None:
        return known
    inner = instance
    while hasattr(inner, "_thunk"):  # one for each interceptor
        inner = inner._thunk(inner._method)  # noqa: SLF001
    _TARGETS[instance] = found = _text(getattr(inner, "_target", ""))
    return found


def _body_of(request: Any) -> dict[str, Any]:
    body = {"model": getattr(request, "model", None), "request": request}
    if limit := getattr(request, "max_tokens", 0):
        body["max_tokens"] = limit
    return body


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _code_of(error: BaseException) -> str | None:
    """Return the name of the status that an error of gRPC's tells; None for any other error."""
    told = getattr(error, "code", None)
    name = getattr(told() if callable(told) else None, "name", None)
    return name if isinstance(name, str) else None
