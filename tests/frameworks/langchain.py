"""ChatOpenAI of LangChain on a provider of this machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.provider.answers import MODEL
from tests.provider.server import Provider

openai: Any = pytest.importorskip("langchain_openai")
QUESTION = "Say hello."


def model(provider: Provider, **options: Any) -> Any:
    """Return a chat model; its retries are the SDK's."""
    options = {"model": MODEL, "api_key": "none", "base_url": provider.url, **options}
    return openai.ChatOpenAI(**options)


async def read(stream: Any) -> list[Any]:
    return [chunk async for chunk in stream]
