"""LiteLLM's server of `tests/litellm_sdk`, one for all scenarios, and how its answers are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai

from tests.conformance.stainless_scenarios import quick_retries
from tests.litellm_sdk.answers import MESSAGES
from tests.litellm_sdk.asking import COMMON, close_loop
from tests.litellm_sdk.server import Server
from tests.serving import Received

_VARYING = ("id", "created")
BY_THE_SDK, BY_ITS_OWN = "perplexity/sonar", "anthropic/claude-sonnet-4-5"
PATHS = {BY_THE_SDK: "", BY_ITS_OWN: "/v1/messages"}


class Loopback:
    """One server for all scenarios: LiteLLM keeps its clients, by address."""

    def __init__(self) -> None:
        self.server = Server()

    def __call__(self, *answers: Any) -> Loopback:
        self.server.then(*answers)
        return self

    @contextmanager
    def around(self) -> Iterator[None]:
        """Serve."""
        with self.server, quick_retries(openai._base_client):
            yield
            close_loop()

    @property
    def requests(self) -> list[Received]:
        return [
            Received(one.method, one.path, {k.lower(): v for k, v in one.headers.items()}, one.body)
            for one in self.server.received
        ]

    def asked(self, model: str, **more: Any) -> dict[str, Any]:
        """Return the arguments of a small question to the server."""
        base = f"{self.server.url}{PATHS.get(model, '')}"
        return {"model": model, "messages": MESSAGES, "api_base": base, **COMMON, **more}


def seen(answer: Any) -> Any:
    """Return what two answers have in common: all but identifiers, times, and `_hidden_params`.

    There LiteLLM's own threads are still writing, without aso, too.
    """
    dump = {name: value for name, value in answer.model_dump().items() if name not in _VARYING}
    kinds = [kind.__qualname__ for kind in type(answer).__mro__]
    return [kinds, sorted(vars(answer)), dump, sorted(answer.model_fields_set)]


async def read_all(stream: Any, count: int | None = None) -> list[Any]:
    found: list[Any] = []
    async for chunk in stream:
        found.append(seen(chunk))
        if len(found) == count:
            break
    return found
