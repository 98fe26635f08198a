"""Ollama's own SDK, to a server of one's own that is mapped: its HTTP client makes the event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

import aso
from aso.testing import capture_events

ollama: Any = pytest.importorskip("ollama")  # beside the newest clients alone
MODEL = "gemma4"
MESSAGES: Any = [{"role": "user", "content": "Say hello."}]
COUNTS = {"done": True, "prompt_eval_count": 11, "eval_count": 18}
PARTS = [
    {"model": MODEL, "message": {"role": "assistant", "content": "Hel"}, "done": False},
    {"model": MODEL, "message": {"role": "assistant", "content": "lo."}, "done": False},
    {"model": MODEL, "message": {"role": "assistant", "content": ""}, **COUNTS},
]
# Of generate: the conversation comes back as token ids, which nobody is to keep.
WRITTEN = {"model": MODEL, "response": "Hello.", "context": [1, 2, 3], **COUNTS}
EMBEDDED = {"model": MODEL, "embeddings": [[0.1]], "prompt_eval_count": 8}


@contextmanager
def captured(**options: Any) -> Iterator[list[aso.Event]]:
    with aso.instrument(sinks=[], hosts={"127.0.0.1:11434": "ollama"}, **options):
        with capture_events() as events:
            yield events


def client(*answers: Any) -> Any:
    """Return a client, answered so in turn: a list is a stream of lines."""
    waiting = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        told = next(waiting)
        if not isinstance(told, list):
            return httpx.Response(200, json=told)
        lines = "".join(f"{json.dumps(one)}\n" for one in told)
        return httpx.Response(200, headers={"content-type": "application/x-ndjson"}, text=lines)

    return ollama.Client("http://127.0.0.1:11434", transport=httpx.MockTransport(answer))


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    what = (event.provider, event.endpoint, event.model, event.stream, event.outcome)
    return *what, usage.source, usage.input_tokens, usage.output_tokens


def test_a_chat_is_one_event() -> None:
    with captured() as events:
        client(PARTS[-1]).chat(model=MODEL, messages=MESSAGES)
    wanted = ("ollama", "chat", MODEL, False, "completed", "provider", 11, 18)
    assert [said(event) for event in events] == [wanted]


def test_a_stream_is_counted_by_its_last_line() -> None:
    with captured() as events:
        list(client(PARTS).chat(model=MODEL, messages=MESSAGES, stream=True))
    wanted = ("ollama", "chat", MODEL, True, "completed", "provider", 11, 18)
    assert [said(event) for event in events] == [wanted]


def test_an_error_in_a_stream_is_the_calls() -> None:
    with captured() as events, pytest.raises(ollama.ResponseError):
        list(client([PARTS[0], {"error": "no"}]).chat(MODEL, MESSAGES, stream=True))
    assert [(event.outcome, event.usage.source) for event in events] == [("error", "estimate")]


def test_texts_and_embeddings_are_counted() -> None:
    with captured() as events:
        mine = client(WRITTEN, EMBEDDED)
        mine.generate(model=MODEL, prompt="Say hello.")
        mine.embed(model=MODEL, input="Say hello.")
    assert [said(event)[1:2] + said(event)[6:] for event in events] == [
        ("generate", 11, 18),
        ("embed", 8, None),
    ]


def test_looking_after_models_is_no_event() -> None:
    with captured() as events:
        mine = client({"model_info": {}}, {"models": []}, {"status": "success"})
        mine.show(MODEL)
        mine.list()
        mine.pull(MODEL)
    assert events == []


def test_a_refusal_comes_through_untouched() -> None:
    with captured(policy={"denied_models": ["ollama:*"]}), pytest.raises(aso.ModelNotAllowedError):
        client().chat(model=MODEL, messages=MESSAGES)
