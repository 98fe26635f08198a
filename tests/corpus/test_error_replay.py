"""Recorded errors of all providers, through plain HTTP clients: one event each, nothing billed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aso.testing import capture_events
from tests.corpus.http_replay import send_by_httpx, send_by_requests
from tests.corpus.recordings import rows

pytestmark = pytest.mark.corpus
FIRST_ERROR_STATUS = 400


def _errors() -> Iterator[dict[str, Any]]:
    for row in rows():
        if row["status"] >= FIRST_ERROR_STATUS and row["method"] == "POST":
            yield row


@pytest.fixture(scope="module")
def errors() -> list[dict[str, Any]]:
    return list(_errors()) or pytest.skip("no recordings: ../shared/corpus is not here")


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("send", [send_by_httpx, send_by_requests], ids=["httpx", "requests"])
def test_every_recorded_error_is_one_event_that_costs_nothing(
    errors: list[dict[str, Any]], send: Callable[..., None], streamed: bool
) -> None:
    with capture_events() as events:
        for record in errors:
            events.clear()
            send(record, streamed=streamed)
            (event,) = (one.to_dict() for one in events)
            said = {name: event[name] for name in ("outcome", "http_status", "usage_source")}
            wanted = {"outcome": "error", "http_status": record["status"], "usage_source": "none"}
            assert said == wanted, record["id"]
            assert event["total_cost_usd"] == "0", record["id"]
