"""What is said of a request is what the routes say of the real one."""

from __future__ import annotations

import pytest

from aso.cli.coverage.reader import Request
from aso.cli.coverage.states import covered


@pytest.mark.parametrize(
    ("method", "path", "operation", "state"),
    [
        ("POST", "/chat/completions", "chat", "metered"),
        ("POST", "/threads/{thread_id}/runs", "other", "metered"),
        ("GET", "/responses/{response_id}", "responses", "settles"),
        ("POST", "/videos/{video_id}/remix", "video", "unmetered"),
        ("POST", "/something/new", "other", "unmetered"),
        ("POST", "/files", None, "free"),
        ("GET", "/models", None, "free"),
        ("websocket", "/responses", "responses", "not seen"),
        ("POST", "/{api_version}/interactions", "generate_content", "metered"),
    ],
)
def test_a_request_is_in_one_state(method: str, path: str, operation: str, state: str) -> None:
    assert covered(Request(method, path), None) == (operation, state)


def test_an_unknown_route_of_a_host_that_serves_much_else_is_not_seen() -> None:
    request = Request("POST", "/tuningJobs")
    states = [covered(request, provider).state for provider in ("google", "vertex")]
    assert states == ["unmetered", "not seen"]
