"""What spans and metrics are called, by convention and by the kind of call."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from aso.records import Event, Usage
from aso.sinks import OtlpSink
from tests.events import PRICED, event
from tests.sinks.otlp_receiver import HttpReceiver, Receiver

USAGE = Usage(
    input_tokens=100,
    output_tokens=50,
    cache_read_input_tokens=40,
    cache_write_input_tokens=10,
    reasoning_output_tokens=20,
    input_audio_tokens=30,
    output_image_tokens=5,
)
COMMON = {
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 50,
    "gen_ai.usage.cache_read.input_tokens": 40,
    "gen_ai.usage.reasoning.output_tokens": 20,
}
REFUSED: dict[str, Any] = {
    "kind": "refused",
    "outcome": "refused",
    "error_type": "ModelNotAllowedError",
    "http_status": None,
    "generation_id": None,
    "usage": Usage(source="none"),
    "cost": PRICED._replace(total=Decimal(0), source="none", lines=()),
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with HttpReceiver() as found:
        yield found


def sent(receiver: Receiver, *events: Event, **options: Any) -> dict[str, Any]:
    """Return the last span after sending events as spans and metrics."""
    sink = OtlpSink(receiver.url, **options)
    sink.send(events)
    sink.close()
    return receiver.spans[-1]


def usage_in(span: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in span["attributes"].items() if name.endswith("tokens")}


def totals(receiver: Receiver, *omitted: str) -> dict[tuple[str, ...], Any]:
    """Return name and own attributes of each series → its value."""
    dull = ("gen_ai.operation", "gen_ai.provider", "gen_ai.request", "gen_ai.response", "server.")
    return {
        (point["name"], *(v for k, v in point["attributes"].items() if not k.startswith(dull))): (
            point["value"]
        )
        for point in receiver.points
        if not point["name"].startswith(("aso.", *omitted))
    }


def test_tokens_have_the_names_of_1_41(receiver: Receiver) -> None:
    span = sent(receiver, event(1, usage=USAGE))
    assert usage_in(span) == {**COMMON, "gen_ai.usage.cache_creation.input_tokens": 10}
    assert totals(receiver) == {
        ("gen_ai.client.token.usage", "input"): (1, 100),
        ("gen_ai.client.token.usage", "output"): (1, 50),
        ("gen_ai.client.operation.duration",): (1, 0.4),
    }


def test_tokens_have_the_latest_names_and_no_others(receiver: Receiver) -> None:
    span = sent(receiver, event(1, usage=USAGE), semconv="latest")
    assert span["scope"] == ("aso", "")
    assert usage_in(span) == {
        **COMMON,
        "gen_ai.usage.cache_write.input_tokens": 10,
        "gen_ai.usage.audio.input_tokens": 30,
        "gen_ai.usage.image.output_tokens": 5,
    }
    inference = "gen_ai.client.inference"
    assert totals(receiver) == {
        (f"{inference}.usage.input_tokens", "audio"): 30,
        (f"{inference}.usage.input_tokens", "unknown"): 70,
        (f"{inference}.usage.output_tokens", "image"): 5,
        (f"{inference}.usage.output_tokens", "unknown"): 45,
        (f"{inference}.usage.cache_read.input_tokens", "unknown"): 40,
        (f"{inference}.usage.cache_write.input_tokens", "unknown"): 10,
        (f"{inference}.usage.reasoning.output_tokens", "unknown"): 20,
        (f"{inference}.operation.input_tokens",): (1, 100),
        (f"{inference}.operation.output_tokens",): (1, 50),
        (f"{inference}.duration",): (1, 0.4),
    }


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("embeddings", {"embeddings.operation.input_tokens", "embeddings.duration"}),
        ("rerank", {"operation.duration"}),
    ],
)
def test_operations_other_than_inference_have_metrics_of_their_own(
    receiver: Receiver, operation: str, names: set[str]
) -> None:
    usage = Usage(input_tokens=7)
    sent(receiver, event(1, operation=operation, usage=usage), semconv="latest")
    assert {name.removeprefix("gen_ai.client.") for name, *_ in totals(receiver)} == names


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (("openai", "responses"), ("openai", "chat")),
        (("anthropic", "messages"), ("anthropic", "chat")),
        (("azure", "completion"), ("azure.ai.openai", "text_completion")),
        (("bedrock", "chat"), ("aws.bedrock", "chat")),
        (("google", "generate_content"), ("gcp.gemini", "generate_content")),
        (("vertex", "embeddings"), ("gcp.vertex_ai", "embeddings")),
        (("mistral", "ocr"), ("mistral_ai", "ocr")),
        (("xai", "image"), ("x_ai", "image")),
        (("openrouter", "rerank"), ("openrouter", "rerank")),
    ],
)
def test_providers_and_operations_have_their_well_known_names(
    receiver: Receiver, ours: tuple[str, str], theirs: tuple[str, str]
) -> None:
    span = sent(receiver, event(1, provider=ours[0], operation=ours[1]))
    told = span["attributes"]
    assert (told["gen_ai.provider.name"], told["gen_ai.operation.name"]) == theirs
    assert (told["aso.provider"], told["aso.operation"]) == ours
    assert span["name"] == f"{theirs[1]} gpt-5.4"


def test_a_refused_call_is_an_error_without_duration_tokens_or_answer(
    receiver: Receiver,
) -> None:
    span = sent(receiver, event(1, **REFUSED))
    told = span["attributes"]
    assert (span["status"], told["error.type"]) == (2, "ModelNotAllowedError")
    assert (told["aso.kind"], told["aso.cost.total"]) == ("refused", "0")
    assert "gen_ai.response.model" not in told
    assert totals(receiver) == {}


def test_an_error_is_told_by_its_class(receiver: Receiver) -> None:
    failed = {"outcome": "error", "error_type": "RateLimitError", "http_status": 429}
    span = sent(receiver, event(1, **failed, usage=Usage(source="none")))
    assert (span["status"], span["attributes"]["error.type"]) == (2, "RateLimitError")
    assert totals(receiver) == {("gen_ai.client.operation.duration", "RateLimitError"): (1, 0.4)}


def test_a_stream_that_its_caller_left_is_no_error(receiver: Receiver) -> None:
    span = sent(receiver, event(1, outcome="cancelled", error_type="CancelledError", stream=True))
    told = span["attributes"]
    assert (span["status"], "error.type" in told) == (0, False)
    assert told["gen_ai.request.stream"] is True
    assert told["gen_ai.response.time_to_first_chunk"] == 0.1


def test_a_cost_of_the_providers_is_marked_as_its_own(receiver: Receiver) -> None:
    upstream = Decimal("0.01")
    cost = PRICED._replace(source="provider", total=Decimal("1.10"), upstream_cost=upstream)
    told = sent(receiver, event(1, cost=cost))["attributes"]
    assert told["gen_ai.usage.cost.source"] == "provider"
    assert (told["gen_ai.usage.cost.amount"], told["aso.cost.total"]) == (1.1, "1.1")
    assert told["aso.cost.upstream"] == "0.01"


def test_the_exact_cost_keeps_what_a_float_cannot(receiver: Receiver) -> None:
    cost = PRICED._replace(total=Decimal("0.100000000000000000000000001"))
    told = sent(receiver, event(1, cost=cost))["attributes"]
    assert told["aso.cost.total"] == "0.100000000000000000000000001"
    assert told["gen_ai.usage.cost.amount"] == 0.1


def test_what_is_settled_later_counts_and_what_is_priced_anew_does_not(
    receiver: Receiver,
) -> None:
    settled = event(1, revision=1, revision_reason="settled")
    sent(receiver, settled, event(2, revision=1, revision_reason="repriced"))
    assert [cost["value"] for cost in receiver.latest("aso.cost")] == [0.0025]
    assert receiver.latest("aso.calls") == []
    assert "gen_ai.client.operation.duration" not in {name for name, *_ in totals(receiver)}


def test_what_was_recorded_by_hand_has_no_duration(receiver: Receiver) -> None:
    sent(receiver, event(1, sdk_name=None, started_at_ms=event(1).ended_at_ms))
    assert receiver.latest("gen_ai.client.operation.duration") == []


def test_metrics_have_the_dimensions_that_were_chosen_and_no_others(
    receiver: Receiver,
) -> None:
    dims = {"team": "search", "user": "4711"}
    sent(receiver, event(1, dims=dims), metric_dimensions=["team", "feature"])
    [cost], [tokens, _] = (
        receiver.latest("aso.cost"),
        receiver.latest("gen_ai.client.token.usage"),
    )
    chosen = {key: v for key, v in cost["attributes"].items() if key.startswith("aso.dim")}
    assert chosen == {"aso.dimension.team": "search"}
    assert [key for key in tokens["attributes"] if key.startswith("aso.")] == []
