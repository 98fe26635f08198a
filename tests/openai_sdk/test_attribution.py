"""Whom a call is for: dimensions by every way, in their order; headers of ours stay here."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

import aso
from aso.sinks import MemorySink
from aso.testing import capture_events
from tests.openai_sdk.scripted import (
    COMPLETION,
    Script,
    ask,
    async_client,
    client,
    usage_when_asked,
)

pytestmark = pytest.mark.sdk


def test_the_nearest_dimension_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASO_DIMENSIONS", "a=environment,b=environment,c=environment")
    sdk = client(Script(COMPLETION), default_headers={"X-ASO-Dims": "c=client,d=client,e=client"})
    dims = {"b": "instrument", "c": "instrument", "d": "instrument"}
    with aso.instrument(sinks=[], dimensions=dims), capture_events() as events:
        with aso.dimensions(d="outer", e="outer", f="outer"), aso.dimensions(e="inner", f="inner"):
            ask(sdk, extra_headers={"X-ASO-Dims": "f=call"})
    assert dict(events[0].dims) == {
        "a": "environment",
        "b": "instrument",
        "c": "client",
        "d": "outer",
        "e": "inner",
        "f": "call",
    }


def test_headers_of_ours_never_leave_and_all_others_do() -> None:
    script = Script(COMPLETION)
    with capture_events() as events:
        headers = {"X-ASO-Dims": '{"team": "search"}', "x-aso-request-id": "1", "X-Mine": "2"}
        ask(client(script), extra_headers=headers)
    sent = {name.lower(): value for name, value in script.requests[0].headers.items()}
    assert [name for name in sent if name.startswith("x-aso-")] == []
    assert sent["x-mine"] == "2"
    assert dict(events[0].dims) == {"team": "search"}


def test_a_proxy_of_ours_gets_its_headers() -> None:
    script = Script(COMPLETION)
    sdk = client(script, base_url="https://proxy.example/v1/openai/v1")
    with aso.instrument(sinks=[], hosts={"proxy.example": "aso-proxy"}), capture_events() as events:
        ask(sdk, extra_headers={"X-ASO-Dims": "team=search"})
    assert script.requests[0].headers["x-aso-dims"] == "team=search"
    assert (events[0].provider, dict(events[0].dims)) == ("openai", {"team": "search"})


def test_a_dimension_from_outside_that_breaks_a_rule_is_dropped_not_raised() -> None:
    with capture_events() as events:
        ask(client(Script(COMPLETION)), extra_headers={"X-ASO-Dims": f"team={'x' * 65},app=shop"})
    assert dict(events[0].dims) == {"app": "shop"}


def test_env_is_a_field_and_a_dimension() -> None:
    with aso.instrument(sinks=[], env="production"), capture_events() as events:
        ask(client(Script(COMPLETION)))
    assert (events[0].env, dict(events[0].dims)) == ("production", {"env": "production"})


def test_tasks_keep_the_dimensions_that_they_started_with() -> None:
    sdk = async_client(Script(COMPLETION))

    async def one(team: str) -> None:
        async with aso.dimensions(team=team):
            await asyncio.sleep(0)
            await ask(sdk)

    async def main() -> None:
        await asyncio.gather(*(one(f"team-{number}") for number in range(5)))

    with capture_events() as events:
        asyncio.run(main())
    assert sorted(event.dims["team"] for event in events) == [f"team-{n}" for n in range(5)]


def test_carry_takes_them_into_a_thread() -> None:
    sdk = client(Script(COMPLETION))
    with capture_events() as events, ThreadPoolExecutor(1) as pool, aso.dimensions(team="search"):
        pool.submit(aso.carry(ask), sdk).result()
        pool.submit(ask, sdk).result()
    assert [dict(event.dims) for event in events] == [{"team": "search"}, {}]


def test_the_innermost_tracked_function_is_named() -> None:
    sdk = client(Script(COMPLETION))

    @aso.track
    def inner() -> None:
        ask(sdk)

    @aso.track(feature="rerank")
    def outer() -> None:
        inner()
        ask(sdk)

    with capture_events() as events:
        outer()
    names = [(event.function or "").rpartition(".")[2] for event in events]
    assert names == ["inner", "outer"]
    assert [event.dims["feature"] for event in events] == ["rerank", "rerank"]


def test_a_meter_sums_its_block_and_nothing_else() -> None:
    sdk = client(Script(COMPLETION))
    with capture_events():
        ask(sdk)
        with aso.meter() as outer:
            ask(sdk)
            with aso.meter() as inner:
                ask(client(Script({**COMPLETION, "model": "gpt-99"})))
        ask(sdk)
    assert (len(outer.events), outer.total_cost, outer.unpriced) == (2, Decimal("0.00001485"), 1)
    assert (len(inner.events), inner.total_cost, inner.unpriced) == (1, 0, 1)


def test_a_stream_that_is_read_after_the_block_is_not_in_the_meter() -> None:
    sdk = client(Script(usage_when_asked))
    with capture_events() as events:
        with aso.meter() as meter:
            list(ask(sdk, stream=True))
            late = ask(sdk, stream=True)
        list(late)
    assert (len(meter.events), len(events)) == (1, 2)


def test_a_recorded_call_is_priced_or_costs_what_you_say() -> None:
    sink = MemorySink()
    said: dict[str, Any] = {"provider": "openai", "model": "gpt-5.4"}
    with aso.instrument(sinks=[sink]):
        priced = aso.record(**said, usage={"prompt_tokens": 1000})
        known = aso.record(**said, usage=aso.Usage(input_tokens=5), cost=Decimal("0.7"))
        aso.flush()
    assert (priced.cost.total, priced.cost.source) == (Decimal("0.0025"), "standard")
    assert (known.cost.total, known.cost.source) == (Decimal("0.7"), "custom")
    assert [event.to_dict() for event in sink.events] == [priced.to_dict(), known.to_dict()]
