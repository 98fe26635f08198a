"""What gunicorn preloads: instrumented, and used, in the master; then each request is a call."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import aso
from tests.processes import calls

calls.instrumented()
CLIENT = calls.client_of(os.environ["PROVIDER_URL"])
calls.call(CLIENT)
aso.flush()


def app(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    answer = CLIENT.chat.completions.create(model=calls.MODEL, messages=calls.MESSAGES)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer.id.encode()]
