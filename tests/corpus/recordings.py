"""Recorded exchanges: what was sent and answered, and what an event must say of it."""

from __future__ import annotations

import gzip
import json
import os
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aso.providers import PROVIDERS

FOLDER = Path(
    os.environ.get("ASO_TEST_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus"
)

# The oracle's name → the event's.
FIELDS = {
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "cache_write_5m": "cache_write_5m_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "reasoning": "reasoning_tokens",
    "audio_in": "prompt_audio_tokens",
    "audio_out": "completion_audio_tokens",
    "image_in": "prompt_image_tokens",
    "image_out": "completion_image_tokens",
    "web_search_requests": "web_search_requests",
    "model_in_response": "model",
    "service_tier": "service_tier",
    "stream": "stream",
}
_MODEL_FIELD = re.compile(rb'name="model"\r\n\r\n(.+?)\r\n')
_PROVIDERS = {"bedrock_mantle": "bedrock"}


def rows() -> Iterator[dict[str, Any]]:
    """Yield every exchange that is here."""
    shared = FOLDER / "shared.jsonl.gz"
    if not shared.exists():
        return
    with gzip.open(shared, "rt") as lines:
        yield from map(json.loads, lines)
    yield from map(json.loads, (FOLDER / "documented.jsonl").read_text().splitlines())


def bodies() -> Iterator[dict[str, Any]]:
    """Yield the answers that are here without their requests, of the providers that we know."""
    path = FOLDER / "bodies_only.jsonl.gz"
    if not path.exists():
        return
    with gzip.open(path, "rt") as lines:
        yield from (row for row in map(json.loads, lines) if row["provider"] in PROVIDERS)


def answer(record: Mapping[str, Any], http: Any) -> Any:
    """Return the recorded answer as a response of the SDK's HTTP client, in pieces."""

    class Body(http.SyncByteStream):  # type: ignore[misc, name-defined]
        def __iter__(self) -> Iterator[bytes]:
            binary = record.get("response_body_b64") or ""
            data = record["response_body"].encode() or b64decode(binary)
            for start in range(0, len(data), 1000):
                yield data[start : start + 1000]

    kind = "text/event-stream" if record["expected"]["stream"] else "application/json"
    return http.Response(record["status"], headers={"content-type": kind}, stream=Body())


def answered_of(record: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the answer."""
    if record.get("response_body_b64"):
        body = b64decode(record["response_body_b64"])
    else:
        body = record["response_body"].encode()
    headers = {key.lower(): value for key, value in (record.get("response_headers") or {}).items()}
    headers.setdefault("content-type", _type_of(record, body))
    return headers, body


def _type_of(record: Mapping[str, Any], body: bytes) -> str:
    """Return the type of an answer whose headers were not recorded."""
    if record["provider"] == "bedrock" and body[:1] == b"\x00":
        return "application/vnd.amazon.eventstream"
    return "text/event-stream" if body[:6] in {b"data: ", b"event:"} else "application/json"


def read(result: Any, *, stream: bool, raw: str | None) -> None:
    """Read an answer to its end."""
    if raw == "stream":
        for _ in result.iter_bytes():
            pass
    elif raw == "true":
        parsed = result.parse()
        for _ in parsed if stream else ():
            pass
    elif stream:
        for _ in result:
            pass


def request_body(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON that was sent; empty where it was none."""
    try:
        body = json.loads(record["request_body"])
    except ValueError:
        body = {}
    return body if isinstance(body, dict) else {}


def expected(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the event must say, under the event's names."""
    oracle = record["expected"]
    wanted = {name: oracle[key] for key, name in FIELDS.items()}
    wanted["model"] = wanted["model"] or request_body(record).get("model") or named_in(record)
    wanted["provider"] = _PROVIDERS.get(record["provider"], record["provider"])
    cost = oracle["provider_cost"]
    wanted["provider_cost"] = None if cost is None else Decimal(str(cost)).normalize()
    wanted["provider_says_usage"] = oracle["usage_present"]
    return wanted


def named_in(record: Mapping[str, Any]) -> str | None:
    """Return the model that a form, or Bedrock's and Google's URLs, name."""
    form = b64decode(record.get("request_body_b64") or "")
    if (field := _MODEL_FIELD.search(form)) is not None:
        return field[1].decode()
    path = unquote(record["url"])
    for mark, end in (("/model/", "/"), ("/models/", ":")):
        if mark in path:
            found = path.partition(mark)[2]
            return found.rpartition(end)[0].rpartition("/")[2]
    return None


def seen(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the event says, for comparison with `expected`."""
    found = {name: event[name] for name in FIELDS.values()}
    found["provider"] = event["provider"]
    cost = event["provider_cost"]
    found["provider_cost"] = None if cost is None else Decimal(cost).normalize()
    found["provider_says_usage"] = event["usage_source"] in {"provider", "partial"}
    if not found["provider_says_usage"]:  # estimates are ours: the oracle has nothing to say
        found["prompt_tokens"] = found["completion_tokens"] = None
    return found
