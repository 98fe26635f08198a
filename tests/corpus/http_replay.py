"""Replays recorded exchanges through plain HTTP clients, which know nothing of AI."""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from tests.corpus.recordings import answered_of, rows


def records() -> Iterator[dict[str, Any]]:
    """Yield every billable exchange, but for those that are no HTTP of JSON."""
    for row in rows():
        if row["expected"]["billable_call"] and "grpc_json_view" not in row.get("flags", ()):
            yield row


def url_of(record: Mapping[str, Any]) -> str:
    return str(record["url"]).replace("<AWS_REGION>", "us-east-1")


def sent_of(record: Mapping[str, Any]) -> bytes:
    if record.get("request_body_b64"):
        return b64decode(record["request_body_b64"])
    return str(record.get("request_body") or "").encode()


def send_by_httpx(record: Mapping[str, Any], *, streamed: bool) -> None:
    headers, body = answered_of(record)

    class Pieces(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for start in range(0, len(body), 1000):
                yield body[start : start + 1000]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(record["status"], headers=headers, stream=Pieces())

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        if not streamed:
            client.post(url_of(record), content=sent_of(record))
            return
        with client.stream("POST", url_of(record), content=sent_of(record)) as response:
            for _ in response.iter_lines():
                pass


class Recorded(BaseAdapter):
    """Answers with a recording, in the connection pool's own response."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        super().__init__()
        self.record = record

    def send(self, request: Any, **options: Any) -> requests.Response:
        headers, body = answered_of(self.record)
        raw = HTTPResponse(io.BytesIO(body), headers, self.record["status"], preload_content=False)
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        pass


def send_by_requests(record: Mapping[str, Any], *, streamed: bool) -> None:
    with requests.Session() as session:
        session.mount("https://", Recorded(record))
        response = session.post(url_of(record), data=sent_of(record), stream=streamed)
        for _ in response.iter_lines() if streamed else ():
            pass
