"""One call of each client, on a transport that answers at once: no network, no key."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from benchmarks.answers import REQUEST, whole

Call = Callable[[], Any]
_CHAT = "https://api.openai.com/v1/chat/completions"


def openai_call(size: int) -> Call:
    """Return a chat completion by OpenAI's SDK."""
    from benchmarks.sdk import sync_client

    client = sync_client(whole(size))
    return lambda: client.chat.completions.create(**REQUEST)


def anthropic_call(size: int) -> Call:
    """Return a message by Anthropic's SDK."""
    import anthropic
    import anthropic._base_client as base

    client = anthropic.Anthropic(api_key="none", http_client=_client(base, _message(size)))
    asked: Any = {
        "model": "claude-haiku-4-5",
        "max_tokens": 100,
        "messages": REQUEST["messages"][1:],
    }
    return lambda: client.messages.create(**asked)


def google_call(size: int) -> Call:
    """Return an answer by google-genai."""
    import google.genai._api_client as base
    from google import genai
    from google.genai import types

    options = types.HttpOptions(httpx_client=_client(base, _generated(size)))
    client = genai.Client(api_key="none", http_options=options)
    asked: Any = {"model": "gemini-2.5-flash", "contents": REQUEST["messages"][1]["content"]}
    return lambda: client.models.generate_content(**asked)


def httpx_call(size: int) -> Call:
    """Return a post of httpx."""
    import httpx

    body = whole(size)
    client = httpx.Client(transport=httpx.MockTransport(_answering(httpx, body)))
    return lambda: client.post(_CHAT, json=REQUEST).json()


def requests_call(size: int) -> Call:
    """Return a post of requests."""
    import requests
    from requests.adapters import BaseAdapter, HTTPAdapter
    from urllib3 import HTTPResponse

    body = whole(size)

    class Answering(BaseAdapter):
        def send(self, request: Any, **options: Any) -> requests.Response:
            del options
            raw = HTTPResponse(io.BytesIO(body), _HEADERS, 200, preload_content=False)
            return HTTPAdapter().build_response(request, raw)

        def close(self) -> None:
            """Nothing is open."""

    session = requests.Session()
    session.mount("https://", Answering())
    return lambda: session.post(_CHAT, json=REQUEST).json()


def litellm_call(size: int) -> Call:
    """Return a chat completion by LiteLLM, which sends it by OpenAI's SDK; installed by itself."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no look at the network
    import litellm

    from benchmarks.sdk import sync_client

    client = sync_client(whole(size))
    asked: Any = {**REQUEST, "model": "openai/gpt-4o-mini", "api_key": "none"}
    return lambda: litellm.completion(**asked, client=client)


def installed(module: str) -> bool:
    """Return True where a module can be imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # nor is the package that it would be in
        return False


_ALL: Mapping[str, tuple[str, Callable[[int], Call]]] = {  # the module, and how it is called
    "openai": ("openai", openai_call),
    "anthropic": ("anthropic", anthropic_call),
    "google-genai": ("google.genai", google_call),
    "litellm": ("litellm", litellm_call),
    "httpx": ("httpx", httpx_call),
    "requests": ("requests", requests_call),
}
CALLS: Mapping[str, Callable[[int], Call]] = {
    name: make for name, (module, make) in _ALL.items() if installed(module)
}
_HEADERS = {"content-type": "application/json"}


def _client(base: Any, body: bytes) -> Any:
    http: Any = getattr(base, "httpx2", None) or base.httpx
    return http.Client(transport=http.MockTransport(_answering(http, body)))


def _answering(http: Any, body: bytes) -> Callable[[Any], Any]:
    def answer(request: Any) -> Any:
        del request
        return http.Response(200, headers=_HEADERS, content=body)

    return answer


def _message(size: int) -> bytes:
    body: dict[str, Any] = {
        "id": "msg_benchmark0001",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "content": [{"type": "text", "text": ""}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 120, "output_tokens": 80, "cache_read_input_tokens": 64},
    }
    body["content"][0]["text"] = "word " * ((size - len(json.dumps(body))) // 5)
    return json.dumps(body).encode()


def _generated(size: int) -> bytes:
    usage = {"promptTokenCount": 120, "candidatesTokenCount": 80, "totalTokenCount": 200}
    parts = [{"text": "word " * ((size - 250) // 5)}]
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
    body = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-2.5-flash"}
    return json.dumps(body).encode()
