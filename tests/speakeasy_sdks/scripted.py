"""The real SDKs that Speakeasy generates, on a mock transport that answers as scripted.

mistralai 1.x and 2.x and openrouter send with httpx, mistralai 3.x with httpx2: each SDK's own.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from importlib import import_module, util
from typing import Any, NamedTuple

import pytest

MESSAGES: Any = [{"role": "user", "content": "Say hello."}]
USAGE = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
CHARGED = {**USAGE, "cost": 0.00125, "is_byok": False, "cost_details": {}}
DONE = b"data: [DONE]\n\n"


class Sdk(NamedTuple):
    """One SDK: its client's class, its HTTP client, and how it asks for a chat."""

    name: str
    provider: str
    model: str
    usage: Mapping[str, Any]
    client: Any
    http: Any
    retry: Any
    ask: Callable[..., Any]
    stream: Callable[..., Any]
    ask_async: Callable[..., Any]
    stream_async: Callable[..., Any]

    @property
    def version(self) -> str:
        return str(import_module(self.client.__module__.rpartition(".")[0]).__version__)

    def open(self, script: Callable[[Any], Any], **options: Any) -> Any:
        """Return a client on the script; ``async_client`` is on it, too."""
        transport = self.http.MockTransport(lambda request: self._respond(script(request)))
        return self.client(
            api_key="none",
            client=self.http.Client(transport=transport, headers=options.pop("headers", None)),
            async_client=self.http.AsyncClient(transport=transport),
            **options,
        )

    def http_client(self, script: Callable[[Any], Any]) -> Any:
        """Return the SDK's kind of HTTP client, on the script."""
        transport = self.http.MockTransport(lambda request: self._respond(script(request)))
        return self.http.Client(transport=transport)

    def again_at_once(self) -> Any:
        """Return what makes the SDK retry, without a pause."""
        backoff = self.retry.BackoffStrategy(1, 1, 1.0, 10_000)
        return self.retry.RetryConfig("backoff", backoff, True)

    def never_again(self) -> Any:
        """Return what makes it give up at once; openrouter tries for an hour otherwise."""
        return self.retry.RetryConfig("none", None, False)

    def _respond(self, answer: Any) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, list):
            kind = {"content-type": "text/event-stream"}
            return self.http.Response(200, headers=kind, stream=self._body(answer))
        if isinstance(answer, self.http.Response):
            return answer
        status, document = answer if isinstance(answer, tuple) else (200, answer)
        headers = {"content-type": "application/json", "retry-after-ms": "1"}
        data = json.dumps(document).encode()
        return self.http.Response(status, headers=headers, stream=self._body([data]))

    def _body(self, parts: Sequence[bytes | BaseException]) -> Any:
        class Body(self.http.SyncByteStream, self.http.AsyncByteStream):  # type: ignore[misc, name-defined]
            def __iter__(self) -> Iterator[bytes]:
                for part in parts:
                    if isinstance(part, BaseException):
                        raise part
                    yield part

            async def __aiter__(self) -> AsyncIterator[bytes]:
                for part in self:
                    yield part

        return Body()


class Script:
    """Answers requests in turn, the last one for all that follow; ``requests`` keeps them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Any] = []

    def __call__(self, request: Any) -> Any:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def answer(sdk: Sdk) -> dict[str, Any]:
    """Return a whole chat completion."""
    message = {"role": "assistant", "content": "Hello!"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {**_head(sdk, "chat.completion"), "choices": [choice], "usage": sdk.usage}


def chunks(sdk: Sdk) -> list[bytes | BaseException]:
    """Return a streamed one: usage rides on the last chunk."""
    head = _head(sdk, "chat.completion.chunk")
    said = [
        {**head, "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": end}]}
        for text, end in (("Hel", None), ("lo!", None), ("", "stop"))
    ]
    said[-1]["usage"] = sdk.usage
    return [*(f"data: {json.dumps(one)}\n\n".encode() for one in said), DONE]


def _head(sdk: Sdk, kind: str) -> dict[str, Any]:
    head = {"id": "c-1", "object": kind, "created": 1, "model": f"{sdk.model}-2411"}
    return {**head, "system_fingerprint": None}


def _mistral() -> Iterator[Sdk]:
    if util.find_spec("mistralai") is None:
        return
    is_first = util.find_spec("mistralai.client") is None
    package = "mistralai" if is_first or util.find_spec("mistralai.basesdk") else "mistralai.client"
    below = import_module(f"{package}.basesdk")
    yield Sdk(
        name="mistralai",
        provider="mistral",
        model="mistral-large",
        usage=USAGE,
        client=import_module(f"{package}.sdk").Mistral,
        http=below.httpx,  # type: ignore[attr-defined]
        retry=import_module(f"{package}.utils.retries"),
        ask=lambda client, **more: client.chat.complete(messages=MESSAGES, **more),
        stream=lambda client, **more: client.chat.stream(messages=MESSAGES, **more),
        ask_async=lambda client, **more: client.chat.complete_async(messages=MESSAGES, **more),
        stream_async=lambda client, **more: client.chat.stream_async(messages=MESSAGES, **more),
    )


def _openrouter() -> Iterator[Sdk]:
    if util.find_spec("openrouter") is None:
        return
    streamed: dict[str, Any] = {"messages": MESSAGES, "stream": True}
    yield Sdk(
        name="openrouter",
        provider="openrouter",
        model="mistralai/mistral-large",
        usage=CHARGED,
        client=import_module("openrouter").OpenRouter,
        http=import_module("httpx"),
        retry=import_module("openrouter.utils.retries"),
        ask=lambda client, **more: client.chat.send(messages=MESSAGES, **more),
        stream=lambda client, **more: client.chat.send(**streamed, **more),
        ask_async=lambda client, **more: client.chat.send_async(messages=MESSAGES, **more),
        stream_async=lambda client, **more: client.chat.send_async(**streamed, **more),
    )


SDKS = (*_mistral(), *_openrouter())
each_sdk = pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
