"""Replays recorded exchanges with Google and Vertex through the real google-genai SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import google.genai._api_client as below
from google import genai
from google.genai import types

from tests.corpus.http_replay import answered_of, records, url_of
from tests.corpus.recordings import request_body

http: Any = getattr(below, "httpx2", None) or below.httpx  # type: ignore[attr-defined]


def google_records() -> Iterator[dict[str, Any]]:
    """Yield what is in Google's own formats and the SDK can read: it asks for events, not a list."""
    for record in records():
        is_googles = record["provider"] in {"google", "vertex"}
        is_list = record["expected"]["stream"] and record["response_body"][:1] == "["
        if is_googles and record["endpoint"] in _SENT_BY_THE_SDK and not is_list:
            yield record


_SENT_BY_THE_SDK = {
    *("generateContent", "streamGenerateContent"),
    *("embedContent", "batchEmbedContents", "predict"),
}


class Replay:
    """Sends recorded requests by one client: making one costs a tenth of a second."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"")
        own = http.Client(transport=http.MockTransport(self._answered))
        self.client = genai.Client(api_key="none", http_options=types.HttpOptions(httpx_client=own))

    def send(self, record: Mapping[str, Any]) -> None:
        """Make the recorded request where all of the SDK's methods do, and read what it answers."""
        self.answer = (record["status"], *answered_of(record))
        path, options = _address(url_of(record))
        api: Any = self.client._api_client
        if record["endpoint"] == "streamGenerateContent":
            for _ in api.request_streamed("post", path, request_body(record), options):
                pass
        else:
            api.request("post", path, request_body(record), options)

    def _answered(self, request: Any) -> Any:
        status, headers, body = self.answer
        return http.Response(status, headers=headers, stream=Pieces(body))


class Pieces(http.SyncByteStream):  # type: ignore[misc, name-defined]
    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.body), 1000):
            yield self.body[start : start + 1000]


def _address(url: str) -> tuple[str, types.HttpOptions]:
    parts = urlsplit(url)
    version, _, path = parts.path.lstrip("/").partition("/")
    base = types.HttpOptions(base_url=f"https://{parts.netloc}", api_version=version)
    return f"{path}?{parts.query}" if parts.query else path, base
