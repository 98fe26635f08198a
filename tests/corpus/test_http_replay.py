"""Recorded exchanges of all providers, through plain HTTP clients: every field, 100 %."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aso.testing import capture_events
from tests.corpus.http_replay import records, send_by_httpx, send_by_requests
from tests.corpus.recordings import bodies, expected, seen

pytestmark = pytest.mark.corpus

# Where an event says something else than the oracle, and why.
DEVIATIONS = {
    "c336779ce1e9427e": "no input tokens are told, beside output tokens: not said is not 0",
    "2215eefa596cbffa": "OCR tells its pages, which the oracle does not count as usage",
    "bb150db00d7244c5": "modalities are told by number, which the oracle does not read",
    "468d945eb5674aee": "a guardrail cut the stream; the first chunk counts the tokens of its text",
}
# Formats whose answers say no usage: they are estimated, and the oracle leaves them out.
UNSAID = {
    ("anthropic", "complete"),
}


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    rows = [
        row
        for row in records()
        if (row["provider"], row["endpoint"]) not in UNSAID and row.get("id") not in DEVIATIONS
    ]
    return rows or pytest.skip("no recordings: ../shared/corpus is not here")


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("send", [send_by_httpx, send_by_requests], ids=["httpx", "requests"])
def test_every_recorded_field_is_read(
    recorded: list[dict[str, Any]], send: Callable[..., None], streamed: bool
) -> None:
    assert differing(recorded, send, streamed=streamed) == {}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_every_field_of_an_answer_without_its_request_is_read(streamed: bool) -> None:
    answers = [*bodies()] or pytest.skip("no recordings: ../shared/corpus is not here")
    assert differing(answers, send_by_httpx, streamed=streamed) == {}


def differing(
    recorded: list[dict[str, Any]], send: Callable[..., None], *, streamed: bool
) -> dict[Any, dict[str, Any]]:
    """Return what events say otherwise, by recording."""
    found = {}
    with capture_events() as events:
        for record in recorded:
            events.clear()
            send(record, streamed=streamed)
            assert len(events) == 1, f"{record.get('id')} gave {len(events)} events"
            said, wanted = seen(events[0].to_dict()), expected(record)
            if said != wanted:
                found[record.get("id")] = {
                    key: (said[key], wanted[key]) for key in wanted if said[key] != wanted[key]
                }
    return found
