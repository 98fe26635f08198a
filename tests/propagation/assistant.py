"""Service B, a process of its own: asks a provider by the OpenAI SDK for whoever asks it."""

from __future__ import annotations

import os
import signal
import threading

from openai import AsyncOpenAI, OpenAI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import aso
from tests.openai_sdk.scripted import http
from tests.propagation.serving_apps import uvicorn_of

KEYS = ["team", "feature"]
BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}
CLIENT = OpenAI(http_client=aso.propagate(http.Client(), keys=KEYS))


async def ask(request: Request) -> PlainTextResponse:
    async with AsyncOpenAI() as client:
        with aso.dimensions(step=request.query_params["step"]):
            answer = await client.chat.completions.create(**BODY)
    return PlainTextResponse(answer.choices[0].message.content)


def ask_in_a_thread(request: Request) -> PlainTextResponse:
    with aso.dimensions(step=request.query_params["step"]):
        answer = CLIENT.chat.completions.create(**BODY)
    return PlainTextResponse(answer.choices[0].message.content)


if __name__ == "__main__":
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    app = Starlette(routes=[Route("/async", ask), Route("/thread", ask_in_a_thread)])
    with aso.instrument(hosts={os.environ["PROVIDER"]: "openai"}, dimensions={"app": "assistant"}):
        with uvicorn_of(aso.propagate(app, keys=KEYS, trust=True)) as url:
            print(url, flush=True)
            ended.wait()
