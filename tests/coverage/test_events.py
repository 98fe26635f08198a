"""What is said of a method is what happens when it is called: no list of ours stands between."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aso.cli.coverage.reader import WEBSOCKET
from aso.hook import Integration
from aso.testing import capture_events
from tests.coverage.calling import Sent, call, client_of, each_sdk, http_of
from tests.coverage.surveys import surveyed


def called(sdk: Integration, state: str) -> tuple[int, list[str]]:
    """Return how many of the methods in a state sent anything, and the kinds of all events."""
    sent: list[str] = []

    def answer(request: Any) -> Any:
        if sent[-1] == "done":  # a helper that looks again until something is ready
            raise Sent
        sent[-1] = "done"
        return http_of(sdk).Response(200, json={})

    client = client_of(sdk, answer)
    with capture_events() as events:
        for method in methods_in(sdk.name, state):
            sent.append(method)
            with suppress(Sent):
                call(client, method)
    return sent.count("done"), [event.kind for event in events]


def methods_in(name: str, state: str) -> list[str]:
    """Return the methods of which each request, one alone, is in a state; no websockets, which no
    mock transport has (tests/websocket_clients)."""
    rows = [
        row
        for row in surveyed(name).rows
        if "(async)" not in row.method and row.http_method != WEBSOCKET
    ]
    counts = [row.method for row in rows]
    return [row.method for row in rows if row.coverage == state and counts.count(row.method) == 1]


@each_sdk
def test_calling_what_is_unmetered_is_one_unmetered_event_each(sdk: Integration) -> None:
    count, kinds = called(sdk, "unmetered")
    assert kinds == ["unmetered"] * count


@each_sdk
def test_calling_what_is_metered_is_one_call_each(sdk: Integration) -> None:
    count, kinds = called(sdk, "metered")
    assert kinds == ["call"] * count
    assert count > 0


@each_sdk
def test_calling_what_is_free_is_no_event(sdk: Integration) -> None:
    count, kinds = called(sdk, "free")
    assert kinds == []
    assert count > 0
