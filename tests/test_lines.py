"""Files of many lines: read behind the call, in bounded memory, by whoever sweeps."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest

import aso
from aso.runtime import RUNTIME
from aso.sinks import MemorySink
from aso.testing import capture_events

URL = "https://api.groq.com/openai/v1/files/file_01jh6xa97be52b7pg88czwrrwb/content"
USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
BODY = {"object": "chat.completion", "model": "openai/gpt-oss-120b", "usage": USAGE}


def line(number: int, padding: int = 0) -> bytes:
    body = {"choices": [{"message": {"content": "x" * padding}}], **BODY}
    said = {"custom_id": f"r-{number}", "response": {"status_code": 200, "body": body}}
    return json.dumps(said).encode() + b"\n"


class Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces


def client(pieces: Iterable[bytes], **headers: str) -> httpx.Client:
    kind = {"content-type": "application/octet-stream", **headers}
    return httpx.Client(
        transport=httpx.MockTransport(
            lambda request: httpx.Response(200, headers=kind, stream=Pieces(pieces))
        )
    )


def read(pieces: Iterable[bytes], **headers: str) -> int:
    with client(pieces, **headers).stream("GET", URL) as response:
        return sum(len(piece) for piece in response.iter_raw())


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.fixture
def sink() -> Iterator[MemorySink]:
    found = MemorySink()
    with aso.instrument(sinks=[found]):
        yield found


def test_every_line_is_delivered_by_a_flush(sink: MemorySink) -> None:
    data = b"".join(line(number) for number in range(3_000))
    assert client([data]).get(URL).content == data
    assert aso.flush(60)
    assert len({event.event_id for event in sink.events}) == 3_000
    assert {event.usage.input_tokens for event in sink.events} == {10}


def test_the_call_returns_before_its_lines_are_read(sink: MemorySink) -> None:
    client([b"".join(line(number) for number in range(3_000))]).get(URL)
    assert RUNTIME.session is not None
    assert RUNTIME.session.pipeline.behind
    assert aso.stats().events == 3_000
    assert not RUNTIME.session.pipeline.behind
    del sink


@pytest.mark.parametrize("size", [17, 1_000, 1_000_000])
def test_pieces_may_end_anywhere(size: int) -> None:
    data = b"\n".join([line(0).strip(), b"", line(1, padding=70_000).strip(), line(2).strip()])
    with capture_events() as events:
        assert read(in_pieces(data, size)) == len(data)
    assert [event.usage.input_tokens for event in events] == [10, 10, 10]


def test_compressed_pieces_are_read() -> None:
    data = gzip.compress(line(0) + line(1))
    with capture_events() as events:
        assert read(in_pieces(data, 7), **{"content-encoding": "gzip"}) == len(data)
    assert len(events) == 2


def test_what_is_not_what_its_header_says_is_not_read() -> None:
    with capture_events() as events:
        assert read([line(0), line(1)], **{"content-encoding": "gzip"}) == 2 * len(line(0))
    assert events == []


def test_a_line_that_is_no_json_is_left_out() -> None:
    with capture_events() as events:
        read([line(0), b'{"custom_id": "broken\n', line(2)])
    assert len(events) == 2


def test_memory_stays_bounded_however_long_the_file_is(sink: MemorySink) -> None:
    tracemalloc.start()
    try:
        size = read(line(number, padding=20_000) for number in range(1_200))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 24_000_000
    assert peak < 16_000_000
    assert aso.flush(60)
    assert len(sink.events) == 1_200


def test_a_long_end_of_a_batch_is_read_behind_the_call_too(sink: MemorySink) -> None:
    one = {"response": {"status_code": 200, "body": {**BODY, "choices": [{"text": "x" * 50_000}]}}}
    job = {"id": "6f1ec0de-0001", "status": "SUCCESS", "created_at": 1, "outputs": [one] * 20}
    data = json.dumps(job, indent=1).encode()
    assert client([data]).get("https://api.mistral.ai/v1/batch/jobs/6f1ec0de-0001").content == data
    assert sink.events == []
    assert aso.flush(60)
    assert [event.usage.input_tokens for event in sink.events] == [200]


def test_a_scope_that_counts_has_every_line_at_once(sink: MemorySink) -> None:
    with aso.meter() as meter:
        read([line(number) for number in range(100)])
        assert len(meter.events) == 100
    del sink


def test_parts_of_a_file_settle_the_lines_that_are_whole_in_them() -> None:
    data = b"".join(line(number) for number in range(4))
    parts = iter([data[:400], data[400:]])
    served = httpx.MockTransport(lambda request: httpx.Response(206, content=next(parts)))
    with capture_events() as events, httpx.Client(transport=served) as made:
        for _ in range(2):
            made.get(URL, headers={"range": "bytes=0-"})
    assert len(events) == 3  # the one that both have a piece of is in neither


def test_what_was_read_before_the_connection_broke_is_settled() -> None:
    def pieces() -> Iterator[bytes]:
        yield line(0) + line(1)[:50]
        raise httpx.ReadError("gone")

    with capture_events() as events, pytest.raises(httpx.ReadError):
        read(pieces())
    assert len(events) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forks_child_leaves_the_lines_to_its_parent(sink: MemorySink) -> None:
    client([b"".join(line(number) for number in range(3_000))]).get(URL)
    child = os.fork()
    if child == 0:
        assert RUNTIME.session is not None
        os._exit(len(RUNTIME.session.pipeline.behind))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert aso.flush(60)
    assert len(sink.events) == 3_000


def test_the_end_of_a_session_settles_what_is_left() -> None:
    found: Any = MemorySink()
    with aso.instrument(sinks=[found]):
        client([b"".join(line(number) for number in range(3_000))]).get(URL)
    assert len(found.events) == 3_000
