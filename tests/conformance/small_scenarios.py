"""The small SDKs that Stainless generates, each on a mock transport: a row each, no scenario of its own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import httpx

from tests.conformance.bodies import EVENTS, body_of
from tests.conformance.observing import signature_of
from tests.conformance.promise import Suite
from tests.conformance.stages import STAINLESS
from tests.conformance.stainless_scenarios import ERRORS, Sdk, quick_retries, scenarios
from tests.openai_sdk.scripted import CHUNKS, COMPLETION, MESSAGES, sse, usage_when_asked

_OVERLOADED = b'data: {"error": {"message": "overloaded"}}\n\n'


class Script:
    """Answers requests in turn, the last one from then on; ``requests`` keeps what came."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer = answer(request) if callable(answer) else answer
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, list):
            return httpx.Response(200, headers=EVENTS, stream=body_of(httpx)(answer))
        status, document = answer if isinstance(answer, tuple) else (200, answer)
        return httpx.Response(status, json=document, headers={"retry-after-ms": "1"})


class Scripted(NamedTuple):
    """One SDK, as the scenarios want it: what makes its clients, and asks."""

    sync: Callable[..., Any]
    asynchronous: Callable[..., Any]
    options: dict[str, Any]
    http: Any = httpx
    Body: Any = body_of(httpx)

    def client(self, script: Any, **options: Any) -> Any:
        http = httpx.Client(transport=httpx.MockTransport(script))
        return self.sync(api_key="none", http_client=http, **self.options, **options)

    def async_client(self, script: Any, **options: Any) -> Any:
        http = httpx.AsyncClient(transport=httpx.MockTransport(script))
        return self.asynchronous(api_key="none", http_client=http, **self.options, **options)

    def ask(self, client: Any, **options: Any) -> Any:
        return client.chat.completions.create(model="m-1", messages=MESSAGES, **options)


def suite_of(package: str, name: str, *harmless: str, **options: Any) -> Suite:
    """Return the suite of one SDK: its package, its client's class, errors that it raises not."""
    module, base = import_module(package), import_module(f"{package}._base_client")
    sdk = _sdk(getattr(module, name), getattr(module, f"Async{name}"), options)
    found = scenarios(sdk) | {"function_shapes": (_shapes(module, base), (COMPLETION,))}
    return Suite(
        scenarios=found,
        script=Script,
        stages=STAINLESS,
        errors=(ERRORS | {"broken_stream", "error_in_stream"}) - set(harmless),
        around=lambda: quick_retries(base),
    )


def zai_suite() -> Suite:
    """Return the suite of z.ai's SDK: it has no async client, no raw answers, no end of a stream."""
    base = import_module("zai.core._http_client")
    sdk = _sdk(import_module("zai").ZaiClient, None, {})
    return Suite(
        scenarios={name: one for name, one in scenarios(sdk).items() if name in _OF_ZAI},
        script=Script,
        stages={name: one for name, one in STAINLESS.items() if name not in _NOT_ZAIS},
        errors=_OF_ZAI & (ERRORS | {"broken_stream", "error_in_stream"}),
        around=lambda: quick_retries(base),
    )


_OF_ZAI = frozenset(
    {
        *("plain", "answer_survives_pickle_and_copy", "stream_dropped", "stream_loop_raises"),
        *("stream_tee", "bad_request", "rate_limited", "retried", "timed_out", "interrupted"),
        *("broken_stream", "error_in_stream"),
    }
)
_NOT_ZAIS = frozenset({"reserve, awaited", "scan"})  # awaiting; reading bytes oneself


def _sdk(sync: Any, asynchronous: Any, options: dict[str, Any]) -> Sdk:
    return Sdk(
        scripted=Scripted(sync, asynchronous, options),
        resource=lambda client: client.chat.completions,
        arguments={"model": "m-1", "messages": MESSAGES},
        whole=COMPLETION,
        streamed=usage_when_asked,
        parts=sse(CHUNKS),
        error_event=b"event: error\n"
        + _OVERLOADED
        + _OVERLOADED,  # some look at its name, some not
    )


def _shapes(module: Any, base: Any) -> Callable[[Any], Any]:
    functions = [
        *(base.SyncAPIClient.request, base.AsyncAPIClient.request),
        *(base.SyncAPIClient._process_response, base.AsyncAPIClient._process_response),
        *(module.Stream.__stream__, module.AsyncStream.__stream__),
    ]
    return lambda script: [signature_of(function) for function in functions]
