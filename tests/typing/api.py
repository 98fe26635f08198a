"""The public API as its users' type checkers see it. Checked by mypy and pyright, never run.

A ``Takes...`` protocol states a signature to the letter: names, kinds, defaults, types.

Not there yet, each comes with its feature: Budget, budget, Policy(budgets=...).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from typing_extensions import assert_type

import aso
from aso.pricing import price
from aso.sinks import ConsoleSink, IngestSink, LedgerSink, MemorySink, OtlpSink
from aso.testing import capture_events

F = TypeVar("F", bound=Callable[..., Any])

version: str = aso.__version__


# Start and stop


class TakesInstrument(Protocol):
    def __call__(
        self,
        api_key: str | None = None,
        endpoint: str | None = None,
        *,
        sinks: Sequence[aso.Sink] | None = None,
        integrations: Sequence[str] | None = None,
        dimensions: Mapping[str, str] | None = None,
        policy: aso.Policy | Mapping[str, Any] | str | Path | None = None,
        prices: Mapping[str, Any] | str | Path | None = None,
        hosts: Mapping[str, str] | None = None,
        env: str | None = None,
        durability: Literal["process", "memory"] = "process",
    ) -> aso.Instrumentation: ...


class TakesTimeout(Protocol):
    def __call__(self, timeout_s: float = 5.0) -> bool: ...


instrument: TakesInstrument = aso.instrument
uninstrument: Callable[[], None] = aso.uninstrument
flush: TakesTimeout = aso.flush
shutdown: TakesTimeout = aso.shutdown
stats: Callable[[], aso.Stats] = aso.stats


def instrumentation() -> None:
    handle: AbstractContextManager[aso.Instrumentation] = aso.instrument()
    with handle as inner:
        assert_type(inner, aso.Instrumentation)
        flush_it: TakesTimeout = inner.flush
        stop_it: Callable[[], None] = inner.uninstrument
    del flush_it, stop_it


def counts(seen: aso.Stats) -> tuple[int, ...]:
    calls = (seen.calls, seen.events, seen.refused, seen.unpriced, seen.partial, seen.estimated)
    return (
        *calls,
        seen.unmetered,
        seen.pending,
        seen.delivered,
        seen.dropped,
        seen.internal_errors,
    )


# Attribution


class TakesDimensions(Protocol):
    def __call__(
        self, mapping: Mapping[str, str] | None = None, /, **tags: str
    ) -> aso.dimensions: ...


class TakesCarry(Protocol):
    def __call__(self, function: F) -> F: ...


class TakesPropagate(Protocol):
    def __call__(self, carrier: Any, **options: Any) -> Any: ...


dimensions: TakesDimensions = aso.dimensions
carry: TakesCarry = aso.carry
propagate: TakesPropagate = aso.propagate


@aso.dimensions(team="search")
def plain(question: str) -> int:
    return len(question)


@aso.dimensions({"team": "search"}, feature="rerank")
async def asynchronous(question: str) -> int:
    return len(question)


@aso.dimensions(team="search")
def generator(count: int) -> Iterator[int]:
    yield from range(count)


@aso.dimensions(team="search")
async def async_generator(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number


@aso.track
def tracked(question: str) -> int:
    return len(question)


@aso.track(feature="rerank")
async def tracked_with_tags(question: str) -> int:
    return len(question)


async def attributed() -> None:
    with aso.dimensions(team="search") as scope:
        assert_type(scope, aso.dimensions)
    async with aso.dimensions({"team": "search"}) as scope:
        assert_type(scope, aso.dimensions)
    assert_type(plain(question="?"), int)
    assert_type(await asynchronous(question="?"), int)
    assert_type(generator(count=1), Iterator[int])
    assert_type(async_generator(count=1), AsyncIterator[int])
    assert_type(tracked(question="?"), int)
    assert_type(await tracked_with_tags(question="?"), int)
    assert_type(aso.carry(plain)(question="?"), int)


def metered() -> Decimal:
    block: AbstractContextManager[aso.meter] = aso.meter()
    with block as spent:
        assert_type(spent, aso.meter)
    events: Sequence[aso.Event] = spent.events
    assert_type(spent.unpriced, int)
    assert_type(spent.total_cost, Decimal)
    return spent.total_cost * len(events)


# Events


class TakesRecord(Protocol):
    def __call__(
        self,
        *,
        provider: str,
        model: str,
        usage: aso.Usage | Mapping[str, int],
        operation: str = "chat",
        cost: Decimal | None = None,
        dimensions: Mapping[str, str] | None = None,
        at: datetime | None = None,
        generation_id: str | None = None,
    ) -> aso.Event: ...


class TakesPrice(Protocol):
    def __call__(
        self,
        usage: aso.Usage | Mapping[str, Any],
        *,
        provider: str,
        model: str,
        at: datetime,
        **conditions: Any,
    ) -> aso.Cost: ...


record: TakesRecord = aso.record
price_it: TakesPrice = price


def event_of(event: aso.Event) -> dict[str, Any]:
    identity: tuple[str, int, str, str] = (
        event.event_id,
        event.revision,
        event.kind,
        event.outcome,
    )
    assert_type(event.usage, aso.Usage)
    assert_type(event.cost, aso.Cost)
    assert_type(event.to_dict(), dict[str, Any])
    return {**event.to_dict(), "identity": identity}


def usage_of(usage: aso.Usage) -> Literal["provider", "partial", "estimate", "none"]:
    assert_type(usage.input_tokens, int | None)
    assert_type(usage.output_tokens, int | None)
    assert_type(usage.cache_read_input_tokens, int | None)
    assert_type(usage.cache_write_input_tokens, int | None)
    assert_type(usage.reasoning_output_tokens, int | None)
    return usage.source


def cost_of(cost: aso.Cost) -> Decimal | None:
    status: Literal["priced", "partial", "unpriced"] = cost.status
    source: Literal["provider", "custom", "standard", "none"] = cost.source
    lines: Sequence[Any] = cost.lines
    for line in cost.lines:
        rate: Decimal = line.rate
        amount: Decimal = line.amount
        said: tuple[str, str | None, str] = (line.unit, line.model, line.source)
        numbers: tuple[int | Decimal, int | Decimal, Decimal | None] = (
            line.quantity,
            line.per,
            line.multiplier,
        )
        del rate, amount, said, numbers
    del status, source, lines
    assert_type(cost.total, Decimal | None)
    return cost.total


# Policy


class TakesPolicy(Protocol):
    def __call__(
        self,
        *,
        allowed_providers: Sequence[str] = ("*",),
        allowed_models: Sequence[str] = ("*",),
        denied_models: Sequence[str] = (),
        mandatory_dimensions: bool | Sequence[str] = False,
        allowed_dimension_keys: Sequence[str] | None = None,
        max_dimension_pairs: int = 8,
        max_dimension_key_length: int = 32,
        max_dimension_value_length: int = 64,
        max_cost_per_request: Decimal | str | None = None,
        rules: Sequence[Mapping[str, Any]] = (),
        aliases: Mapping[str, str] = ...,
        unpriced: Literal["allow", "ceiling", "block"] = "allow",
        unbounded: Literal["context_window", "block", "allow"] = "context_window",
        mode: Literal["enforce", "warn", "shadow"] = "enforce",
    ) -> aso.Policy: ...


class TakesPolicySource(Protocol):
    def __call__(self, source: str | Path | Mapping[str, Any]) -> aso.Policy: ...


policy: TakesPolicy = aso.Policy
policy_load: TakesPolicySource = aso.Policy.load

# Errors

config_error: type[ValueError] = aso.ConfigError
root_errors: tuple[type[aso.AsoError], ...] = (aso.ConfigError, aso.PolicyError)
policy_errors: tuple[type[aso.PolicyError], ...] = (
    aso.ProviderNotAllowedError,
    aso.ModelNotAllowedError,
    aso.DimensionError,
    aso.BudgetExceededError,
)


def refused(error: aso.PolicyError) -> tuple[str, str, str]:
    return error.rule, error.value, error.decision


def over_budget(error: aso.BudgetExceededError) -> tuple[str, Decimal, Decimal, Decimal]:
    return error.budget, error.spent, error.held, error.amount


# Sinks


class OwnSink:
    def send(self, events: Sequence[aso.Event]) -> None: ...
    def close(self) -> None: ...


class TakesLedgerSink(Protocol):
    def __call__(self, path: str | Path | None = None) -> aso.Sink: ...


class TakesIngestSink(Protocol):
    def __call__(
        self, endpoint: str | None = None, api_key: str | None = None, **options: Any
    ) -> aso.Sink: ...


class TakesOtlpSink(Protocol):
    def __call__(
        self,
        endpoint: str | None = None,
        *,
        protocol: Literal["http/protobuf", "grpc"] = "http/protobuf",
        signals: Sequence[Literal["spans", "metrics", "logs"]] = ("spans", "metrics"),
        semconv: Literal["1.41", "latest"] = "1.41",
        **options: Any,
    ) -> aso.Sink: ...


sinks: Sequence[aso.Sink] = (OwnSink(), MemorySink(), ConsoleSink())
ledger_sink: TakesLedgerSink = LedgerSink
ingest_sink: TakesIngestSink = IngestSink
otlp_sink: TakesOtlpSink = OtlpSink
remembered: list[aso.Event] = MemorySink().events

# Tests of users

captured: Callable[[], AbstractContextManager[list[aso.Event]]] = capture_events
