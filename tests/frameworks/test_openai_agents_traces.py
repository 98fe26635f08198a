"""Traces of OpenAI Agents go to OpenAI by default, over plain HTTP: no calls, and not refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

import aso
from tests.frameworks.seen import calls, captured
from tests.provider.answers import MODEL
from tests.provider.server import OK, Provider, Scene

agents: Any = pytest.importorskip("agents")
exporting: Any = pytest.importorskip("agents.tracing.processors")


@pytest.fixture
def traces(provider: Provider) -> Iterator[Any]:
    """Export traces to the provider on this machine; shut down, all of them are sent."""
    url = f"{provider.url}/traces/ingest"
    exporter = exporting.BackendSpanExporter(api_key="none", endpoint=url, max_retries=1)
    processor = exporting.BatchTraceProcessor(exporter)
    agents.set_trace_processors([processor])
    yield processor
    agents.set_trace_processors([])


def run(provider: Provider, traces: Any) -> None:
    provider.then(OK, Scene(status=204))
    sdk = openai.AsyncOpenAI(api_key="none", base_url=provider.url)
    model = agents.OpenAIChatCompletionsModel(MODEL, sdk)
    agents.Runner.run_sync(agents.Agent(name="assistant", model=model), "Say hello.")
    traces.shutdown()


def test_traces_are_no_events(provider: Provider, traces: Any) -> None:
    with captured(provider) as events:
        run(provider, traces)
    assert [one.path for one in provider.received] == ["/v1/chat/completions", "/v1/traces/ingest"]
    assert calls(events) == [("completed", "chat/completions", False, "provider", 100, 20, {})]


@pytest.mark.parametrize(
    "policy", [{"mandatory_dimensions": ["team"]}, {"allowed_models": ["openai:gpt-4o*"]}]
)
def test_policy_is_not_asked_about_traces(provider: Provider, traces: Any, policy: Any) -> None:
    with captured(provider, policy=policy) as events, aso.dimensions(team="search"):
        run(provider, traces)
    assert [one.path for one in provider.received] == ["/v1/chat/completions", "/v1/traces/ingest"]
    assert [event.kind for event in events] == ["call"]
