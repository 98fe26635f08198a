"""Recorded exchanges with Google and Vertex, through the real SDK: every field, 100 %."""

from __future__ import annotations

from typing import Any

import pytest

from aso.testing import capture_events
from tests.corpus.google_replay import Replay, google_records
from tests.corpus.recordings import expected, seen
from tests.corpus.test_http_replay import DEVIATIONS
from tests.google_sdk.scripted import SDK

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]


def test_every_recorded_field_is_read_through_the_sdk() -> None:
    differing: dict[str, Any] = {}
    replay = Replay()
    recorded = [row for row in google_records() if row.get("id") not in DEVIATIONS]
    for record in recorded or pytest.skip("no recordings: ../shared/corpus is not here"):
        with capture_events() as events:
            replay.send(record)
        found = [{**seen(event.to_dict()), "sdk": event.to_dict()["sdk"]} for event in events]
        if found != [{**expected(record), "sdk": SDK}]:
            differing[record["id"]] = (found, expected(record))
    assert differing == {}
