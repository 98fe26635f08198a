"""Whom a call is for, across processes: one service tags, another one calls the provider."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.request import Request, urlopen
from wsgiref.simple_server import make_server

from openai import OpenAI

import aso
from aso.sinks import MemorySink

KEYS = ["team", "feature"]  # what may cross; nothing else does


def summaries(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with a summary: service B, which asks the provider."""
    answer = OpenAI().chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Summarise {environ['PATH_INFO']}"}],
    )
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(answer.choices[0].message.content or "").encode()]


def ask(url: str) -> str:
    """Ask service B: service A, which knows whom it is for."""
    with aso.dimensions(team="search", feature="summary", user="stays here"):
        headers = aso.propagate({}, keys=KEYS)  # or once: aso.propagate(httpx.Client(), keys=KEYS)
        print("sent:", headers)
        with urlopen(Request(url, headers=headers)) as answer:
            return answer.read().decode()


sink = MemorySink()
with aso.instrument(sinks=[sink]):
    service = aso.propagate(summaries, keys=KEYS, trust=True)  # every caller is ours
    with make_server("127.0.0.1", 0, service) as server:
        threading.Thread(target=server.handle_request).start()
        print(ask(f"http://127.0.0.1:{server.server_port}/news"))
    aso.flush()

print("the second service's event is for:", sink.events[0].to_dict()["dims"])
