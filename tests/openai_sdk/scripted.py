"""The real OpenAI SDK on a mock transport that answers as scripted: no network, no key."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

import openai
import openai._base_client as base_client

http: Any = getattr(base_client, "httpx2", None) or base_client.httpx  # type: ignore[attr-defined]

MODEL = "gpt-4o-mini"
MESSAGES: Any = [{"role": "user", "content": "Say hello."}]
USAGE = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini-2024-07-18",
    "service_tier": "default",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello!"},
        }
    ],
    "usage": USAGE,
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-4o-mini-2024-07-18",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Hello!", "annotations": []}],
        }
    ],
    "parallel_tool_calls": False,
    "tool_choice": "auto",
    "tools": [],
    "usage": {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
        "output_tokens": 6,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 11,
    },
}


def chunk(**fields: Any) -> dict[str, Any]:
    """Return one chat completion chunk."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-4o-mini-2024-07-18",
        **fields,
    }


def said(text: str, finish: str | None = None) -> dict[str, Any]:
    """Return a chunk that says some text."""
    return chunk(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}])


CHUNKS = (said("Hel"), said("lo!"), said("", "stop"))
RESPONSE_EVENTS = (
    {"type": "response.created", "sequence_number": 0, "response": {**RESPONSE, "output": []}},
    {
        "type": "response.output_text.delta",
        "sequence_number": 1,
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "delta": "Hello!",
        "logprobs": [],
    },
    {"type": "response.completed", "sequence_number": 2, "response": RESPONSE},
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


def sse(events: Sequence[Mapping[str, Any]], *, done: bool = True) -> list[bytes | BaseException]:
    """Return server-sent events, one part each."""
    parts: list[bytes | BaseException] = [f"data: {json.dumps(one)}\n\n".encode() for one in events]
    return [*parts, b"data: [DONE]\n\n"] if done else parts


class Script:
    """Answers requests in turn; ``requests`` keeps what reached the wire.

    Each answer is a dict (JSON, 200), (status, dict), a list of parts (an event stream), an
    exception to raise, or a function of the request that returns one of these.
    """

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Any] = []

    def __call__(self, request: Any) -> Any:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return respond(answer(request) if callable(answer) else answer)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


def respond(answer: Any) -> Any:
    """Return what an answer of a Script stands for."""
    if isinstance(answer, BaseException):
        raise answer
    if isinstance(answer, list):
        headers = {"content-type": "text/event-stream"}
        return http.Response(200, headers=headers, stream=Body(answer))
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    return http.Response(status, json=body, headers={"retry-after-ms": "1"})


def usage_when_asked(request: Any) -> Any:
    """Answer as OpenAI does: a last chunk with usage, only where it was asked for."""
    body = json.loads(request.content)
    if not body.get("stream"):
        return COMPLETION
    asked = (body.get("stream_options") or {}).get("include_usage")
    extra = [chunk(choices=[], usage=USAGE)] if asked else []
    nulls = [{**one, "usage": None} if asked else one for one in CHUNKS]
    return sse([*nulls, *extra])


def client(script: Callable[[Any], Any], **options: Any) -> Any:
    """Return an OpenAI client on the script."""
    options.setdefault("api_key", "sk-test")
    transport = http.MockTransport(script)
    return openai.OpenAI(http_client=http.Client(transport=transport), **options)


def async_client(script: Callable[[Any], Any], **options: Any) -> Any:
    """Return an AsyncOpenAI client on the script."""
    options.setdefault("api_key", "sk-test")
    transport = http.MockTransport(script)
    return openai.AsyncOpenAI(http_client=http.AsyncClient(transport=transport), **options)


def ask(client: Any, **options: Any) -> Any:
    """Make a small chat completion."""
    return client.chat.completions.create(model=MODEL, messages=MESSAGES, **options)
