"""LangChain at other providers by base_url, on other HTTP clients, and under ``aso run``."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

import aso
from tests.frameworks.langchain import QUESTION, model, read
from tests.frameworks.seen import CHAT, captured, whole
from tests.provider.answers import HOSTS, MODEL, TEXT
from tests.provider.server import Provider

wrappers: Any = pytest.importorskip("langsmith.wrappers")

ROOT = Path(__file__).resolve().parents[2]
STREAMED = {**CHAT, "stream": True}
_ASKED = {"openai", "xai"}  # hosts that must be asked for a stream's usage, and take the question
_PROGRAM = f"""
import sys
from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="{MODEL}", api_key="none", base_url=sys.argv[1])
print("".join(chunk.content for chunk in llm.stream("{QUESTION}")))
"""


@pytest.mark.parametrize("host", HOSTS)
def test_a_stream_has_the_usage_of_whichever_provider_serves_it(
    provider: Provider, host: str
) -> None:
    with captured(provider, host) as events:
        list(model(provider, base_url=provider.url_of(host)).stream(QUESTION))
    [event] = events
    assert (event.provider, event.outcome, event.usage.source) == (host, "completed", "provider")
    assert event.usage.input_tokens == 100
    assert ("stream_options" in provider.received[0].document) == (host in _ASKED)


def test_an_unknown_host_is_not_asked_for_usage_and_its_stream_is_estimated(
    provider: Provider,
) -> None:
    with captured(provider, hosts={}) as events:
        list(model(provider).stream(QUESTION))
    assert "stream_options" not in provider.received[0].document
    assert [(event.provider, event.usage.source) for event in events] == [("unknown", "estimate")]


def test_an_http_client_of_the_callers_own_is_counted_once(provider: Provider) -> None:
    with captured(provider) as events, httpx.Client() as http:
        list(model(provider, http_client=http).stream(QUESTION))
    assert [whole(event) for event in events] == [STREAMED]


def test_an_awaited_http_client_of_the_callers_own_is_counted_once(provider: Provider) -> None:
    async def main() -> None:
        async with httpx.AsyncClient() as http:
            await read(model(provider, http_async_client=http).astream(QUESTION))

    with captured(provider) as events:
        asyncio.run(main())
    assert [whole(event) for event in events] == [STREAMED]


def test_a_client_that_langsmith_has_wrapped_is_counted_once(provider: Provider) -> None:
    wrapped = wrappers.wrap_openai(openai.OpenAI(api_key="none", base_url=provider.url))
    asked: Any = [{"role": "user", "content": QUESTION}]
    with captured(provider) as events:
        list(wrapped.chat.completions.create(model=MODEL, messages=asked, stream=True))
    assert [whole(event) for event in events] == [STREAMED]


def test_a_model_that_was_made_and_used_before_instrument_is_seen(provider: Provider) -> None:
    llm = model(provider)
    llm.invoke(QUESTION)
    with captured(provider) as events:
        llm.invoke(QUESTION)
    assert [whole(event) for event in events] == [{**CHAT, "generation_id": "loopback-2"}]


def test_after_uninstrument_nothing_is_seen(provider: Provider) -> None:
    llm = model(provider)
    with captured(provider) as events:
        llm.invoke(QUESTION)
    aso.uninstrument()
    assert llm.invoke(QUESTION).content == TEXT
    assert len(events) == 1


def test_a_program_under_aso_run_is_counted_once(provider: Provider, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)

    def aso_command(*arguments: str) -> str:
        command = [sys.executable, "-m", "aso", *arguments]
        return subprocess.run(
            command, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.strip()

    assert aso_command("run", str(program), provider.url) == TEXT
    lines: list[Any] = [json.loads(line) for line in aso_command("export").splitlines()]
    assert [(line["outcome"], line["stream"], line["sdk"]["name"]) for line in lines] == [
        ("completed", True, "openai")
    ]
