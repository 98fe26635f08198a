"""What uvicorn's workers import, each anew: every request is a call."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from openai import AsyncOpenAI

from tests.processes import calls

calls.instrumented()
CLIENT = AsyncOpenAI(base_url=os.environ["PROVIDER_URL"], api_key="any", max_retries=0)


async def app(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
    if scope["type"] != "http":
        return
    answer = await CLIENT.chat.completions.create(model=calls.MODEL, messages=calls.MESSAGES)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": answer.id.encode()})
