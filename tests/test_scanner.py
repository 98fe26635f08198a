"""Bytes that a caller reads itself: usage is found in them, whole, cut in pieces, long or broken."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as some

from aso.scanner import Scanner
from aso.wire import SHAPES, Answer

USAGE = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
HEAD = {"id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o"}
EVENTS = [
    {**HEAD, "choices": [{"delta": {"content": "Grüße"}, "finish_reason": None}]},
    {**HEAD, "choices": [{"delta": {"content": ' "x"\n'}, "finish_reason": "stop"}]},
    {**HEAD, "choices": [], "usage": USAGE},
]
STREAM = (
    b"".join(b"data: %s\n\n" % json.dumps(one).encode() for one in EVENTS) + b"data: [DONE]\n\n"
)


def scanned(parts: list[bytes], *, stream: bool = True, encoding: str = "") -> Answer:
    answer = Answer()
    scanner = Scanner("lines" if stream else "json", encoding)
    for part in parts:
        scanner.feed(part)
    scanner.finish(SHAPES["chat_completions"], answer)
    return answer


def outline(answer: Answer) -> tuple[Any, ...]:
    return answer.model, answer.generation_id, answer.usage, answer.chars, answer.complete


@given(some.lists(some.integers(min_value=1, max_value=len(STREAM) - 1), max_size=9))
def test_pieces_of_any_size_say_the_same(cuts: list[int]) -> None:
    bounds = [0, *sorted(set(cuts)), len(STREAM)]
    parts = [STREAM[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]
    assert outline(scanned(parts)) == ("gpt-4o", "chatcmpl-1", USAGE, 10, True)


def test_a_compressed_stream_is_read_decoded() -> None:
    data = gzip.compress(STREAM)
    assert outline(scanned([data[:50], data[50:]], encoding="gzip"))[2] == USAGE


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("GZIP", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
    ],
    ids=["GZIP", "x-gzip", "deflate", "raw deflate", "br", "zstd"],
)
def test_what_an_http_client_offers_is_decoded(
    encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    data = compress(STREAM)
    answer = scanned([data[:50], data[50:]], encoding=encoding)
    assert outline(answer) == ("gpt-4o", "chatcmpl-1", USAGE, 10, True)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "nobody's"])
def test_a_body_that_is_not_compressed_as_it_says_is_not_read(encoding: str) -> None:
    assert outline(scanned([STREAM, STREAM], encoding=encoding)) == (None, None, None, 0, False)


def test_a_stream_that_is_cut_keeps_what_was_received() -> None:
    answer = scanned([STREAM[: STREAM.index(b"data:", 10)]])
    assert outline(answer) == ("gpt-4o", "chatcmpl-1", None, 5, False)


def test_an_event_of_several_lines_is_one() -> None:
    lines = [json.dumps(one, indent=1).replace("\n", "\r\ndata: ") for one in EVENTS]
    data = "".join(f"data: {one}\r\n\r\n" for one in lines).encode() + b"data: [DONE]\r\n\r\n"
    assert outline(scanned([data])) == ("gpt-4o", "chatcmpl-1", USAGE, 10, True)


def test_comments_after_the_usage_do_not_push_it_out() -> None:
    answer = scanned([STREAM, b": keep-alive\n\n" * 10_000])
    assert outline(answer) == ("gpt-4o", "chatcmpl-1", USAGE, 10, True)


@pytest.mark.parametrize("stream", [True, False])
def test_a_byte_order_mark_hides_nothing(stream: bool) -> None:
    body = json.dumps({**HEAD, "choices": [], "usage": USAGE, "padding": "x" * 70_000}).encode()
    answer = scanned([b"\xef\xbb\xbf" + (STREAM if stream else body)], stream=stream)
    assert (answer.model, answer.usage) == ("gpt-4o", USAGE)


def test_an_object_a_line_is_a_stream_whatever_its_type_says() -> None:
    data = b"".join(b"%s\n" % json.dumps(one).encode() for one in EVENTS)
    answer = scanned([data], stream=False)
    assert (answer.streamed, outline(answer)) == (True, ("gpt-4o", "chatcmpl-1", USAGE, 10, True))


def test_a_long_json_body_is_read_at_its_ends_only() -> None:
    message = {"role": "assistant", "content": 'a "usage" in text ' * 20_000}
    body = {**HEAD, "choices": [{"message": message}], "usage": USAGE, "service_tier": "default"}
    answer = scanned([json.dumps(body).encode()], stream=False)
    assert (answer.usage, answer.model, answer.service_tier) == (USAGE, "gpt-4o", "default")


def test_a_usage_object_that_is_not_the_answers_own_is_not_taken() -> None:
    schema = {"parameters": {"usage": {"prompt_tokens": 999}}, "padding": "x" * 300_000}
    body = {**HEAD, "choices": [], "tools": [schema]}
    assert scanned([json.dumps(body).encode()], stream=False).usage is None


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"data: {\n\n", b"null", b"[1]"])
def test_what_is_not_an_answer_says_nothing(data: bytes) -> None:
    for stream in (True, False):
        answer = scanned([data], stream=stream)
        assert (answer.usage, answer.complete) == (None, False)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (b"data: [DONE]\n\n", (None, True)),
        (b"data:[DONE]\n\n: over\n\n", (None, True)),
        (b'data: {"choices": [], "usage": {"prompt_tokens": 1}}', (None, True)),
        (b'data:{"error": {"message": "x"}}\n\ndata: [DONE]\n\n', ("error_event", False)),
        (b'data: {"choices": [{"delta": {"cont', (None, False)),
    ],
    ids=["done", "done, and a comment", "usage, without a last line's end", "error", "cut"],
)
def test_a_stream_ends_by_its_mark(end: bytes, expected: tuple[str | None, bool]) -> None:
    answer = scanned([STREAM[: STREAM.index(b"data:", 10)], end])
    assert (answer.failure, answer.complete) == expected


def test_the_last_event_is_read_whatever_it_says() -> None:
    said: list[Any] = []
    shape = SHAPES["chat_completions"]._replace(name="new", observer=lambda _: said.append)
    scanner = Scanner("lines")
    scanner.feed(b'{"part": "a"}\n{"part": "b"}\n{"part": "c"}\n{"done": true, "counted": 7}\n')
    scanner.finish(shape, Answer())
    assert said == [{"part": "a"}, {"done": True, "counted": 7}]


def test_the_mark_of_an_end_is_not_the_last_event() -> None:
    said: list[Any] = []
    shape = SHAPES["chat_completions"]._replace(name="new", observer=lambda _: said.append)
    scanner = Scanner("lines")
    scanner.feed(b'data: {"part": "a"}\n\ndata: {"counted": 7}\n\ndata: [DONE]\n\n')
    scanner.finish(shape, Answer())
    assert said == [{"part": "a"}, {"counted": 7}]
