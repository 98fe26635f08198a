"""Recorded images, audio, reranking and OCR of all OpenAI-compatible hosts: every field, 100 %."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from aso.records import Event
from aso.testing import capture_events
from tests.corpus.media_replay import records, send, sent_body
from tests.corpus.recordings import expected, seen

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    return list(records()) or pytest.skip("no recordings: ASO_TEST_CORPUS names a folder")


@pytest.mark.parametrize("raw", [None, "true", "stream"], ids=["parsed", "raw", "bytes"])
def test_every_recorded_field_is_read_however_the_caller_reads_it(
    recorded: list[dict[str, Any]], raw: str | None
) -> None:
    differing = {}
    with capture_events() as events:
        for record in recorded:
            events.clear()
            send(record, raw=raw)
            assert len(events) == 1, f"{record['id']} gave {len(events)} events"
            found, wanted = _seen(events[0].to_dict()), _wanted(record)
            if found != wanted:
                differing[record["id"]] = {
                    key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]
                }
    assert differing == {}


def _seen(event: Mapping[str, Any]) -> dict[str, Any]:
    return {**seen(event), "kind": event["kind"], "outcome": event["outcome"]}


def _wanted(record: Mapping[str, Any]) -> dict[str, Any]:
    wanted = expected(record)
    wanted["model"] = record["expected"]["model_in_response"] or sent_body(record).get("model")
    if record["endpoint"] == "ocr":  # pages_processed is Mistral's own word: usage was said
        wanted["provider_says_usage"] = True
    return {**wanted, "kind": "call", "outcome": "completed"}


def test_units_are_as_recorded(recorded: list[dict[str, Any]]) -> None:
    differing = {}
    for record in recorded:
        with capture_events() as events:
            send(record)
        said, units = record["expected"].get("extra") or {}, _units(events[0])
        wanted = {unit: Decimal(str(said[name])) for name, unit in _UNITS.items() if name in said}
        if events[0].usage.input_tokens is None and units != {**units, **wanted}:
            differing[record["id"]] = (units, wanted)
    assert differing == {}


def _units(event: Event) -> dict[str, Decimal]:
    return {name: Decimal(quantity) for name, quantity in event.usage.units.items()}


_UNITS = {"images_generated": "images", "pages_processed": "pages", "seconds": "audio_seconds"}
