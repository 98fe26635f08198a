"""What a provider on this machine answers to a framework: tools, JSON, Claude's and Gemini's forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.anthropic_sdk.scripted import EVENTS, MESSAGE
from tests.provider.answers import HOSTS, MODEL, encoded
from tests.provider.server import Scene

GEMINI = "gemini-2.5-flash"
USAGE = HOSTS["openai"].usage
CITY = '{"city":"Bern"}'


def chat(message: Mapping[str, Any], finish: str = "stop") -> Scene:
    """Answer a chat completion with one message."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL}
    return Scene(body=encoded({**head, "choices": [choice], "usage": USAGE}))


def calling(name: str, arguments: str = CITY) -> Scene:
    """Answer a chat completion with the call of a tool."""
    return chat({"content": None, "tool_calls": [_call(name, arguments)]}, "tool_calls")


def chunks(*deltas: Mapping[str, Any], finish: str = "stop") -> Scene:
    """Answer a chat completion with a stream that tells its usage, as it was asked for."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    said = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    last = {"index": 0, "delta": {}, "finish_reason": finish}
    events = [{**head, "choices": [choice]} for choice in (*said, last)]
    return Scene(events=[*events, {**head, "choices": [], "usage": USAGE}])


def calling_in_chunks(name: str, arguments: str = CITY) -> Scene:
    """Answer a chat completion with a stream that calls a tool."""
    call = {"index": 0, **_call(name, arguments)}
    return chunks({"role": "assistant", "tool_calls": [call]}, finish="tool_calls")


def responding(items: Sequence[Mapping[str, Any]]) -> Scene:
    """Answer a response with these items."""
    fixed = {"parallel_tool_calls": False, "tool_choice": "auto", "tools": []}
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": MODEL}
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 0},
        "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 5},
        "total_tokens": 120,
    }
    whole = {**head, **fixed, "status": "completed", "output": items, "usage": usage}
    return Scene(body=encoded(whole))


def calling_in_response(name: str, arguments: str = CITY) -> Scene:
    """Answer a response with the call of a tool."""
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "status": "completed"}
    return responding([{**call, "name": name, "arguments": arguments}])


def _call(name: str, arguments: str) -> dict[str, Any]:
    return {
        "id": "call_1",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


CLAUDE_SAYS = Scene(body=encoded(MESSAGE))
CLAUDE_STREAMS = Scene(events=EVENTS)


def _content(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": {"role": "model", "parts": [part]}}


_GEMINI_USAGE = {
    "promptTokenCount": 1000,
    "cachedContentTokenCount": 400,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 30,
    "totalTokenCount": 1050,
}
_GEMINI_HEAD = {"modelVersion": GEMINI, "responseId": "gemini-1"}


def gemini(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return the end of an answer of Google's, which is all of one that is not streamed."""
    candidate = {**_content(part), "finishReason": "STOP", "index": 0}
    return {**_GEMINI_HEAD, "candidates": [candidate], "usageMetadata": _GEMINI_USAGE}


_GEMINI_BEGINS = {
    **_GEMINI_HEAD,
    "candidates": [_content({"text": "Hello"})],
    "usageMetadata": {"promptTokenCount": 1000, "totalTokenCount": 1000},
}
GEMINI_SAYS = Scene(body=encoded(gemini({"text": "Hello!"})))
GEMINI_STREAMS = Scene(events=(_GEMINI_BEGINS, gemini({"text": "!"})))
GEMINI_CALLS = Scene(
    body=encoded(gemini({"functionCall": {"name": "weather", "args": {"city": "Bern"}}}))
)
