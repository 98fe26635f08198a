"""xAI's server of `tests/xai_sdk`, one for all scenarios, which keeps each request byte for byte."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest
import xai_sdk
from xai_sdk.chat import user
from xai_sdk.proto import chat_pb2, chat_pb2_grpc

from tests.serving import Received
from tests.xai_sdk import server as xai
from tests.xai_sdk.server import MODEL, grpc

SOON = timedelta(milliseconds=1)
WAITS: dict[str, Any] = {"user": "waits"}


class Plan(NamedTuple):
    """How the server answers: with an error's status, never, or with a stream that breaks or stalls."""

    error: Any = None
    breaks: bool = False
    stalls: bool = False


REFUSED = Plan(error=grpc.StatusCode.INVALID_ARGUMENT)
BROKEN, STALLS = Plan(breaks=True), Plan(stalls=True)


class Loopback:
    """The script of every scenario: ``requests`` keeps what came."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self._plan = Plan()
        self._moves_on = threading.Event()
        self._server: Any = None

    @property
    def host(self) -> str:
        return str(self._server.host)

    def __call__(self, plan: Plan) -> Loopback:
        self._moves_on.set()  # whoever the last scenario left waiting
        self._moves_on = threading.Event()
        self._plan, self.requests = plan, []
        self._server.chat.error, self._server.chat.looks = plan.error, 0
        return self

    @contextmanager
    def around(self) -> Iterator[None]:
        """Serve."""
        chunks = xai.chunks
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(xai, "chunks", lambda: self._chunks(chunks()))
            patch.setattr(grpc, "server", partial(grpc.server, interceptors=[_Recorder(self)]))
            with xai.Server() as self._server:
                came = self._server.chat._came
                self._server.chat._came = lambda *came_with: self._came(came, *came_with)
                yield
                self._moves_on.set()

    def _came(self, came: Any, request: Any, context: Any) -> None:
        came(request, context)
        if self._plan.stalls and isinstance(request, xai.chat_pb2.GetCompletionsRequest):
            self._moves_on.wait(20 if request.user == "waits" else 0)

    def _chunks(self, chunks: Iterator[Any]) -> Iterator[Any]:
        yield next(chunks)
        if self._plan.breaks:
            raise RuntimeError("as the scenario says")
        if self._plan.stalls:
            self._moves_on.wait(20)
        yield from chunks


class _Recorder(grpc.ServerInterceptor):  # type: ignore[misc]
    def __init__(self, kept: Loopback) -> None:
        self._kept = kept

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        handler = continuation(details)
        if handler is None:
            return None
        told = {key: str(value) for key, value in details.invocation_metadata}

        def read(data: bytes) -> Any:
            self._kept.requests.append(Received("RPC", details.method, told, data))
            return handler.request_deserializer(data)

        return handler._replace(request_deserializer=read)


def client_of(script: Loopback, kind: str = "Client", **options: Any) -> Any:
    """Return a client whose channel is its own, and does not try again by itself."""
    own = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]
    options = {"api_host": script.host, "metadata": (("x-mine", "1"),), **options}
    made = getattr(xai_sdk, kind)
    return made("none", use_insecure_channel=True, channel_options=own, **options)


def chat_of(client: Any, **more: Any) -> Any:
    return client.chat.create(model=MODEL, messages=[user("Say hello.")], **more)


def asked(**more: Any) -> Any:
    """Return a request as stubs take it."""
    return chat_pb2.GetCompletionsRequest(model=MODEL, messages=[user("Say hello.")], **more)


def stub_of(client: Any) -> Any:
    return chat_pb2_grpc.ChatStub(client._api_channel)
