"""Long answers: what stands at their ends is read, exactly; what their middle says is not made up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aso.ends import ends
from aso.scanner import Scanner
from aso.usage import interpret
from aso.wire import SHAPES, Answer

LONG = "x" * 70_000
CHAT = {"id": "c-1", "model": "m", "choices": [{"message": {"content": LONG}}]}
USAGE = {"prompt_tokens": 50, "completion_tokens": 60, "total_tokens": 110}


def read(body: Any, shape: str, *, kind: Any = "json") -> Answer:
    data = json.dumps(body).encode()
    scanner, answer = Scanner(kind), Answer()
    scanner.feed(b"data: %s\n\n" % data if kind == "lines" else data)
    scanner.finish(SHAPES[shape], answer)
    return answer


def test_a_sum_is_not_mistaken_for_one_of_its_parts() -> None:
    parts = {"models": [{"model": "a", "usage": {**USAGE, "prompt_tokens": 5}}]}
    body = {**CHAT, "usage": USAGE, "usage_breakdown": parts, "x_groq": {"id": "r"}}
    answer = read(body, "chat_completions")
    assert (answer.model, answer.usage, answer.chars) == ("m", USAGE, None)


@pytest.mark.parametrize(
    ("shape", "said", "usage"),
    [
        ("cohere", {"meta": {"billed_units": {"input_tokens": 7}}}, {"input_tokens": 7}),
        ("ocr", {"usage_info": {"pages_processed": 3}}, {"units": {"pages": 3}}),
        ("bedrock", {"inputTextTokenCount": 4}, {"input_tokens": 4}),
    ],
)
def test_usage_is_found_by_each_of_its_names(
    shape: str, said: dict[str, Any], usage: dict[str, Any]
) -> None:
    answer = read({"embeddings": LONG, **said}, shape)
    found = interpret(answer.usage, answer.extra, SHAPES[shape].counters)
    assert found is not None
    assert {name: getattr(found, name) for name in usage} == usage


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("length", [70_000, 300_000])
def test_usage_before_the_text_is_read(indent: int | None, length: int) -> None:
    text = '{"usage": {"prompt_tokens": 9}, "model": "x"} ' * (length // 40)
    choices = [{"message": {"content": text}, "finish_reason": "stop"}]
    body = {"id": "c-1", "model": "m", "usage": USAGE, "object": "o", "choices": choices}
    scanner, answer = Scanner("json"), Answer()
    scanner.feed(json.dumps(body, indent=indent).encode())
    scanner.finish(SHAPES["chat_completions"], answer)
    assert (answer.model, answer.usage, answer.complete) == ("m", USAGE, True)


def test_what_stands_far_before_the_usage_is_read() -> None:
    schema = {"type": "object", "properties": {"model": {"type": "string"}, "x": "y" * 2_000}}
    output = [{"type": "message", "content": [{"type": "output_text", "text": LONG}]}]
    body = {"id": "r-1", "output": output, "model": "m", "service_tier": "flex"}
    body |= {"tools": [{"type": "function", "parameters": schema}], "usage": {"input_tokens": 1}}
    answer = read(body, "responses")
    assert (answer.model, answer.service_tier) == ("m", "flex")
    assert answer.usage == {"input_tokens": 1}


@pytest.mark.parametrize("first", ["modelVersion", "usageMetadata"])
def test_geminis_model_is_read_on_either_side_of_its_usage(first: str) -> None:
    said = {"modelVersion": "gemini-x", "usageMetadata": {"promptTokenCount": 9}}
    body = {"candidates": [{"content": LONG}], first: said[first], **said}
    answer = read(body, "generate_content")
    assert (answer.model, answer.usage) == ("gemini-x", {"promptTokenCount": 9})


def test_a_long_answer_inside_its_event_is_read_wherever_its_usage_stands() -> None:
    response = {"id": "r-1", "model": "m", "usage": {"input_tokens": 1}, "output": [LONG]}
    body = {"type": "response.completed", "sequence_number": 9, "response": response}
    answer = read(body, "responses", kind="lines")
    assert (answer.model, answer.generation_id, answer.complete) == ("m", "r-1", True)
    assert answer.usage == {"input_tokens": 1}


def test_a_number_at_the_heads_end_may_go_on() -> None:
    body = b'{"model": "m", "padding": "%s", "meta": 12' % (b"x" * (65_536 - 40))
    assert len(body) == 65_536 and body.endswith(b"12")
    assert ends(body + b'34, "embeddings": "%s"}' % LONG.encode()).get("meta") is None  # type: ignore[union-attr]


def test_vertex_says_its_counts_among_the_vectors() -> None:
    one = {"embeddings": {"values": [0.25] * 9_000, "statistics": {"token_count": 4}}}
    assert read({"predictions": [one, one]}, "predict").usage == {"promptTokenCount": 8}


def test_images_of_a_long_prediction_are_counted() -> None:
    one = {"mimeType": "image/png", "bytesBase64Encoded": LONG}
    assert read({"predictions": [one, one]}, "predict").usage == {"images": 2}


def test_a_prediction_that_is_longer_still_has_the_images_that_were_asked_for() -> None:
    one = {"mimeType": "image/png", "bytesBase64Encoded": LONG * 3}
    assert read({"predictions": [one, one]}, "predict").usage is None
    asked = {"instances": [{"prompt": "a cat"}], "parameters": {"sampleCount": 2}}
    assert SHAPES["predict"].conditions(asked) == {"units": {"images": 2}}
    assert SHAPES["predict"].conditions({"instances": [{"content": "text"}]}) is None


def test_an_image_ends_geminis_stream() -> None:
    candidate = {
        "content": {"parts": [{"inlineData": {"data": LONG}}]},
        "finishReason": "STOP",
        "groundingMetadata": {"webSearchQueries": ["a", "b"]},
    }
    body = {"candidates": [candidate], "usageMetadata": {"promptTokenCount": 9}}
    answer = read(body, "generate_content", kind="lines")
    assert (answer.complete, answer.extra) == (True, {"web_searches": 2})


def test_hosted_tools_of_a_long_response_are_counted() -> None:
    calls = [
        {"type": "web_search_call", "status": "completed", "action": {"type": "search"}},
        {"type": "web_search_call", "status": "completed", "action": {"type": "open_page"}},
        {"action": {"query": "a", "type": "find"}, "status": "x", "type": "web_search_call"},
        {"type": "image_generation_call", "result": LONG},
    ]
    body = {"id": "resp_1", "model": "m", "output": calls, "usage": {"input_tokens": 1}}
    counted = {"web_search_calls": 1, "image_generation_calls": 1}
    assert read(body, "responses").extra == {"tool_calls": counted}
    told = {**body, "tool_usage": {"web_search": {"num_requests": 3}}, "user": None}
    extra = {"tool_usage": {"web_search": {"num_requests": 3}}, "tool_calls": counted}
    assert read({**told, "usage": {"input_tokens": 1}}, "responses").extra == extra


@pytest.mark.parametrize(("cut", "is_cut"), [(0, False), (1, True)])
def test_an_answer_without_usage_is_whole_if_it_ends(cut: int, is_cut: bool) -> None:
    data = json.dumps({"embeddings": [{"values": LONG}]}).encode()
    scanner, answer = Scanner("json"), Answer()
    scanner.feed(data[: len(data) - cut])
    scanner.finish(SHAPES["embed_content"], answer)
    assert (answer.complete, answer.is_cut, answer.usage) == (not is_cut, is_cut, None)
