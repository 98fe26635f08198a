"""Record tests/cassettes: the real OpenAI SDK against the loopback provider, through vcrpy.

Our own recordings, of our own provider; the host is written as the one it stands for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import vcr

from examples.loopback.provider import LoopbackProvider

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "cassettes"
MESSAGES: Any = [{"role": "user", "content": "A question that the recording answers."}]


_FILTERED = [
    "authorization",
    "user-agent",
    *(f"x-stainless-{name}" for name in ("arch", "os", "runtime", "runtime-version")),
    "x-stainless-package-version",
]


def plain(client: openai.OpenAI) -> None:
    client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)


def stream(client: openai.OpenAI) -> None:
    options: Any = {"include_usage": True}
    list(
        client.chat.completions.create(
            model="gpt-5.4", messages=MESSAGES, stream=True, stream_options=options
        )
    )


def refused(client: openai.OpenAI) -> None:
    try:
        client.chat.completions.create(model="gpt-broken", messages=MESSAGES)
    except openai.BadRequestError:
        pass


def asynchronous(client: openai.OpenAI) -> None:
    async def call() -> None:
        async with openai.AsyncOpenAI(api_key="any", base_url=client.base_url) as own:
            await own.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    asyncio.run(call())


SCENES: dict[str, Callable[[openai.OpenAI], None]] = {
    "plain": plain,
    "stream": stream,
    "refused": refused,
    "asynchronous": asynchronous,
}


def main() -> None:
    with LoopbackProvider() as provider:
        for name, scene in SCENES.items():
            path = FOLDER / f"{name}.yaml"
            path.unlink(missing_ok=True)
            with vcr.use_cassette(str(path), filter_headers=_FILTERED, record_mode="all"):
                scene(openai.OpenAI(api_key="any", base_url=provider.url, max_retries=0))
            text = path.read_text(encoding="utf-8")
            text = text.replace(f"http://{provider.host}", "https://api.openai.com")
            path.write_text(text.replace(provider.host, "api.openai.com"), encoding="utf-8")


if __name__ == "__main__":
    main()
