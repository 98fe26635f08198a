"""Recorded interactions with Google, through google-genai's own client: every field, 100 %."""

from __future__ import annotations

from typing import Any

import pytest

from aso.testing import capture_events
from tests.corpus.recordings import answered_of, expected, request_body, rows, seen

genai: Any = pytest.importorskip("google.genai")
pytest.importorskip("google.genai._gaos.basesdk")

from tests.speakeasy_sdks.test_google_interactions import Body, http  # noqa: E402

pytestmark = [pytest.mark.sdk, pytest.mark.corpus]


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    found = [row for row in rows() if row["endpoint"] == "interactions"]
    return found or pytest.skip("no recordings: ../shared/corpus is not here")


def send(record: dict[str, Any]) -> None:
    """Make the recorded call and read its answer to the end."""
    headers, body = answered_of(record)
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]

    def answer(request: Any) -> Any:
        return http.Response(record["status"], headers=headers, stream=Body(pieces))

    options = genai.types.HttpOptions(
        httpx_client=http.Client(transport=http.MockTransport(answer))
    )
    asked = {**request_body(record), "input": "Hi"}
    client = genai.Client(api_key="none", http_options=options)
    result = client.interactions.create(**asked)
    for _ in result if record["expected"]["stream"] else ():
        pass


def test_every_recorded_field_is_read(recorded: list[dict[str, Any]]) -> None:
    differing = {}
    for record in recorded:
        with capture_events() as events:
            send(record)
        [event] = events
        found, wanted = seen(event.to_dict()), expected(record)
        assert (event.sdk_name, event.outcome) == ("google-genai", "completed")
        if found != wanted:
            differing[record["id"]] = (found, wanted)
    assert differing == {}
