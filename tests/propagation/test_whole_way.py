"""Service A tags, service B asks the provider: B's event says whom the call was for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
import requests

import aso
from examples.loopback.provider import LoopbackProvider
from tests.processes import running

KEYS = ["team", "feature"]


@pytest.fixture(scope="module")
def provider() -> Iterator[LoopbackProvider]:
    with LoopbackProvider() as found:
        yield found


@contextmanager
def assistant_on(provider: LoopbackProvider) -> Iterator[str]:
    """Run service B, yield its URL; at its end its events are in the ledger."""
    command = [sys.executable, "-m", "tests.propagation.assistant"]
    settings = {
        "OPENAI_API_KEY": "any",
        "OPENAI_BASE_URL": provider.url,
        "PROVIDER": provider.host,
        "ASO_HOME": os.environ["ASO_HOME"],
    }
    with running.launch(command, **settings) as process:
        yield process.stdout.readline().strip()
        process.terminate()
        process.wait(running.MAX_S)


def test_the_event_of_the_second_service_has_the_first_ones_dimensions(
    provider: LoopbackProvider,
) -> None:
    provider.headers.clear()
    with assistant_on(provider) as url:
        for client in (requests.Session(), httpx2.Client()):
            session: Any = aso.propagate(client, keys=[*KEYS, "user"])
            with aso.dimensions(team="search", feature="rerank & sort", user="alice", zone="a"):
                session.get(f"{url}/async?step=1").raise_for_status()
                session.get(f"{url}/thread?step=2").raise_for_status()
            session.get(f"{url}/thread?step=3").raise_for_status()
    theirs = {"team": "search", "feature": "rerank & sort"}
    assert sorted(
        [dict(event.dims) for event in running.events()], key=lambda dims: dims["step"]
    ) == [
        *[{"app": "assistant", **theirs, "step": "1"}] * 2,
        *[{"app": "assistant", **theirs, "step": "2"}] * 2,
        *[{"app": "assistant", "step": "3"}] * 2,
    ]
    assert [name for one in provider.headers for name in one if name.lower() == "baggage"] == []
