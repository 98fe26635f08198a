"""Recorded exchanges of all OpenAI-compatible hosts, through the real SDK: every field, 100 %."""

from __future__ import annotations

from typing import Any

import pytest

from aso.testing import capture_events
from tests.corpus.openai_replay import records, send
from tests.corpus.recordings import expected, seen

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    rows = list(records())
    if not rows:
        pytest.skip("no recordings: ../shared/corpus is not here (ASO_TEST_CORPUS names a folder)")
    return rows


@pytest.mark.parametrize("raw", [None, "true", "stream"], ids=["parsed", "raw", "bytes"])
def test_every_recorded_field_is_read_however_the_caller_reads_it(
    recorded: list[dict[str, Any]], raw: str | None
) -> None:
    differing = {}
    with capture_events() as events:
        for record in recorded:
            events.clear()
            send(record, raw=raw)
            assert len(events) == 1, f"{record.get('id')} gave {len(events)} events"
            found, wanted = seen(events[0].to_dict()), expected(record)
            if found != wanted:
                differing[record.get("id")] = {
                    key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]
                }
    assert differing == {}


def test_lines_of_every_recorded_call_sum_to_its_total(recorded: list[dict[str, Any]]) -> None:
    with capture_events() as events:
        for record in recorded:
            send(record)
    for event in events:
        if event.cost.total is not None:
            assert sum(line.amount for line in event.cost.lines) == event.cost.total
