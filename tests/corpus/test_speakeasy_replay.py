"""Recorded exchanges with Mistral and OpenRouter, through their own SDKs: every field, 100 %."""

from __future__ import annotations

from typing import Any

import pytest

from aso.testing import capture_events
from tests.corpus.recordings import expected, seen
from tests.corpus.speakeasy_replay import SDK_OF, records, send

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]

# Where an event says something else than the oracle, and why.
DEVIATIONS = {
    "2215eefa596cbffa": "OCR tells its pages, which the oracle does not count as usage",
}


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    rows = [row for row in records() if row["id"] not in DEVIATIONS]
    return rows or pytest.skip("no recordings: ../shared/corpus is not here")


def test_every_recorded_field_is_read(recorded: list[dict[str, Any]]) -> None:
    differing = {}
    with capture_events() as events:
        for record in recorded:
            events.clear()
            send(record)
            assert len(events) == 1, f"{record['id']} gave {len(events)} events"
            found, wanted = seen(events[0].to_dict()), expected(record)
            assert (events[0].sdk_name, events[0].outcome) == (
                SDK_OF[record["provider"]].name,
                "completed",
            )
            if found != wanted:
                differing[record["id"]] = {
                    key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]
                }
    assert differing == {}
