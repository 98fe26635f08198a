"""google-genai is read like the others, for both of its services, and does what was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import google.genai._api_client as below
import pytest
from google import genai
from google.genai import types

from aso.testing import capture_events
from tests.coverage.surveys import surveyed

http: Any = getattr(below, "httpx2", None) or below.httpx  # type: ignore[attr-defined]


def kinds(call: Callable[[genai.Client], object]) -> list[str]:
    """Return the kinds of events of one call."""
    answer = http.MockTransport(lambda request: http.Response(200, json={}))
    options = types.HttpOptions(httpx_client=http.Client(transport=answer))
    with capture_events() as events:
        call(genai.Client(api_key="none", http_options=options))
    return [event.kind for event in events]


@pytest.mark.parametrize(
    "call",
    [
        lambda google: google.caches.create(model="gemini-2.5-flash"),
        lambda google: google.caches.update(name="cachedContents/c1", config={"ttl": "60s"}),
        lambda google: google.file_search_stores.import_file(
            file_search_store_name="fileSearchStores/s1", file_name="files/f1"
        ),
    ],
    ids=["cache", "longer cache", "import"],
)
def test_what_can_bill_and_is_not_read_is_one_unmetered_event(call: Any) -> None:
    assert kinds(call) == ["unmetered"]


@pytest.mark.parametrize(
    "call",
    [
        lambda google: google.models.count_tokens(model="gemini-2.5-flash", contents="Hi"),
        lambda google: google.models.get(model="gemini-2.5-flash"),
        lambda google: google.caches.delete(name="cachedContents/c1"),
        lambda google: google.batches.cancel(name="batches/b1"),
        lambda google: google.file_search_stores.create(),
    ],
    ids=["count_tokens", "get", "delete", "cancel", "store"],
)
def test_what_is_free_is_no_event(call: Any) -> None:
    assert kinds(call) == []


def test_each_service_has_the_routes_that_it_takes() -> None:
    paths = {
        name: {row.path for row in surveyed(name).rows if row.method == "batches.create"}
        for name in ("google-genai", "google-genai-vertex")
    }
    assert paths == {
        "google-genai": {"/{model}:batchGenerateContent"},
        "google-genai-vertex": {"/batchPredictionJobs"},
    }


def test_a_live_connection_is_metered() -> None:
    rows = [row for row in surveyed("google-genai").rows if row.method == "live.connect (async)"]
    assert {(row.http_method, row.coverage) for row in rows} == {("websocket", "metered")}
