"""Exchanges as providers' pages show them, replayed through a plain HTTP client and OpenAI's SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import openai._base_client as base_client
from openai import OpenAI, OpenAIError

FOLDER = Path(__file__).parent / "exchanges"
# What an exchange expects of its event; what it does not name must be null there.
FIELDS = (
    *("provider", "endpoint", "model", "stream", "outcome", "http_status", "usage_source"),
    *("prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens"),
    *("cache_read_tokens", "cache_write_tokens", "prompt_audio_tokens", "web_search_requests"),
    *("provider_cost", "upstream_cost"),
)
_CHAT = "/chat/completions"
_openais_http: Any = getattr(base_client, "httpx2", None) or base_client.httpx  # type: ignore[attr-defined]


def exchanges() -> Iterator[dict[str, Any]]:
    """Yield every exchange, with its provider and a name for the test's report."""
    for path in sorted(FOLDER.glob("*.json")):
        told = json.loads(path.read_text())
        for number, one in enumerate(told["exchanges"]):
            named = f"{told['provider']}-{one['kind']}-{number}"
            yield {**one, "provider": told["provider"], "name": named}


def expected(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the event must say: null where the exchange names nothing."""
    return dict.fromkeys(FIELDS) | exchange["expected"]


def said(event: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event's part that is compared."""
    told = event.to_dict()
    return {name: told[name] for name in wanted}


def _answer(exchange: Mapping[str, Any], http: Any) -> Any:
    told = exchange["response"]
    kind = "text/event-stream" if isinstance(told, list) else "application/json"
    headers = {"content-type": kind, **exchange.get("headers", {})}
    is_lines = "ndjson" in headers["content-type"]
    body = body_of(told, "", "\n") if is_lines else body_of(told)
    return http.Response(exchange["status"], headers=headers, content=body)


def body_of(told: Any, before: str = "data: ", after: str = "\n\n") -> bytes:
    """Return the body: JSON, or one server-sent event, or line, for each item of a list."""
    if not isinstance(told, list):
        return json.dumps(told).encode()
    lines = (one if isinstance(one, str) else json.dumps(one) for one in told)
    return "".join(f"{before}{line}{after}" for line in lines).encode()


def send_by_httpx(exchange: Mapping[str, Any]) -> str | None:
    """Send the request, read the answer; return what an error is called, if it is one."""
    transport = httpx.MockTransport(lambda request: _answer(exchange, httpx))
    with httpx.Client(transport=transport) as client:
        with client.stream("POST", exchange["url"], json=exchange["request"]) as response:
            for _ in response.iter_lines():
                pass
    return str(response.status_code) if response.is_error else None


def speaks_chat(exchange: Mapping[str, Any]) -> bool:
    return str(exchange["url"]).endswith(_CHAT)


def send_by_openai(exchange: Mapping[str, Any]) -> str | None:
    return chat(exchange, [])


def chat(exchange: Mapping[str, Any], sent: list[bytes]) -> str | None:
    """Make the call by the SDK at that host; note what is sent; return what an error is called."""

    def answered(request: Any) -> Any:
        sent.append(request.content)
        return _answer(exchange, _openais_http)

    base = exchange["url"].removesuffix(_CHAT)
    client = _openais_http.Client(transport=_openais_http.MockTransport(answered))
    sdk = OpenAI(api_key="key", base_url=base, max_retries=0, http_client=client)
    try:
        result = sdk.chat.completions.create(**exchange["request"])
        for _ in result if exchange["request"].get("stream") else ():
            pass
    except OpenAIError as error:
        return type(error).__name__
    return None
