"""Record tests/cassettes: the real OpenAI SDK against loopback providers, through vcrpy.

Our own recordings, of our own providers; the host is written as the one it stands for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import openai
import vcr

from examples.loopback.provider import LoopbackProvider
from tests.provider.server import Provider

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
    with suppress(openai.BadRequestError):
        client.chat.completions.create(model="gpt-broken", messages=MESSAGES)


def asynchronous(client: openai.OpenAI) -> None:
    async def call() -> None:
        async with openai.AsyncOpenAI(api_key="any", base_url=client.base_url) as own:
            await own.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    asyncio.run(call())


def response(client: openai.OpenAI) -> None:
    client.responses.create(model="gpt-4o-mini", input="A question.")


def response_stream(client: openai.OpenAI) -> None:
    list(client.responses.create(model="gpt-4o-mini", input="A question.", stream=True))


def embeddings(client: openai.OpenAI) -> None:
    client.embeddings.create(
        model="text-embedding-3-small", input="Words.", encoding_format="float"
    )


_CHATS = (plain, stream, refused, asynchronous)
_OTHERS = (response, response_stream, embeddings)


def without_the_day(response: dict[str, Any]) -> dict[str, Any]:
    """Drop what differs from one recording to the next."""
    for name in ("Date", "Server", "date", "server"):
        response["headers"].pop(name, None)
    return response


def record(scene: Callable[[openai.OpenAI], None], provider: LoopbackProvider | Provider) -> None:
    """Play one scene and keep what went over the wire."""
    path = FOLDER / f"{scene.__name__}.yaml"
    path.unlink(missing_ok=True)
    with vcr.use_cassette(
        str(path),
        filter_headers=_FILTERED,
        before_record_response=without_the_day,
        record_mode="all",
    ):
        scene(openai.OpenAI(api_key="any", base_url=provider.url, max_retries=0))
    text = path.read_text(encoding="utf-8")
    text = text.replace(f"http://{provider.host}", "https://api.openai.com")
    path.write_text(text.replace(provider.host, "api.openai.com"), encoding="utf-8")


def main() -> None:
    with LoopbackProvider() as chats, Provider() as others:
        for scene in _CHATS:
            record(scene, chats)
        for scene in _OTHERS:
            record(scene, others)


if __name__ == "__main__":
    main()
