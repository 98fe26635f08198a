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
        ("POST", "/videos/extensions", "video", "unmetered"),
        ("POST", "/something/new", "other", "unmetered"),
        ("POST", "/files", None, "free"),
        ("GET", "/models", None, "free"),
        ("websocket", "/responses", "responses", "metered"),
        ("websocket", "/live/sessions/{session_id}/attach", "realtime", "metered"),
        ("POST", "/{api_version}/interactions", "generate_content", "metered"),
    ],
)
def test_a_request_is_in_one_state(method: str, path: str, operation: str, state: str) -> None:
    assert covered(Request(method, path), None) == (operation, state)


def test_what_a_path_means_depends_on_whose_it_is() -> None:
    request = Request("POST", "/v1/conversations")
    found = {name: covered(request, name) for name in ("openai", "mistral")}
    assert found == {"openai": (None, "free"), "mistral": ("chat", "metered")}
