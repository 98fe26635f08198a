"""The real Anthropic SDK on a mock transport that answers as scripted: no network, no key."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

import anthropic
import anthropic._base_client as base_client

http: Any = getattr(base_client, "httpx2", None) or base_client.httpx  # type: ignore[attr-defined]

MODEL = "claude-haiku-4-5"
SERVED = "claude-haiku-4-5-20251001"
MESSAGES: Any = [{"role": "user", "content": "Say hello."}]
USAGE = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 2000,
    "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
    "output_tokens": 22,
    "service_tier": "standard",
    "inference_geo": "not_available",
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": SERVED,
    "content": [{"type": "text", "text": "Hello!"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": USAGE,
}
_BEGUN = {**MESSAGE, "content": [], "stop_reason": None, "usage": {**USAGE, "output_tokens": 1}}


def said(text: str, kind: str = "text") -> dict[str, Any]:
    """Return the event of a little text, thinking or JSON of a tool's arguments."""
    name = "partial_json" if kind == "input_json" else kind
    return {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": f"{kind}_delta", name: text},
    }


EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "message_start", "message": _BEGUN},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    said("Hel"),
    said("lo!"),
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 22},
    },
    {"type": "message_stop"},
)


class Body(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc, name-defined]
    """A body that arrives in parts; a part that is an exception is raised instead."""

    def __init__(self, parts: Sequence[bytes | BaseException]) -> None:
        self.parts = parts
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, BaseException):
                raise part
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def sse(events: Sequence[Mapping[str, Any]] = EVENTS) -> list[bytes | BaseException]:
    """Return server-sent events, one part each."""
    return [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in events]


class Script:
    """Answers requests in turn; ``requests`` keeps what reached the wire.

    Each answer is a dict (JSON, 200), (status, dict), a list of parts (an event stream) or an
    exception to raise.
    """

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Any] = []

    def __call__(self, request: Any) -> Any:
        self.requests.append(request)
        return respond(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


def respond(answer: Any) -> Any:
    """Return what an answer of a Script stands for."""
    if isinstance(answer, BaseException):
        raise answer
    if isinstance(answer, list):
        headers = {"content-type": "text/event-stream"}
        return http.Response(200, headers=headers, stream=Body(answer))
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    return http.Response(status, json=body, headers={"retry-after-ms": "1"})


def client(script: Callable[[Any], Any], **options: Any) -> Any:
    """Return an Anthropic client on the script."""
    transport = http.MockTransport(script)
    return anthropic.Anthropic(
        api_key="sk-test", http_client=http.Client(transport=transport), **options
    )


def async_client(script: Callable[[Any], Any], **options: Any) -> Any:
    """Return an AsyncAnthropic client on the script."""
    transport = http.MockTransport(script)
    return anthropic.AsyncAnthropic(
        api_key="sk-test", http_client=http.AsyncClient(transport=transport), **options
    )


def ask(client: Any, **options: Any) -> Any:
    """Ask for a small message."""
    return client.messages.create(model=MODEL, messages=MESSAGES, max_tokens=100, **options)
