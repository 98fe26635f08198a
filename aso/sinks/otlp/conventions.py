"""OpenTelemetry's names for a model call: GenAI semantic conventions 1.41, and the latest ones.

1.41: the last that opentelemetry.io/docs/specs/semconv/gen-ai froze (v1.41.0; its names as in
opentelemetry-semantic-conventions 0.66b2). Latest: open-telemetry/semantic-conventions-genai,
docs/gen-ai/client-inference.md, client-embeddings.md, gen-ai-token-metrics.md and
non-normative/migration.md (all read 2026-11-26; status Development, they still change).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from aso.records import Event

Measured = Iterable[tuple[int | float, Mapping[str, str]]]  # amounts, each with more attributes

# What we call otherwise. All else is custom, which both conventions allow.
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex": "gcp.vertex_ai",
    "xai": "x_ai",
}
_OPERATIONS = {"completion": "text_completion", "messages": "chat", "responses": "chat"}
_INFERENCE = frozenset({"chat", "text_completion", "generate_content"})
_EMBEDDINGS = frozenset({"embeddings"})

_TOKEN_BOUNDS = tuple(4**power for power in range(14))
_SECOND_BOUNDS = tuple(0.01 * 2**power for power in range(14))
_NONE: Mapping[str, str] = MappingProxyType({})


class Instrument(NamedTuple):
    """One metric.

    Attributes:
        measure: event → amounts to add (a counter) or to record (a histogram).
        bounds: of a histogram's buckets; empty: a counter.
        operations: of which operations; None: of all, but for those ``except_for``.
        is_ours: what no other instrumentation of the same call tells, too.
    """

    name: str
    unit: str
    description: str
    measure: Callable[[Event], Measured]
    bounds: tuple[float, ...] = ()
    operations: frozenset[str] | None = None
    except_for: frozenset[str] = frozenset()
    is_ours: bool = False

    def measures(self, operation: str) -> bool:
        """Tell whether it is for operations of this name."""
        is_named = self.operations is None or operation in self.operations
        return is_named and operation not in self.except_for


class Convention(NamedTuple):
    """``tokens``: attribute of Usage → attribute of a span."""

    tokens: Mapping[str, str]
    instruments: tuple[Instrument, ...]
    schema_url: str | None


def provider_name(event: Event) -> str:
    """Return ``gen_ai.provider.name``."""
    return _PROVIDERS.get(event.provider, event.provider)


def operation_name(event: Event) -> str:
    """Return ``gen_ai.operation.name``."""
    return _OPERATIONS.get(event.operation, event.operation)


def _input_and_output(event: Event) -> Measured:
    sides = (("input", event.usage.input_tokens), ("output", event.usage.output_tokens))
    return [(count, {"gen_ai.token.type": side}) for side, count in sides if count is not None]


def _whole(name: str) -> Callable[[Event], Measured]:
    """Return what measures one count of successful calls."""
    read = attrgetter(name)

    def measure(event: Event) -> Measured:
        count = read(event.usage)
        return [] if count is None or event.outcome != "completed" else [(count, _NONE)]

    return measure


def _by_modality(name: str, **parts: str) -> Callable[[Event], Measured]:
    """Return what measures one count, each modality that the provider counts apart by itself."""

    def measure(event: Event) -> Measured:
        usage = event.usage
        total = getattr(usage, name)
        if total is None:
            return []
        said = {modality: getattr(usage, part) or 0 for modality, part in parts.items()}
        said["unknown"] = max(total - sum(said.values()), 0)
        return [
            (count, {"gen_ai.token.modality": modality})
            for modality, count in said.items()
            if count or (modality == "unknown" and not total)
        ]

    return measure


def _seconds(event: Event) -> Measured:
    """What `aso.record` wrote has no duration; what is settled later said its own at first."""
    elapsed_ms = event.ended_at_ms - event.started_at_ms
    if event.revision or event.kind == "refused" or (event.sdk_name is None and not elapsed_ms):
        return []
    error = error_type(event)
    return [(elapsed_ms / 1000, {"error.type": error} if error is not None else _NONE)]


def _cost(event: Event) -> Measured:
    total = event.cost.total
    return [] if total is None else [(float(total), {"aso.cost.status": event.cost.status})]


def _call(event: Event) -> Measured:
    told = {
        "aso.kind": event.kind,
        "aso.outcome": event.outcome,
        "aso.cost.status": event.cost.status,
        "aso.usage.source": event.usage.source,
    }
    return [] if event.revision else [(1, told)]


def error_type(event: Event) -> str | None:
    """Return ``error.type``; None: no error. A call that its caller left early is none."""
    if event.outcome not in {"error", "refused"}:
        return None
    return event.error_type or str(event.http_status or "_OTHER")


_OURS = (
    Instrument("aso.cost", "{USD}", "What calls cost, where known.", _cost, is_ours=True),
    Instrument("aso.calls", "{call}", "Calls by their end and price.", _call, is_ours=True),
)
_TOKENS = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "reasoning_output_tokens": "gen_ai.usage.reasoning.output_tokens",
}


def _latest_counter(name: str, of: str, **parts: str) -> Instrument:
    return Instrument(
        f"gen_ai.client.inference.usage.{name}",
        "{token}",
        f"Number of {name.replace('.', ' ').replace('_', ' ')} used.",
        _by_modality(of, **parts),
        operations=_INFERENCE,
    )


def _latest_histogram(name: str, side: str, operations: frozenset[str]) -> Instrument:
    return Instrument(
        f"gen_ai.client.{name}.operation.{side}_tokens",
        "{token}",
        f"Number of {side} tokens used per {name} operation.",
        _whole(f"{side}_tokens"),
        _TOKEN_BOUNDS,
        operations,
    )


def _duration(
    name: str,
    operations: frozenset[str] | None = None,
    except_for: frozenset[str] = frozenset(),
) -> Instrument:
    return Instrument(
        f"gen_ai.client.{name}.duration",
        "s",
        "GenAI operation duration.",
        _seconds,
        _SECOND_BOUNDS,
        operations,
        except_for,
    )


CONVENTIONS: Mapping[str, Convention] = {
    "1.41": Convention(
        tokens={
            **_TOKENS,
            "cache_write_input_tokens": "gen_ai.usage.cache_creation.input_tokens",
        },
        instruments=(
            Instrument(
                "gen_ai.client.token.usage",
                "{token}",
                "Number of input and output tokens used.",
                _input_and_output,
                _TOKEN_BOUNDS,
            ),
            _duration("operation"),
            *_OURS,
        ),
        schema_url="https://opentelemetry.io/schemas/1.41.0",
    ),
    "latest": Convention(
        tokens={
            **_TOKENS,
            "cache_write_input_tokens": "gen_ai.usage.cache_write.input_tokens",
            "input_audio_tokens": "gen_ai.usage.audio.input_tokens",
            "input_image_tokens": "gen_ai.usage.image.input_tokens",
            "output_audio_tokens": "gen_ai.usage.audio.output_tokens",
            "output_image_tokens": "gen_ai.usage.image.output_tokens",
        },
        instruments=(
            _latest_counter(
                "input_tokens",
                "input_tokens",
                audio="input_audio_tokens",
                image="input_image_tokens",
            ),
            _latest_counter(
                "output_tokens",
                "output_tokens",
                audio="output_audio_tokens",
                image="output_image_tokens",
            ),
            _latest_counter("cache_read.input_tokens", "cache_read_input_tokens"),
            _latest_counter("cache_write.input_tokens", "cache_write_input_tokens"),
            _latest_counter("reasoning.output_tokens", "reasoning_output_tokens"),
            _latest_histogram("inference", "input", _INFERENCE),
            _latest_histogram("inference", "output", _INFERENCE),
            _latest_histogram("embeddings", "input", _EMBEDDINGS),
            _duration("inference", _INFERENCE),
            _duration("embeddings", _EMBEDDINGS),
            _duration("operation", except_for=_INFERENCE | _EMBEDDINGS),
            *_OURS,
        ),
        schema_url=None,  # none is published for it
    ),
}
